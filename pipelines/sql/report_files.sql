-- The files of a night; late are those exported before one that has come already. Parameters: night.
SELECT file, coalesce(department, '') AS department, coalesce(extract, '') AS extract,
       CASE WHEN status = 'accepted' AND exported_on < max(exported_on) OVER (PARTITION BY department, extract)
            THEN 'late' ELSE status END AS status,
       coalesce(reason_code, '') AS reason_code,
       coalesce(rows_delivered, 0) AS delivered, coalesce(rows_accepted, 0) AS accepted,
       coalesce(rows_quarantined, 0) AS quarantined, coalesce(rows_non_data, 0) AS non_data,
       coalesce(mentions, 0) AS mentions
FROM delivery
WHERE night <= $night
QUALIFY night = $night
ORDER BY department, file, delivery_id
