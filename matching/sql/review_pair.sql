-- Pairs of units that a decision could change. In: _review_scored, match_place, match_record, match_must,
-- _judgement_in_force; variables review_threshold, link_threshold, weak_threshold. Out: _review_pair (unit_l, unit_r,
-- probability, cluster_l, cluster_r, is_linked, is_unsure), without those judged; _review_unit (unit_id, cluster, records,
-- record_id: the smallest), _review_cluster (cluster, records), _review_edge (unit_l, unit_r: links that hold the
-- clusters of weak links together).
CREATE OR REPLACE TEMP TABLE _review_judged AS
SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r,
       least(pl.cluster, pr.cluster) AS cluster_l, greatest(pl.cluster, pr.cluster) AS cluster_r, j.judgement
FROM _judgement_in_force j
JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
JOIN match_place pl ON pl.unit_id = l.unit_id JOIN match_place pr ON pr.unit_id = r.unit_id;

-- A judgement settles the two clusters that it is about; within one cluster it settles its own two units.
CREATE OR REPLACE TEMP TABLE _review_pair AS
WITH hopeful AS (
    SELECT unit_l, unit_r, probability, is_linked,
           least(cluster_l, cluster_r) AS cluster_l, greatest(cluster_l, cluster_r) AS cluster_r
    FROM _review_scored
    WHERE probability >= getvariable('review_threshold')
      AND (NOT is_linked OR probability < getvariable('weak_threshold'))
), settled AS (
    SELECT cluster_l AS l, cluster_r AS r, false AS is_linked, judgement FROM _review_judged WHERE cluster_l <> cluster_r
    UNION ALL
    SELECT unit_l, unit_r, true, judgement FROM _review_judged WHERE cluster_l = cluster_r
), told AS (
    SELECT l, r, is_linked, bool_and(judgement = 'unsure') AS is_unsure FROM settled GROUP BY ALL
)
SELECT h.*, t.l IS NOT NULL AS is_unsure
FROM hopeful h LEFT JOIN told t
  ON t.is_linked = h.is_linked AND t.l = CASE WHEN h.is_linked THEN unit_l ELSE cluster_l END
 AND t.r = CASE WHEN h.is_linked THEN unit_r ELSE cluster_r END
WHERE (t.is_unsure IS NULL OR t.is_unsure)
  AND (h.unit_l, h.unit_r) NOT IN (SELECT (unit_l, unit_r) FROM match_must);

CREATE OR REPLACE TEMP TABLE _review_unit AS
SELECT p.unit_id, p.cluster, count(*) AS records, min(m.record_id) AS record_id
FROM match_place p JOIN match_record m USING (unit_id)
WHERE p.cluster IN (SELECT cluster_l FROM _review_pair UNION ALL SELECT cluster_r FROM _review_pair)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE _review_cluster AS SELECT cluster, sum(records) AS records FROM _review_unit GROUP BY cluster;

CREATE OR REPLACE TEMP TABLE _review_edge AS
WITH inside AS (
    SELECT unit_id, cluster FROM _review_unit
    WHERE cluster IN (SELECT cluster_l FROM _review_pair WHERE is_linked AND probability >= getvariable('link_threshold'))
), held AS (
    SELECT unit_l, unit_r FROM _review_scored WHERE is_linked AND probability >= getvariable('link_threshold')
    UNION
    SELECT unit_l, unit_r FROM match_must
)
SELECT unit_l, unit_r FROM held
JOIN inside l ON l.unit_id = unit_l JOIN inside r ON r.unit_id = unit_r AND r.cluster = l.cluster
ORDER BY ALL;
