-- What else is said of a person, attribute by attribute: the values that did not survive, in their order, and the
-- records that say so.
CREATE TABLE person_runner_up_version (
    person_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    value VARCHAR NOT NULL,
    agreeing_count INTEGER NOT NULL,
    mention_ids BIGINT[] NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW person_runner_up AS
SELECT * EXCLUDE (from_night, to_night) FROM person_runner_up_version WHERE to_night IS NULL;

-- Each current record whose value did not survive, beside the value that did and where that is from.
CREATE VIEW department_conflict AS
WITH told AS (
    SELECT person_id, attribute, value, agreeing_count, unnest(mention_ids) AS mention_id FROM person_runner_up
)
SELECT t.person_id, t.attribute, x.department, x.extract, x.file, x.row_number, x.role, x.night, t.value,
    t.agreeing_count, a.value AS kept_value, a.department AS kept_department, a.agreeing_count AS kept_count
FROM told AS t
JOIN crosswalk AS x USING (mention_id)
JOIN person_attribute AS a ON a.person_id = t.person_id AND a.attribute = t.attribute;
