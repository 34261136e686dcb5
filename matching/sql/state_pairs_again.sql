-- Pairs that came together without relatives, and may weigh otherwise with them. In: _pairing (unit_id),
-- match_early_pair. Out: more rows of _found (unit_l, unit_r).
INSERT INTO _found
SELECT unit_l, unit_r FROM match_early_pair
WHERE unit_l IN (SELECT unit_id FROM _pairing) OR unit_r IN (SELECT unit_id FROM _pairing);
