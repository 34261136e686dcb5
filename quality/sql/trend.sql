-- Tonight's measures beside those of the nights before. In: night_metric, check_budget (metric, least, share, budget),
-- variables check_night, check_least_nights, check_least_weekdays, check_least_counted. Out: the rows of night_trend for the night.
-- Nights of the same weekday count alone when there are enough of them; while there are not, what one of them was like is
-- no drift. The median and the median absolute deviation
-- (times 1.4826: a standard deviation of a normal distribution) are not moved by a few strange nights.
CREATE OR REPLACE TEMP TABLE check_past AS
WITH past AS (
    SELECT *, dayofweek(night) = dayofweek(getvariable('check_night')) AS same_day,
        row_number() OVER (PARTITION BY metric, department, extract, item ORDER BY night DESC) AS age
    FROM night_metric WHERE night < getvariable('check_night')
),
chosen AS (
    SELECT *, count(*) FILTER (same_day) OVER (PARTITION BY metric, department, extract, item)
        >= getvariable('check_least_weekdays') AS by_weekday
    FROM past WHERE age <= 60
)
SELECT metric, department, extract, item, night, value, size, same_day, by_weekday FROM chosen WHERE same_day OR NOT by_weekday;

-- Distributions: the population stability index of tonight against the usual shares, class by class. Chance alone gives
-- some of it: about chi-square of (classes - 1) degrees of freedom over the number counted (Yurdakul 2018).
DELETE FROM night_trend WHERE night = getvariable('check_night');
INSERT INTO night_trend
WITH night_share AS (
    SELECT metric, department, extract, split_part(item, '=', 1) AS attribute, item, night, value, size, by_weekday
    FROM check_past
    WHERE contains(item, '=')
),
sized AS (
    SELECT metric, department, extract, attribute, night, max(size) AS size, bool_or(by_weekday) AS by_weekday
    FROM night_share GROUP BY ALL
),
-- A night counts by what was counted in it, but no night (a first delivery of everything) outweighs all others.
weighed AS (
    SELECT *, least(size, 3 * median(size) OVER (PARTITION BY metric, department, extract, attribute)) AS weight FROM sized
),
known AS (
    SELECT metric, department, extract, attribute, count(*) AS nights, sum(weight) AS weight, bool_or(by_weekday) AS by_weekday
    FROM weighed GROUP BY ALL
),
usual AS (
    SELECT s.metric, s.department, s.extract, s.attribute, s.item, sum(s.value * w.weight) / any_value(k.weight) AS value
    FROM night_share AS s
    JOIN weighed AS w USING (metric, department, extract, attribute, night)
    JOIN known AS k USING (metric, department, extract, attribute)
    GROUP BY ALL
),
now AS (
    SELECT metric, department, extract, split_part(item, '=', 1) AS attribute, item, value, size FROM night_metric
    WHERE night = getvariable('check_night') AND contains(item, '=')
),
share AS (
    SELECT metric, department, extract, attribute, n.value AS p, u.value AS q,
        max(n.size) OVER (PARTITION BY metric, department, extract, attribute) AS size
    FROM now AS n FULL JOIN usual AS u USING (metric, department, extract, attribute, item)
),
stability AS (
    SELECT metric, department, extract, attribute AS item, max(size) AS size, count(*) AS classes,
        sum((greatest(p, 0.5 / size) - greatest(q, 0.5 / size)) * ln(greatest(p, 0.5 / size) / greatest(q, 0.5 / size)))
            AS value
    FROM (SELECT * REPLACE (coalesce(p, 0) AS p, coalesce(q, 0) AS q) FROM share WHERE size IS NOT NULL)
    GROUP BY metric, department, extract, attribute
),
scalar AS (
    SELECT t.metric, t.department, t.extract, t.item, any_value(t.value) AS value, any_value(t.size) AS size,
        median(p.value) AS usual, mad(p.value) AS deviation, count(p.value) AS nights,
        bool_or(p.by_weekday) AS by_weekday, min(abs(t.value - p.value)) FILTER (p.same_day) AS nearest
    FROM night_metric AS t LEFT JOIN check_past AS p USING (metric, department, extract, item)
    WHERE t.night = getvariable('check_night') AND NOT contains(t.item, '=')
    GROUP BY t.metric, t.department, t.extract, t.item
),
measured AS (
    SELECT s.metric, department, extract, item, value, usual, nights, by_weekday, true AS is_enough,
        CASE WHEN by_weekday THEN abs(value - usual) ELSE least(abs(value - usual), nearest) END AS distance,
        greatest(b.least, b.share * usual, 4 * 1.4826 * deviation,
            -- What chance gives: of counts as Poisson, of rates as binomial with two more of either kind (Agresti & Coull).
            CASE WHEN b.share > 0 THEN 4 * sqrt(usual)
                ELSE 4 * sqrt((usual * size + 2) * ((1 - usual) * size + 2) / size) / (size + 4) END) AS edge,
        b.budget
    FROM scalar AS s JOIN check_budget AS b USING (metric)
    UNION ALL
    SELECT s.metric, s.department, s.extract, s.item, s.value, 0, coalesce(k.nights, 0), k.by_weekday,
        s.size >= getvariable('check_least_counted'), s.value,
        -- Twice that, as mentions of one row or family are not independent.
        b.least + 2 * (s.classes - 1 + 4 * sqrt(2 * (s.classes - 1))) * (1 / s.size + 1 / coalesce(k.weight, s.size)), b.budget
    FROM stability AS s JOIN check_budget AS b USING (metric)
    LEFT JOIN known AS k ON k.metric = s.metric AND k.department = s.department AND k.extract = s.extract
        AND k.attribute = s.item
)
SELECT getvariable('check_night'), metric, department, extract, item, value, usual, distance, edge, nights,
    CASE WHEN value > budget THEN 'drift' WHEN nights < getvariable('check_least_nights') AND by_weekday IS NOT TRUE OR NOT is_enough THEN 'too_early'
        WHEN distance > edge THEN 'drift' ELSE 'usual' END AS state
FROM measured ORDER BY ALL;
DROP TABLE check_past;
