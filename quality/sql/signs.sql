-- Persons whose records look like several people, or who look like one with another. Signs, not judgements.
-- In: crosswalk, std_mention, person. Out: check_sign (person_id, sign), each once.
CREATE OR REPLACE TEMP TABLE check_sign AS
WITH recorded AS NOT MATERIALIZED (
    SELECT x.person_id, m.citizen_id, m.birth_date, CASE WHEN m.sex_code IN ('1', '2') THEN m.sex_code END AS sex_code
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current
),
-- Least and greatest tell sooner than a count of distinct values that there are several.
said AS (
    SELECT person_id, min(citizen_id) < max(citizen_id) AS has_numbers, min(birth_date) < max(birth_date) AS has_births,
        min(sex_code) < max(sex_code) AS has_sexes, count(*) AS records
    FROM recorded GROUP BY person_id
),
alike AS (
    SELECT name, birth_date, residence_dwelling_key FROM person
    WHERE has_current_record AND name IS NOT NULL AND birth_date IS NOT NULL AND residence_dwelling_key IS NOT NULL
    GROUP BY ALL HAVING count(*) > 1
)
SELECT person_id, 'several_numbers' AS sign FROM said WHERE has_numbers
UNION ALL
SELECT person_id, 'several_births' FROM recorded SEMI JOIN (FROM said WHERE has_births) USING (person_id)
GROUP BY person_id HAVING count(DISTINCT birth_date) > 2
UNION ALL
SELECT person_id, 'both_sexes' FROM said WHERE has_sexes
UNION ALL
SELECT person_id, 'very_many_records' FROM said WHERE records > 30
UNION ALL
SELECT person_id, 'alike_and_apart' FROM person SEMI JOIN alike USING (name, birth_date, residence_dwelling_key)
WHERE has_current_record;
