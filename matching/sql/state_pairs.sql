-- Candidate pairs of changed units by the rules {rules}. In: _pairing (unit_id: units whose blocks were laid anew),
-- match_block; variable block_size. Out: _found (rule, unit_l, unit_r).
CREATE OR REPLACE TEMP TABLE _found AS
WITH own AS (
    SELECT * FROM match_block SEMI JOIN _pairing USING (unit_id) WHERE rule IN ({rules})
), near AS (
    SELECT * FROM match_block SEMI JOIN own USING (rule, k)
    QUALIFY count(*) OVER (PARTITION BY rule, k) BETWEEN 2 AND getvariable('block_size')
)
SELECT DISTINCT a.rule, least(a.unit_id, b.unit_id) AS unit_l, greatest(a.unit_id, b.unit_id) AS unit_r
FROM near a SEMI JOIN _pairing p ON p.unit_id = a.unit_id
JOIN near b ON a.rule = b.rule AND a.k = b.k AND a.unit_id <> b.unit_id
WHERE NOT (a.is_backbone AND b.is_backbone);
