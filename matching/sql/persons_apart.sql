-- The other states of an entry go with the one that was judged to be somebody else, but for those that are judged
-- themselves. In: _record, _judgement_in_force, _judged_apart (record_id, apart_id). Out: more of _judged_apart.
INSERT INTO _judged_apart
SELECT r.record_id, min(a.record_id)
FROM (FROM _record SEMI JOIN _judged_apart USING (record_id)) AS a
JOIN _record AS r ON r.entry_key = a.entry_key AND r.name IS NOT DISTINCT FROM a.name
    AND r.citizen_id IS NOT DISTINCT FROM a.citizen_id AND r.document_no IS NOT DISTINCT FROM a.document_no
WHERE r.record_id NOT IN (
    SELECT unnest([record_id_l, record_id_r]) FROM _judgement_in_force WHERE judgement <> 'unsure'
)
GROUP BY r.record_id;
