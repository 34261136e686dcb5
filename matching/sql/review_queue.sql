-- The queue. In: _review_pair, _review_unit, _review_cluster, _review_bridge (unit_l, unit_r, records: what a cut would
-- split off); variable link_threshold. Out: _review_queue, one pair for each two clusters.
CREATE OR REPLACE TEMP TABLE _review_queue AS
WITH moved AS (
    SELECT p.*, l.record_id AS record_l, r.record_id AS record_r,
           (CASE WHEN NOT is_linked THEN least(cl.records, cr.records)
                 WHEN probability < getvariable('link_threshold') THEN least(l.records, r.records)
                 ELSE b.records END)::BIGINT AS records,
           -- Where the clusters stand against the pair, there is as much doubt as there can be.
           CASE WHEN is_linked THEN least(greatest(probability, 0.5), 1 - 1e-12) ELSE least(probability, 0.5) END AS q
    FROM _review_pair p
    JOIN _review_unit l ON l.unit_id = p.unit_l JOIN _review_unit r ON r.unit_id = p.unit_r
    JOIN _review_cluster cl ON cl.cluster = p.cluster_l JOIN _review_cluster cr ON cr.cluster = p.cluster_r
    LEFT JOIN _review_bridge b ON b.unit_l = p.unit_l AND b.unit_r = p.unit_r
), valued AS (
    SELECT *, -records * (q * log2(q) + (1 - q) * log2(1 - q)) AS value FROM moved WHERE records IS NOT NULL
), chosen AS (
    -- The best pair says how likely two clusters are one; within a cluster the pair that matters most is asked about.
    FROM valued
    QUALIFY row_number() OVER (
        PARTITION BY cluster_l, cluster_r
        ORDER BY is_unsure, CASE WHEN is_linked THEN value ELSE probability END DESC, unit_l, unit_r) = 1
)
SELECT least(record_l, record_r) AS record_id_l, greatest(record_l, record_r) AS record_id_r, unit_l, unit_r,
       probability, is_linked, is_unsure, records, value
FROM chosen;
