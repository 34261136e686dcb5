-- Persons whose records look like several people, and pairs of persons who look like one. Signs, not judgements.
WITH said AS (
    SELECT x.person_id, count(DISTINCT m.citizen_id) AS numbers, count(DISTINCT m.birth_date) AS births,
        count(DISTINCT m.sex_code) FILTER (m.sex_code IN ('1', '2')) AS sexes, count(*) AS records
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current GROUP BY x.person_id
),
twins AS (
    SELECT sum(n * (n - 1) / 2)::BIGINT AS pairs FROM (
        SELECT count(*) AS n FROM person
        WHERE has_current_record AND name IS NOT NULL AND birth_date IS NOT NULL AND residence_dwelling_key IS NOT NULL
        GROUP BY name, birth_date, residence_dwelling_key HAVING count(*) > 1)
)
SELECT * FROM (
    SELECT 1 AS place, 'several_numbers' AS sign, count(*) AS found FROM said WHERE numbers > 1
    UNION ALL SELECT 2, 'several_births', count(*) FROM said WHERE births > 2
    UNION ALL SELECT 3, 'both_sexes', count(*) FROM said WHERE sexes > 1
    UNION ALL SELECT 4, 'very_many_records', count(*) FROM said WHERE records > 30
    UNION ALL SELECT 5, 'alike_and_apart', coalesce(pairs, 0) FROM twins
) ORDER BY place
