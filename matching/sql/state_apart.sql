-- Pairs of units that one row names in two roles: a mother and her child, twins. In: _bound (unit_id), match_record.
-- Out: _row_apart (unit_l, unit_r).
CREATE OR REPLACE TEMP TABLE _row_apart AS
WITH named AS (
    SELECT unit_id, row_key, entry_key FROM match_record SEMI JOIN _bound USING (unit_id) WHERE row_key IS NOT NULL
)
SELECT DISTINCT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r
FROM named AS l JOIN named AS r ON l.row_key = r.row_key AND l.entry_key < r.entry_key
WHERE l.unit_id <> r.unit_id;
