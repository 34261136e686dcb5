-- Tonight's full delivery against the one of the night before it.
WITH told AS (
    SELECT night, sum(rows_accepted + rows_quarantined) AS rows FROM delivery WHERE department = $department AND extract = $extract AND status = 'accepted' GROUP BY night
),
beside AS (
    SELECT night, rows, lag(rows) OVER (ORDER BY night) AS before FROM told
)
SELECT 1 FROM beside WHERE night = getvariable('check_night') AND rows < $share * before
