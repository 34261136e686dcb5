-- Persons whose records go from or to another person tonight, or were withdrawn, and why. In: crosswalk, delivery,
-- _wh_crosswalk, _wh_alias, {judged} (record_id), variable wh_night. Out: person_regrouped.
INSERT INTO person_regrouped
WITH moved AS (
    SELECT mention_id, o.person_id AS person_before, n.person_id AS person_after
    FROM _wh_crosswalk AS n JOIN crosswalk AS o USING (mention_id)
    WHERE n.person_id <> o.person_id
),
merged AS (
    SELECT unnest([retired_person_id, person_id]) AS person_id FROM _wh_alias WHERE cause <> 'restore'
),
judged AS (
    SELECT person_id FROM _wh_crosswalk JOIN {judged} ON record_id = mention_id
    UNION SELECT person_id FROM crosswalk JOIN {judged} ON record_id = mention_id
),
withdrawn AS (
    SELECT person_id FROM crosswalk WHERE mention_id >> 34 IN (SELECT delivery_id FROM delivery WHERE status = 'withdrawn')
)
SELECT DISTINCT getvariable('wh_night'), person_id,
    CASE WHEN person_id IN (FROM withdrawn) THEN 'withdrawal' WHEN person_id IN (FROM judged) THEN 'review'
        WHEN person_id IN (FROM merged) THEN 'merge' ELSE 'split' END
FROM (SELECT unnest([person_before, person_after]) AS person_id FROM moved UNION ALL FROM withdrawn)
WHERE person_id NOT IN (SELECT person_id FROM person_regrouped WHERE night = getvariable('wh_night'))
ORDER BY ALL;
