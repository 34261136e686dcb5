SELECT d.delivery_id
FROM delivery AS d
LEFT JOIN (SELECT delivery_id, count(*) AS stored FROM std_mention GROUP BY ALL) AS m USING (delivery_id)
WHERE d.status NOT IN ('duplicate', 'refused', 'withdrawn')
    AND d.mentions IS NOT NULL
    AND d.mentions <> coalesce(m.stored, 0)
