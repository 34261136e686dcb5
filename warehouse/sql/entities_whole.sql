-- All that entities are made of. In: std_mention, std_address, std_relation, person. Out: views of the same, of which
-- entities_touched.sql makes parts.
CREATE OR REPLACE TEMP VIEW _wh_mention AS FROM std_mention;
CREATE OR REPLACE TEMP VIEW _wh_address AS FROM std_address;
CREATE OR REPLACE TEMP VIEW _wh_relation AS FROM std_relation;
CREATE OR REPLACE TEMP VIEW _wh_householder AS FROM person;
