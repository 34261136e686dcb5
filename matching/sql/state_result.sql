-- The clusters of records, where they or their records changed. In: _region (units placed anew), _renewed (record_id: put into units anew), _gone,
-- match_place, match_record, match_pair, match_must, match_judged_same. Out: match_cluster; more of match_placed_anew (record_id).
CREATE OR REPLACE TEMP TABLE _written AS
WITH placed AS (
    SELECT unit_id, cluster FROM match_place WHERE cluster IN (
        SELECT cluster FROM match_place WHERE unit_id IN (
            SELECT unit_id FROM _region UNION ALL SELECT unit_id FROM _before
            UNION ALL SELECT unit_id FROM match_record WHERE record_id IN (SELECT record_id FROM _renewed)))
), linked AS (
    SELECT unnest([p.unit_l, p.unit_r]) AS unit_id, 'model_' || p.strongest AS match_rule, p.odds, p.probability
    FROM match_pair p JOIN placed l ON l.unit_id = p.unit_l JOIN placed r ON r.unit_id = p.unit_r
    WHERE l.cluster = r.cluster
    UNION ALL
    SELECT unnest([m.unit_l, m.unit_r]), m.match_rule, 'infinity'::DOUBLE, 0.9999
    FROM match_must m JOIN placed l ON l.unit_id = m.unit_l JOIN placed r ON r.unit_id = m.unit_r
    WHERE l.cluster = r.cluster
    UNION ALL
    SELECT unnest([unit_l, unit_r]), 'judgement', 'infinity'::DOUBLE, 0.9999 FROM match_judged_same SEMI JOIN placed ON unit_id = unit_l
), best AS (
    SELECT unit_id, unnest(max(struct_pack(odds, match_rule, probability))) FROM linked GROUP BY unit_id
)
SELECT r.record_id, min(r.record_id) OVER (PARTITION BY p.cluster) AS cluster_id,
       CASE WHEN r.record_id = cluster_id THEN 'founder' WHEN r.unit_id = p.cluster THEN r.match_rule
            ELSE coalesce(b.match_rule, r.match_rule) END AS match_rule,
       CASE WHEN r.record_id = cluster_id THEN 1.0 WHEN r.unit_id = p.cluster THEN unit_probability(r.match_rule)
            ELSE coalesce(b.probability, unit_probability(r.match_rule)) END::DOUBLE AS match_probability
FROM match_record r JOIN placed p USING (unit_id) LEFT JOIN best b USING (unit_id);

DELETE FROM match_cluster
WHERE record_id IN (SELECT record_id FROM _written UNION ALL SELECT record_id FROM _gone);
INSERT INTO match_cluster FROM _written;
INSERT INTO match_placed_anew SELECT record_id FROM _written;
