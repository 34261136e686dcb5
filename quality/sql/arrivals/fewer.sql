-- Tonight's full delivery against the one of the night before it.
WITH told AS (
    SELECT night, sum(rows_accepted + rows_quarantined) AS rows, count(vouched_at) > 0 AS is_vouched FROM delivery
    WHERE department = $department AND extract = $extract AND status = 'accepted' GROUP BY night
),
beside AS (
    SELECT night, is_vouched, rows, lag(rows) OVER (ORDER BY night) AS before FROM told
)
SELECT 1 FROM beside WHERE night = getvariable('check_night') AND NOT is_vouched AND rows < $share * before
