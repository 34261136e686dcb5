INSERT INTO std_mention BY NAME SELECT * FROM new_std_mention;
INSERT INTO std_relation BY NAME SELECT * FROM new_std_relation;
