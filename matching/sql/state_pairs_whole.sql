-- The same where all units in the blocks of the rule are changed ones: each pair is met from one side alone.
-- In: match_block; variable block_sizes, by rule. Out: more rows of _found (unit_l, unit_r).
CREATE OR REPLACE TEMP TABLE _near AS
SELECT k, unit_id, is_backbone FROM match_block
WHERE rule = {rule} AND k IN (
    SELECT k FROM match_block WHERE rule = {rule}
    GROUP BY k HAVING count(*) BETWEEN 2 AND getvariable('block_sizes')[{rule} + 1]
);
INSERT INTO _found
SELECT DISTINCT a.unit_id, b.unit_id
FROM _near a JOIN _near b ON a.k = b.k AND a.unit_id < b.unit_id
WHERE NOT (a.is_backbone AND b.is_backbone)
