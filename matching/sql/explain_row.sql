-- Pairs of units that one row names in two roles. Parameters: units (BIGINT[]).
WITH named AS (
    SELECT unit_id, row_key, entry_key FROM match_record
    WHERE row_key IS NOT NULL AND unit_id IN (SELECT unnest($units::BIGINT[]))
)
SELECT DISTINCT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r
FROM named AS l JOIN named AS r ON l.row_key = r.row_key AND l.entry_key < r.entry_key
WHERE l.unit_id <> r.unit_id
ORDER BY unit_l, unit_r
