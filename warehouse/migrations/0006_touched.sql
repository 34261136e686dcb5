-- The golden record is made anew only for persons whose records changed, or for all when the basis did.
CREATE TABLE base_basis (basis VARCHAR NOT NULL);
-- The place that the first twelve digits of a grid's number stand for, as most addresses with them say.
CREATE TABLE community_place (community_no VARCHAR NOT NULL, town VARCHAR NOT NULL, community VARCHAR);
