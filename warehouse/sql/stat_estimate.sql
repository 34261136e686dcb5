-- How many residents all departments miss. Chao (1987): a lower bound from those whom one department and two departments
-- hold; Chapman (1951): the register and all others as two captures. Both suppose that being held by one department does
-- not depend on being held by another, which is not quite so: read them as orders of size. 95 % intervals: Chao's with
-- the log-normal of the unseen, Chapman's with its normal. An estimate is not told when fewer than wh_least persons make
-- up a part of it. In: _wh_living. Out: rows of stat_estimate.
WITH seen AS (
    SELECT CASE WHEN is_floating THEN 'floating' ELSE 'registered' END AS population, len(departments) AS times,
        list_contains(departments, 'public_security') AS in_register
    FROM _wh_living WHERE is_resident
),
counted AS (
    SELECT coalesce(population, 'all') AS population, count(*)::DOUBLE AS n,
        count(*) FILTER (times = 1)::DOUBLE AS f1, count(*) FILTER (times = 2)::DOUBLE AS f2,
        count(*) FILTER (in_register)::DOUBLE AS n1, count(*) FILTER (times > 1 OR NOT in_register)::DOUBLE AS n2,
        count(*) FILTER (in_register AND times > 1)::DOUBLE AS m
    FROM seen GROUP BY GROUPING SETS ((), (population))
),
chao AS (
    SELECT population, n, f1 * f1 / (2 * f2) AS unseen,
        f2 * (pow(f1 / f2, 4) / 4 + pow(f1 / f2, 3) + pow(f1 / f2, 2) / 2) AS variance
    FROM counted WHERE least(f1, f2) >= greatest(getvariable('wh_least'), 1)
),
chapman AS (
    SELECT population, n, (n1 + 1) * (n2 + 1) / (m + 1) - 1 AS estimate,
        (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) * (m + 1) * (m + 2)) AS variance
    FROM counted WHERE NOT list_has_any([m, n1 - m, n2 - m], range(1, getvariable('wh_least'))) AND m > 0
)
SELECT population, 'chao' AS method, n::BIGINT AS residents_known, round(n + unseen)::BIGINT AS estimate,
    round(n + unseen / exp(1.96 * sqrt(ln(1 + variance / pow(unseen, 2)))))::BIGINT AS low,
    round(n + unseen * exp(1.96 * sqrt(ln(1 + variance / pow(unseen, 2)))))::BIGINT AS high
FROM chao
UNION ALL
SELECT population, 'chapman', n::BIGINT, round(estimate)::BIGINT, round(estimate - 1.96 * sqrt(variance))::BIGINT,
    round(estimate + 1.96 * sqrt(variance))::BIGINT
FROM chapman
