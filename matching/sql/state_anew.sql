-- Other parameters: every pair weighs otherwise, so every unit counts as changed. In: match_unit, match_record.
-- Out: _changed (unit_id), _renewed (record_id); no blocks, pairs, or places.
CREATE OR REPLACE TEMP TABLE _changed AS SELECT unit_id FROM match_unit;
CREATE OR REPLACE TEMP TABLE _renewed AS SELECT record_id FROM match_record;
DELETE FROM match_block;
DELETE FROM match_early_pair;
DELETE FROM match_early_place;
DELETE FROM match_pair;
DELETE FROM match_place;
