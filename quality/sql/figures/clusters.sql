-- Persons whose records look like several people, and pairs of persons who look like one. Signs, not judgements.
-- (Least and greatest tell sooner than a count of distinct values that there are several.)
WITH recorded AS NOT MATERIALIZED (
    SELECT x.person_id, m.citizen_id, m.birth_date, CASE WHEN m.sex_code IN ('1', '2') THEN m.sex_code END AS sex_code
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current
),
said AS (
    SELECT person_id, min(citizen_id) < max(citizen_id) AS has_numbers, min(birth_date) < max(birth_date) AS has_births,
        min(sex_code) < max(sex_code) AS has_sexes, count(*) AS records
    FROM recorded GROUP BY person_id
),
born AS (
    SELECT person_id FROM recorded SEMI JOIN (FROM said WHERE has_births) USING (person_id)
    GROUP BY person_id HAVING count(DISTINCT birth_date) > 2
),
twins AS (
    SELECT sum(n * (n - 1) / 2)::BIGINT AS pairs FROM (
        SELECT count(*) AS n FROM person
        WHERE has_current_record AND name IS NOT NULL AND birth_date IS NOT NULL AND residence_dwelling_key IS NOT NULL
        GROUP BY name, birth_date, residence_dwelling_key HAVING count(*) > 1)
)
SELECT * FROM (
    SELECT 1 AS place, 'several_numbers' AS sign, count(*) AS found FROM said WHERE has_numbers
    UNION ALL SELECT 2, 'several_births', count(*) FROM born
    UNION ALL SELECT 3, 'both_sexes', count(*) FROM said WHERE has_sexes
    UNION ALL SELECT 4, 'very_many_records', count(*) FROM said WHERE records > 30
    UNION ALL SELECT 5, 'alike_and_apart', coalesce(pairs, 0) FROM twins
) ORDER BY place
