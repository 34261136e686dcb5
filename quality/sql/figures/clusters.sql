-- How many persons have each sign of `signs`; of those who look like one, how many pairs.
WITH pairs AS (
    SELECT coalesce(sum(n * (n - 1) / 2), 0)::BIGINT AS found FROM (
        SELECT count(*) AS n FROM person
        WHERE hash(person_id) IN (SELECT person FROM check_sign WHERE sign = 'alike_and_apart')
        GROUP BY name, birth_date, residence_dwelling_key)
)
SELECT place, sign, count(s.person) AS found
FROM (VALUES (1, 'several_numbers'), (2, 'several_births'), (3, 'both_sexes'), (4, 'very_many_records')) AS k (place, sign)
LEFT JOIN check_sign AS s USING (sign)
GROUP BY place, sign
UNION ALL
SELECT 5, 'alike_and_apart', found FROM pairs
ORDER BY place
