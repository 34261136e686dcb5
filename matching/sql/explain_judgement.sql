-- Judgements in force about records of clusters. In: _judgement_in_force. Parameters: clusters (BIGINT[]).
SELECT j.judgement_id, j.judgement, j.record_id_l, j.record_id_r, l.unit_id, r.unit_id, pl.cluster, pr.cluster,
       j.decided_by, j.reason, j.decided_at
FROM _judgement_in_force j
JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
JOIN match_place pl ON pl.unit_id = l.unit_id JOIN match_place pr ON pr.unit_id = r.unit_id
WHERE pl.cluster IN (SELECT unnest($clusters::BIGINT[])) OR pr.cluster IN (SELECT unnest($clusters::BIGINT[]))
ORDER BY j.judgement_id
