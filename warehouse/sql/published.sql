-- Functions of the published base. In: its tables.

-- The persons as a night left them: exactly what was published then, as far as this base goes back.
CREATE OR REPLACE MACRO population_base_as_of(as_of) AS TABLE
SELECT * EXCLUDE (from_night, to_night) FROM person_version
WHERE from_night <= as_of::DATE AND (to_night IS NULL OR to_night > as_of::DATE)
ORDER BY person_id;

-- All that changed about a person, under this id and those that were merged into it.
CREATE OR REPLACE MACRO person_history(id) AS TABLE
WITH known AS (
    SELECT coalesce((SELECT person_id FROM person_alias WHERE retired_person_id = id), id) AS person_id
),
ids AS (
    FROM known UNION SELECT retired_person_id FROM person_alias JOIN known USING (person_id)
)
SELECT night, person_id, change, before, detail, other_person_id, NULL AS cause, NULL AS department
FROM change_log SEMI JOIN ids USING (person_id)
UNION ALL
SELECT night, person_id, kind, NULL, attribute, NULL, cause, department
FROM attribute_change SEMI JOIN ids USING (person_id)
ORDER BY night, person_id, change, detail;

-- Which of the living were recorded in the last months, by how many departments, as the records' own dates say.
CREATE OR REPLACE MACRO signs_of_life(months) AS TABLE
SELECT person_id, count(*) AS departments, list(department ORDER BY department) AS seen_by, max(last_seen) AS last_seen
FROM person_seen SEMI JOIN (FROM person WHERE NOT is_deceased) USING (person_id)
WHERE is_dated AND last_seen >= date_trunc('month', (SELECT max(night) FROM night) - to_months(months))
GROUP BY person_id;
