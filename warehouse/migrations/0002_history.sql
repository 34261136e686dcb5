-- What the base said, night by night: each row holds from one night until (not including) another, and a row whose
-- to_night is null holds now. What there is when this migration runs counts as learnt in the newest night merged.
ALTER TABLE person RENAME TO person_version;
ALTER TABLE person_version ADD COLUMN from_night DATE;
ALTER TABLE person_version ADD COLUMN to_night DATE;
ALTER TABLE crosswalk RENAME TO crosswalk_version;
ALTER TABLE crosswalk_version ADD COLUMN from_night DATE;
ALTER TABLE crosswalk_version ADD COLUMN to_night DATE;
ALTER TABLE person_attribute RENAME TO person_attribute_version;
ALTER TABLE person_attribute_version ADD COLUMN from_night DATE;
ALTER TABLE person_attribute_version ADD COLUMN to_night DATE;
UPDATE person_version SET from_night = (SELECT max(night) FROM night WHERE merged_at IS NOT NULL);
UPDATE crosswalk_version SET from_night = (SELECT max(night) FROM night WHERE merged_at IS NOT NULL);
UPDATE person_attribute_version SET from_night = (SELECT max(night) FROM night WHERE merged_at IS NOT NULL);

CREATE VIEW person AS SELECT * EXCLUDE (from_night, to_night) FROM person_version WHERE to_night IS NULL;
CREATE VIEW crosswalk AS SELECT * EXCLUDE (from_night, to_night) FROM crosswalk_version WHERE to_night IS NULL;
CREATE VIEW person_attribute AS
SELECT * EXCLUDE (from_night, to_night) FROM person_attribute_version WHERE to_night IS NULL;

-- Persons whose records went from or to another person in a night, and why: merge, split, or review (a judgement).
CREATE TABLE person_regrouped (
    night DATE NOT NULL,
    person_id VARCHAR NOT NULL,
    cause VARCHAR NOT NULL
);

-- Each value that came, changed or went, the record behind it, and why. Causes: merge, split, review; delivery (the
-- record came that night); correction (another record ended, or is trusted otherwise).
CREATE VIEW attribute_change AS
WITH came AS (
    SELECT v.person_id, v.from_night AS night, v.attribute, o.value AS value_before, v.value AS value_after,
        v.department, v.extract, v.file, v.row_number, v.role, v.night AS record_night
    FROM person_attribute_version AS v
    LEFT JOIN person_attribute_version AS o
        ON o.person_id = v.person_id AND o.attribute = v.attribute AND o.to_night = v.from_night
    WHERE o.value IS DISTINCT FROM v.value
),
went AS (
    SELECT o.person_id, o.to_night AS night, o.attribute, o.value AS value_before, NULL::VARCHAR AS value_after,
        NULL::VARCHAR AS department, NULL::VARCHAR AS extract, NULL::VARCHAR AS file, NULL::INTEGER AS row_number,
        NULL::VARCHAR AS role, NULL::DATE AS record_night
    FROM person_attribute_version AS o
    ANTI JOIN person_attribute_version AS v
        ON o.person_id = v.person_id AND o.attribute = v.attribute AND o.to_night = v.from_night
    WHERE o.to_night IS NOT NULL
)
SELECT c.*, coalesce(r.cause, CASE WHEN record_night = night THEN 'delivery' ELSE 'correction' END) AS cause
FROM (FROM came UNION ALL FROM went) AS c
LEFT JOIN person_regrouped AS r USING (night, person_id);

-- What became of persons, night by night. No value in it identifies anybody; `detail` is a place, a code or the name
-- of an attribute. Changes: arrival, birth, death, departure, return, move, marriage, divorce, widowhood,
-- registration, correction (detail: the attribute), merge (person_id was retired for other_person_id), restore,
-- split (person_id was cut off from other_person_id).
CREATE VIEW change_log AS
WITH step AS (
    SELECT n.from_night AS night, n.person_id, n AS new, o AS old, o.person_id IS NULL AS is_new
    FROM person_version AS n
    LEFT JOIN person_version AS o ON o.person_id = n.person_id AND o.to_night = n.from_night
),
regrouped AS (
    SELECT n.from_night AS night, n.person_id, min(o.person_id) AS other_person_id
    FROM crosswalk_version AS n
    JOIN crosswalk_version AS o
        ON o.mention_id = n.mention_id AND o.to_night = n.from_night AND o.person_id <> n.person_id
    JOIN person_key AS k ON k.person_id = n.person_id AND k.minted_night = n.from_night
    GROUP BY ALL
),
told AS (
    SELECT night, person_id, NULL::VARCHAR AS other_person_id,
        unnest(list_filter([
            {change: CASE WHEN is_new AND new.first_night = night THEN CASE WHEN new.birth_date > night - INTERVAL 1 YEAR
                THEN 'birth' ELSE 'arrival' END END, before: NULL, detail: new.residence_community},
            {change: CASE WHEN new.is_deceased AND NOT old.is_deceased THEN 'death' END, before: NULL, detail: NULL},
            {change: CASE WHEN (old.has_current_record AND NOT new.has_current_record)
                OR (new.registration_status = '迁出' AND old.registration_status IS DISTINCT FROM '迁出')
                THEN 'departure' END, before: NULL, detail: new.registration_status},
            {change: CASE WHEN new.has_current_record AND NOT old.has_current_record THEN 'return' END,
                before: NULL, detail: NULL},
            {change: CASE WHEN old.residence_dwelling_key <> new.residence_dwelling_key
                OR old.residence_community <> new.residence_community OR old.residence_town <> new.residence_town
                THEN 'move' END,
                before: concat_ws(' ', old.residence_town, old.residence_community),
                detail: concat_ws(' ', new.residence_town, new.residence_community)},
            {change: CASE WHEN old.marital_status_code <> new.marital_status_code THEN CASE left(new.marital_status_code, 1)
                WHEN '2' THEN CASE WHEN left(old.marital_status_code, 1) <> '2' THEN 'marriage' END
                WHEN '3' THEN 'widowhood' WHEN '4' THEN 'divorce' END END,
                before: old.marital_status_code, detail: new.marital_status_code},
            {change: CASE WHEN NOT is_new AND old.household_no IS DISTINCT FROM new.household_no THEN 'registration' END,
                before: NULL, detail: NULL},
            {change: CASE WHEN old.name <> new.name THEN 'correction' END, before: NULL, detail: 'name'},
            {change: CASE WHEN old.citizen_id <> new.citizen_id THEN 'correction' END, before: NULL, detail: 'citizen_id'},
            {change: CASE WHEN old.sex_code <> new.sex_code THEN 'correction' END, before: NULL, detail: 'sex_code'},
            {change: CASE WHEN old.birth_date <> new.birth_date THEN 'correction' END, before: NULL, detail: 'birth_date'}
        ], lambda c: c.change IS NOT NULL), recursive := true)
    FROM step
)
SELECT t.* FROM told AS t
WHERE NOT (t.change IN ('arrival', 'birth') AND EXISTS (FROM regrouped AS r WHERE r.night = t.night AND r.person_id = t.person_id))
UNION ALL
SELECT night, person_id, other_person_id, 'split', NULL, NULL FROM regrouped
UNION ALL
SELECT night, retired_person_id, nullif(person_id, retired_person_id), cause, NULL, NULL
FROM person_alias_event WHERE cause <> 'repoint';

-- The base as a night left it.
CREATE MACRO population_base_as_of(as_of) AS TABLE
SELECT * EXCLUDE (from_night, to_night) FROM person_version
WHERE from_night <= as_of::DATE AND (to_night IS NULL OR to_night > as_of::DATE);

-- All that changed about a person, under this id and those that were merged into it.
CREATE MACRO person_history(id) AS TABLE
WITH known AS (
    SELECT coalesce((SELECT person_id FROM person_alias WHERE retired_person_id = id), id) AS person_id
),
ids AS (
    FROM known UNION SELECT retired_person_id FROM person_alias JOIN known USING (person_id)
)
SELECT night, person_id, attribute, value_before, value_after, cause, department, extract, file, row_number, role
FROM attribute_change SEMI JOIN ids USING (person_id)
UNION ALL
SELECT night, person_id, change, other_person_id, NULL, change, NULL, NULL, NULL, NULL, NULL
FROM change_log SEMI JOIN ids USING (person_id) WHERE change IN ('merge', 'restore', 'split')
ORDER BY night, person_id, attribute;
