-- The result: every record once with its cluster, and the accepted links.
CREATE OR REPLACE TEMP TABLE match_cluster AS
WITH placed AS (
    SELECT u.record_id, c.cluster_id AS core, u.match_rule, m.match_rule AS merge_rule, m.probability
    FROM _unit_record u
    JOIN _cluster c USING (unit_id)
    LEFT JOIN (SELECT DISTINCT ON (unit_id) unit_id, match_rule, probability FROM _merge ORDER BY unit_id, step) m
        USING (unit_id)
)
SELECT record_id, min(record_id) OVER (PARTITION BY core) AS cluster_id,
       CASE WHEN record_id = min(record_id) OVER (PARTITION BY core) THEN 'founder'
            ELSE coalesce(merge_rule, match_rule) END AS match_rule,
       CASE WHEN record_id = min(record_id) OVER (PARTITION BY core) THEN 1.0
            ELSE coalesce(probability, CASE match_rule WHEN 'same_citizen_id_and_name' THEN 0.99999
                                                       WHEN 'same_citizen_id_similar_name' THEN 0.9995
                                                       ELSE 0.9999 END) END::DOUBLE AS match_probability
FROM placed;

CREATE OR REPLACE TEMP TABLE match_link_new AS
SELECT unit_id AS record_id_l, record_id AS record_id_r, match_rule,
       NULL::DOUBLE AS match_weight,
       CASE match_rule WHEN 'same_citizen_id_and_name' THEN 0.99999
                       WHEN 'same_citizen_id_similar_name' THEN 0.9995 ELSE 0.9999 END::DOUBLE AS match_probability
FROM _unit_record WHERE record_id <> unit_id
UNION ALL
SELECT least(unit_id_l, unit_id_r), greatest(unit_id_l, unit_id_r), match_rule, log2(odds), probability
FROM _merge WHERE is_head;
