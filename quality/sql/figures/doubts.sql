-- The signs of `clusters`, by each department that has a record of such a person. Signs, not judgements.
WITH said AS (
    SELECT x.person_id, list(DISTINCT x.department) AS departments, count(DISTINCT m.citizen_id) AS numbers,
        count(DISTINCT m.birth_date) AS births, count(DISTINCT m.sex_code) FILTER (m.sex_code IN ('1', '2')) AS sexes,
        count(*) AS records
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current GROUP BY x.person_id
),
alike AS (
    SELECT unnest(list(person_id)) AS person_id FROM person
    WHERE has_current_record AND name IS NOT NULL AND birth_date IS NOT NULL AND residence_dwelling_key IS NOT NULL
    GROUP BY name, birth_date, residence_dwelling_key HAVING count(*) > 1
),
signed AS (
    SELECT departments, unnest(list_filter([
        CASE WHEN numbers > 1 THEN 'several_numbers' END, CASE WHEN births > 2 THEN 'several_births' END,
        CASE WHEN sexes > 1 THEN 'both_sexes' END, CASE WHEN records > 30 THEN 'very_many_records' END,
        CASE WHEN person_id IN (FROM alike) THEN 'alike_and_apart' END
    ], lambda sign: sign IS NOT NULL)) AS sign
    FROM said
)
SELECT department, sign, count(*) AS persons FROM (SELECT unnest(departments) AS department, sign FROM signed)
GROUP BY ALL ORDER BY ALL
