-- Persons whom one current record calls dead and another, in the register, still calls normal. The
-- register often lags behind a death by weeks, so some are to be expected.
WITH said AS (
    SELECT x.person_id, m.registration_status, m.registration_status = '死亡' OR m.death_date IS NOT NULL AS is_dead
    FROM std_mention AS m
    JOIN crosswalk AS x USING (mention_id)
    WHERE x.is_current AND (m.registration_status IN ('死亡', '正常') OR m.death_date IS NOT NULL)
)
SELECT 1
FROM said
WHERE registration_status = '正常' AND person_id IN (SELECT person_id FROM said WHERE is_dead)
GROUP BY person_id
