-- The records of clusters, with the units that they are in. Parameters: clusters (BIGINT[]).
SELECT p.cluster, u.unit_id, u.source, r.record_id, r.match_rule
FROM match_place p JOIN match_unit u USING (unit_id) JOIN match_record r USING (unit_id)
WHERE p.cluster IN (SELECT unnest($clusters::BIGINT[]))
ORDER BY p.cluster, u.unit_id, r.record_id
