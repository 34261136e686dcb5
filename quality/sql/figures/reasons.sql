SELECT d.department, q.reason_code, count(*) AS rows
FROM quarantined_row AS q JOIN delivery AS d USING (delivery_id)
WHERE d.night = getvariable('check_night')
GROUP BY d.department, q.reason_code
QUALIFY row_number() OVER (PARTITION BY d.department ORDER BY count(*) DESC, q.reason_code) <= 5
ORDER BY d.department, rows DESC, q.reason_code
