-- What is past its time. In: {terms} (department, retention_days); variable wh_today. Out: _wh_expired, _wh_leaving.
CREATE OR REPLACE TEMP TABLE _wh_expired AS
SELECT d.delivery_id, d.sha256
FROM delivery AS d JOIN {terms} AS t USING (department)
WHERE d.status <> 'claimed' AND d.purged_at IS NULL AND d.night + t.retention_days::INTEGER < getvariable('wh_today');

CREATE OR REPLACE TEMP TABLE _wh_leaving AS
SELECT x.mention_id
FROM crosswalk AS x SEMI JOIN _wh_expired AS e ON e.delivery_id = x.mention_id >> 34
WHERE NOT x.is_current;
