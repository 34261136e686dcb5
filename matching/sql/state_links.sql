-- All accepted links (LINK), from the state.
CREATE OR REPLACE TEMP VIEW match_link_new AS
SELECT unit_id AS record_id_l, record_id AS record_id_r, match_rule, NULL::DOUBLE AS match_weight,
       unit_probability(match_rule)::DOUBLE AS match_probability
FROM match_record WHERE record_id <> unit_id
UNION ALL
SELECT p.unit_l, p.unit_r, 'model_' || p.strongest, p.odds, p.probability
FROM match_pair p JOIN match_place l ON l.unit_id = p.unit_l JOIN match_place r ON r.unit_id = p.unit_r
WHERE l.cluster = r.cluster
UNION ALL
SELECT m.unit_l, m.unit_r, m.match_rule, NULL, 0.9999
FROM match_must m JOIN match_place l ON l.unit_id = m.unit_l JOIN match_place r ON r.unit_id = m.unit_r
WHERE l.cluster = r.cluster AND (m.unit_l, m.unit_r) NOT IN (SELECT (unit_l, unit_r) FROM match_pair);
