-- The crosswalk is looked at only where clusters or records changed, or as a whole when what it depends on did.
CREATE TABLE crosswalk_basis (basis VARCHAR NOT NULL);
