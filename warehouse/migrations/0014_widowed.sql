-- The records of marriages that the death of the other side has ended, as golden records were last made by them.
CREATE TABLE person_widowed (person_id VARCHAR NOT NULL, mention_id BIGINT NOT NULL);
