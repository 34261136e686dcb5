-- Levels of agreement of distinct pairs of names. In: _name_pair (name_l, name_r, distance = OSA distance of
-- the name keys), _name. Out: _name_level (name_l, name_r, level), 9 when nothing agrees.
CREATE OR REPLACE TEMP TABLE _name_level AS
WITH p AS (
    SELECT x.name_l, x.name_r, x.distance, l.name_key AS a, r.name_key AS b, l.pinyin AS pa, r.pinyin AS pb,
           length(l.name_key) AS la, length(r.name_key) AS lb,
           length(a) - length(replace(a, '□', '')) + length(b) - length(replace(b, '□', '')) AS hidden
    FROM _name_pair x JOIN _name l ON l.name = x.name_l JOIN _name r ON r.name = x.name_r
)
SELECT name_l, name_r,
       CASE
           WHEN a = b THEN 0
           WHEN pa = pb THEN 1
           -- long names lose their tail, their dots, or the order of their parts
           WHEN least(la, lb) >= 4 AND (starts_with(a, b) OR starts_with(b, a)) THEN 1
           WHEN hidden > 0 AND la = lb AND distance <= hidden THEN 3
           WHEN least(la, lb) >= 5 AND distance <= 2 THEN 1
           WHEN a SIMILAR TO '.+之.{0,2}[子女]' OR b SIMILAR TO '.+之.{0,2}[子女]' THEN 7
           WHEN la = lb AND la >= 3 AND distance = 1 AND left(a, 1) = left(b, 1) THEN 4
           WHEN la = lb AND la >= 3 AND distance = 1 THEN 6
           WHEN abs(la - lb) = 1 AND least(la, lb) >= 2 AND distance = 1 THEN 4
           WHEN la = 2 AND lb = 2 AND distance = 1 AND left(a, 1) = left(b, 1) THEN 5
           WHEN la = 2 AND lb = 2 AND distance = 1 THEN 6
           WHEN left(a, 1) = left(b, 1) AND la <= 4 AND lb <= 4 THEN 8
           ELSE 9
       END::TINYINT AS level
FROM p;
