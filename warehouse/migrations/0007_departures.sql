-- Deliveries taken out of the base again: by whom and why. Their mentions are gone; what nights published stays.
CREATE TABLE withdrawal (
    delivery_id INTEGER PRIMARY KEY,
    withdrawn_at TIMESTAMPTZ NOT NULL,
    withdrawn_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    mentions BIGINT NOT NULL
);
COMMENT ON COLUMN delivery.status IS 'claimed: to be read; accepted; duplicate; refused; withdrawn: taken back';
ALTER TABLE night ADD COLUMN persons_withdrawn BIGINT;
COMMENT ON COLUMN night.persons_withdrawn IS 'persons of whom only withdrawn deliveries told';
COMMENT ON COLUMN night.persons IS 'at the end of the night = night before + new - merged + split - withdrawn';

-- An entry of the register that is cancelled, for whatever reason but death, is a departure as well; a withdrawal is told
-- of all persons of whom the delivery told.
CREATE OR REPLACE VIEW change_log AS
WITH step AS (
    SELECT n.from_night AS night, n.person_id, n AS new, o AS old, o.person_id IS NULL AS is_new
    FROM person_version AS n
    LEFT JOIN person_version AS o ON o.person_id = n.person_id AND o.to_night = n.from_night
),
regrouped AS (
    SELECT n.from_night AS night, n.person_id, min(o.person_id) AS other_person_id
    FROM crosswalk_version AS n
    JOIN crosswalk_version AS o
        ON o.mention_id = n.mention_id AND o.to_night = n.from_night AND o.person_id <> n.person_id
    JOIN person_key AS k ON k.person_id = n.person_id AND k.minted_night = n.from_night
    GROUP BY ALL
),
told AS (
    SELECT night, person_id, NULL::VARCHAR AS other_person_id,
        unnest(list_filter([
            {change: CASE WHEN is_new AND new.first_night = night THEN CASE WHEN new.birth_date > night - INTERVAL 1 YEAR
                THEN 'birth' ELSE 'arrival' END END, before: NULL, detail: new.residence_community},
            {change: CASE WHEN new.is_deceased AND NOT old.is_deceased THEN 'death' END, before: NULL, detail: NULL},
            {change: CASE WHEN (old.has_current_record AND NOT new.has_current_record)
                OR (NOT new.is_deceased AND new.registration_status IN ('迁出', '注销')
                    AND coalesce(old.registration_status NOT IN ('迁出', '注销'), true))
                THEN 'departure' END, before: NULL, detail: new.registration_status},
            {change: CASE WHEN new.has_current_record AND NOT old.has_current_record THEN 'return' END,
                before: NULL, detail: NULL},
            {change: CASE WHEN old.residence_dwelling_key <> new.residence_dwelling_key
                OR old.residence_community <> new.residence_community OR old.residence_town <> new.residence_town
                THEN 'move' END,
                before: concat_ws(' ', old.residence_town, old.residence_community),
                detail: concat_ws(' ', new.residence_town, new.residence_community)},
            {change: CASE WHEN old.marital_status_code <> new.marital_status_code THEN CASE left(new.marital_status_code, 1)
                WHEN '2' THEN CASE WHEN left(old.marital_status_code, 1) <> '2' THEN 'marriage' END
                WHEN '3' THEN 'widowhood' WHEN '4' THEN 'divorce' END END,
                before: old.marital_status_code, detail: new.marital_status_code},
            {change: CASE WHEN NOT is_new AND old.household_no IS DISTINCT FROM new.household_no THEN 'registration' END,
                before: NULL, detail: NULL},
            {change: CASE WHEN old.name <> new.name THEN 'correction' END, before: NULL, detail: 'name'},
            {change: CASE WHEN old.citizen_id <> new.citizen_id THEN 'correction' END, before: NULL, detail: 'citizen_id'},
            {change: CASE WHEN old.sex_code <> new.sex_code THEN 'correction' END, before: NULL, detail: 'sex_code'},
            {change: CASE WHEN old.birth_date <> new.birth_date THEN 'correction' END, before: NULL, detail: 'birth_date'}
        ], lambda c: c.change IS NOT NULL), recursive := true)
    FROM step
)
SELECT t.* FROM told AS t
WHERE NOT (t.change IN ('arrival', 'birth') AND EXISTS (FROM regrouped AS r WHERE r.night = t.night AND r.person_id = t.person_id))
UNION ALL
SELECT night, person_id, other_person_id, 'split', NULL, NULL FROM regrouped
UNION ALL
SELECT night, retired_person_id, nullif(person_id, retired_person_id), cause, NULL, NULL
FROM person_alias_event WHERE cause <> 'repoint'
UNION ALL
SELECT night, person_id, NULL, 'withdrawal', NULL, NULL FROM person_regrouped WHERE cause = 'withdrawal';
