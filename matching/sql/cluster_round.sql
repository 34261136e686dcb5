-- One round of clustering. Every cluster looks at the clusters it may join, and joins the best when the
-- probability, shared out among all known persons it could be, reaches the threshold. Two clusters that
-- both hold a number of the backbone never join, nor do clusters of which any two units contradict.
-- In/out: _cluster (unit_id, cluster_id), _merge (log). Edges: _edge (unit_id_l, unit_id_r, odds, …).
CREATE OR REPLACE TEMP TABLE _held AS
SELECT cluster_id, bool_or(is_holder) AS is_holder, count(*) FILTER (is_backbone) AS backbone
FROM _cluster JOIN _unit USING (unit_id) GROUP BY cluster_id;

-- Materialised before it is joined again: joined in one statement, the planner crosses _held with itself.
CREATE OR REPLACE TEMP TABLE _mapped AS
SELECT least(l.cluster_id, r.cluster_id) AS a, greatest(l.cluster_id, r.cluster_id) AS b, e.*
FROM _edge e JOIN _cluster l ON l.unit_id = e.unit_id_l JOIN _cluster r ON r.unit_id = e.unit_id_r
WHERE l.cluster_id <> r.cluster_id;

CREATE OR REPLACE TEMP TABLE _strongest AS
SELECT DISTINCT ON (a, b) a, b, odds, match_rule, unit_id_l, unit_id_r,
       bool_or(is_contrary) OVER (PARTITION BY a, b) AS is_contrary
FROM _mapped ORDER BY a, b, odds DESC, unit_id_l, unit_id_r;

CREATE OR REPLACE TEMP TABLE _cluster_edge AS
SELECT e.*, l.is_holder AS a_holds, r.is_holder AS b_holds
FROM _strongest e JOIN _held l ON l.cluster_id = e.a JOIN _held r ON r.cluster_id = e.b
WHERE e.odds = 'infinity' OR l.backbone + r.backbone <= 1;

CREATE OR REPLACE TEMP TABLE _choice AS
WITH seen AS (
    SELECT a AS x, b AS y, a_holds AS x_holds, b_holds AS y_holds, * EXCLUDE (a_holds, b_holds) FROM _cluster_edge
    UNION ALL
    SELECT b, a, b_holds, a_holds, * EXCLUDE (a_holds, b_holds) FROM _cluster_edge
), shared AS (
    SELECT *, sum(CASE WHEN y_holds AND NOT is_contrary AND odds < 'infinity' THEN odds ELSE 0 END) OVER (PARTITION BY x) AS rivals
    FROM seen
)
SELECT *, CASE WHEN odds = 'infinity' THEN 1.0
               WHEN x_holds THEN odds / (1 + odds)
               ELSE odds / (1 + greatest(rivals, odds + CASE WHEN y_holds THEN 0 ELSE rivals END)) END AS probability
FROM shared
WHERE NOT is_contrary OR odds = 'infinity';

CREATE OR REPLACE TEMP TABLE _join AS
WITH best AS (
    SELECT * FROM _choice WHERE probability >= getvariable('match_probability')
    QUALIFY row_number() OVER (PARTITION BY x ORDER BY odds DESC, y) = 1
)
SELECT CASE WHEN best.y_holds AND NOT best.x_holds THEN best.x ELSE greatest(best.x, best.y) END AS loser,
       CASE WHEN best.y_holds AND NOT best.x_holds THEN best.y ELSE least(best.x, best.y) END AS winner,
       best.odds, best.probability, best.match_rule, best.unit_id_l, best.unit_id_r
FROM best
LEFT JOIN best back ON back.x = best.y AND back.y = best.x
WHERE (best.y_holds AND NOT best.x_holds)
   OR (best.x_holds = best.y_holds AND back.x IS NOT NULL AND best.x > best.y);

INSERT INTO _merge
SELECT c.unit_id, j.match_rule, j.probability, j.odds, j.unit_id_l, j.unit_id_r, j.loser = c.unit_id, getvariable('step')
FROM _join j JOIN _cluster c ON c.cluster_id = j.loser;

UPDATE _cluster SET cluster_id = moved.cluster_id
FROM (SELECT j.loser, coalesce(k.winner, j.winner) AS cluster_id
      FROM _join j LEFT JOIN _join k ON k.loser = j.winner) moved
WHERE _cluster.cluster_id = moved.loser;
