-- Candidate pairs of changed units by one rule, {rule}. In: _pairing (unit_id: units whose blocks were laid anew),
-- match_block; variable block_sizes, by rule. Out: more rows of _found (unit_l, unit_r).
CREATE OR REPLACE TEMP TABLE _near AS
SELECT * FROM match_block
WHERE rule = {rule} AND k IN (
    SELECT k FROM match_block
    WHERE rule = {rule} AND k IN (SELECT k FROM match_block SEMI JOIN _pairing USING (unit_id) WHERE rule = {rule})
    GROUP BY k HAVING count(*) BETWEEN 2 AND getvariable('block_sizes')[{rule} + 1]
);
INSERT INTO _found
SELECT DISTINCT least(a.unit_id, b.unit_id), greatest(a.unit_id, b.unit_id)
FROM (FROM _near SEMI JOIN _pairing USING (unit_id)) a JOIN _near b ON a.k = b.k AND a.unit_id <> b.unit_id
WHERE NOT (a.is_backbone AND b.is_backbone);
