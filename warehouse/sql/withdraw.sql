-- Mentions taken out. In: _wh_leaving (mention_id), {source_trust} (SOURCE_TRUST). Out: _wh_lost_key, _wh_next_founder.
CREATE OR REPLACE TEMP TABLE _wh_lost_key AS
SELECT k.person_id, coalesce(a.person_id, k.person_id) AS holder
FROM person_key AS k
SEMI JOIN _wh_leaving AS g ON g.mention_id = k.founding_mention_id
LEFT JOIN person_alias AS a ON a.retired_person_id = k.person_id;

-- Another record that is the person's now, and for a retired id was its own before it was merged: the best trusted one.
CREATE OR REPLACE TEMP TABLE _wh_next_founder AS
SELECT l.person_id, arg_min(x.mention_id, (coalesce(t.rank, 99)::HUGEINT << 64) + x.mention_id) AS mention_id
FROM _wh_lost_key AS l
JOIN crosswalk AS x ON x.person_id = l.holder
ANTI JOIN _wh_leaving AS g ON g.mention_id = x.mention_id
SEMI JOIN std_mention AS m ON m.mention_id = x.mention_id
LEFT JOIN {source_trust} AS t ON t.department = x.department
WHERE l.person_id = l.holder
    OR (l.person_id, x.mention_id) IN (
        SELECT (person_id, mention_id) FROM crosswalk_version SEMI JOIN _wh_lost_key USING (person_id))
GROUP BY l.person_id;

UPDATE person_key SET founding_mention_id = n.mention_id FROM _wh_next_founder AS n WHERE n.person_id = person_key.person_id;

DELETE FROM std_relation WHERE from_mention_id IN (FROM _wh_leaving) OR to_mention_id IN (FROM _wh_leaving);
DELETE FROM std_mention WHERE mention_id IN (FROM _wh_leaving);
