-- What is past its time. In: {terms} (department, retention_days); variable wh_today. Out: _wh_past (all deliveries past
-- their term; the longest where their department has none any more), _wh_expired (those that no purge has seen),
-- _wh_leaving (mention_id: what is not in force any more).
CREATE OR REPLACE TEMP TABLE _wh_past AS
SELECT d.delivery_id, d.sha256, d.purged_at
FROM delivery AS d LEFT JOIN {terms} AS t USING (department)
WHERE d.status <> 'claimed'
    AND d.night + coalesce(t.retention_days, (SELECT max(retention_days) FROM {terms}))::INTEGER
        < getvariable('wh_today');

CREATE OR REPLACE TEMP TABLE _wh_expired AS SELECT delivery_id, sha256 FROM _wh_past WHERE purged_at IS NULL;

-- A record that was in force at an earlier purge may have been replaced since. (The crosswalk forgets what goes at the next
-- merge.)
CREATE OR REPLACE TEMP TABLE _wh_leaving AS
SELECT x.mention_id
FROM crosswalk AS x SEMI JOIN std_mention USING (mention_id)
SEMI JOIN _wh_past AS e ON e.delivery_id = x.mention_id >> 34
WHERE NOT x.is_current;
