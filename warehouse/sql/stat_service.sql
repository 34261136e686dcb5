WITH resident AS (
    FROM _wh_living WHERE is_resident
),
parent AS (
    SELECT r.person_id, p.home_town, p.home_community, coalesce(NOT a.is_local, false) AS is_elsewhere
    FROM person_relation AS r
    JOIN _wh_living AS p ON p.person_id = r.other_person_id
    LEFT JOIN std_address AS a ON a.address_raw = p.residence_address
    WHERE r.relation = 'child_of'
),
child AS (
    SELECT c.person_id FROM resident AS c JOIN parent AS p USING (person_id)
    WHERE c.age < 16
    GROUP BY c.person_id
    HAVING NOT bool_or(p.home_town IS NULL AND NOT p.is_elsewhere)
        AND NOT bool_or(p.home_town = c.home_town AND p.home_community IS NOT DISTINCT FROM c.home_community)
),
old AS (
    SELECT dwelling_id FROM resident WHERE dwelling_id IS NOT NULL GROUP BY dwelling_id
    HAVING min(coalesce(age, 0)) >= 60  -- whose age nobody knows may be young
),
working AS (
    SELECT DISTINCT person_id FROM person_employment
)
SELECT 'left_behind_child' AS category, town, community FROM resident SEMI JOIN child USING (person_id)
UNION ALL
SELECT 'empty_nest', town, community FROM resident SEMI JOIN old USING (dwelling_id) WHERE age >= 60
UNION ALL
SELECT 'young_idle', town, community FROM resident ANTI JOIN working USING (person_id)
WHERE age BETWEEN 16 AND 24 AND NOT is_at_school
