-- Rows of purged deliveries are erased on purpose.
SELECT d.delivery_id
FROM delivery AS d
LEFT JOIN (
    SELECT delivery_id, count(DISTINCT (row_number, line_number)) AS stored FROM quarantined_row GROUP BY ALL
) AS q USING (delivery_id)
WHERE d.status NOT IN ('duplicate', 'refused', 'withdrawn')
    AND d.purged_at IS NULL
    AND d.rows_quarantined IS NOT NULL
    AND d.rows_quarantined <> coalesce(q.stored, 0)
