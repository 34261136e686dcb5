-- A delivery taken back. In: {source_trust} (SOURCE_TRUST), variable wh_delivery_id. Out: _wh_lost_key, _wh_next_founder.
CREATE OR REPLACE TEMP TABLE _wh_lost_key AS
SELECT k.person_id, coalesce(a.person_id, k.person_id) AS holder
FROM person_key AS k
LEFT JOIN person_alias AS a ON a.retired_person_id = k.person_id
WHERE k.founding_mention_id >> 34 = getvariable('wh_delivery_id');

-- Another record that is the person's now, and for a retired id was its own before it was merged: the best trusted one.
CREATE OR REPLACE TEMP TABLE _wh_next_founder AS
SELECT l.person_id, arg_min(x.mention_id, (coalesce(t.rank, 99)::HUGEINT << 64) + x.mention_id) AS mention_id
FROM _wh_lost_key AS l
JOIN crosswalk AS x ON x.person_id = l.holder AND x.mention_id >> 34 <> getvariable('wh_delivery_id')
SEMI JOIN std_mention AS m ON m.mention_id = x.mention_id
LEFT JOIN {source_trust} AS t ON t.department = x.department
WHERE l.person_id = l.holder
    OR (l.person_id, x.mention_id) IN (
        SELECT (person_id, mention_id) FROM crosswalk_version SEMI JOIN _wh_lost_key USING (person_id))
GROUP BY l.person_id;

UPDATE person_key SET founding_mention_id = n.mention_id FROM _wh_next_founder AS n WHERE n.person_id = person_key.person_id;

DELETE FROM std_relation
WHERE from_mention_id >> 34 = getvariable('wh_delivery_id') OR to_mention_id >> 34 = getvariable('wh_delivery_id');
DELETE FROM std_mention WHERE delivery_id = getvariable('wh_delivery_id');
DELETE FROM quarantined_row WHERE delivery_id = getvariable('wh_delivery_id');
UPDATE delivery SET status = 'withdrawn', mentions = 0 WHERE delivery_id = getvariable('wh_delivery_id');
