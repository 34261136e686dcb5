-- All accepted links (LINK), from the state: what was judged is not told as what the model thought of it.
CREATE OR REPLACE TEMP VIEW match_link_new AS
WITH linked AS (
    SELECT unit_l, unit_r, 'judgement' AS match_rule, NULL::DOUBLE AS match_weight, 0.9999::DOUBLE AS match_probability
    FROM match_judged_same
    UNION ALL
    SELECT unit_l, unit_r, 'model_' || strongest, odds, probability FROM match_pair
    ANTI JOIN match_judged_same USING (unit_l, unit_r)
    UNION ALL
    SELECT unit_l, unit_r, match_rule, NULL, 0.9999 FROM match_must
    ANTI JOIN match_judged_same USING (unit_l, unit_r) ANTI JOIN match_pair USING (unit_l, unit_r)
)
SELECT unit_id AS record_id_l, record_id AS record_id_r, match_rule, NULL::DOUBLE AS match_weight,
       unit_probability(match_rule)::DOUBLE AS match_probability
FROM match_record WHERE record_id <> unit_id
UNION ALL
SELECT p.unit_l, p.unit_r, p.match_rule, p.match_weight, p.match_probability
FROM linked p JOIN match_place l ON l.unit_id = p.unit_l JOIN match_place r ON r.unit_id = p.unit_r
WHERE l.cluster = r.cluster;
