-- Persons whom one current record calls dead and another, in the register, still calls normal. The
-- register often lags behind a death by weeks, so some are to be expected.
SELECT 1
FROM std_mention AS m
JOIN crosswalk AS x USING (mention_id)
WHERE x.is_current
GROUP BY x.person_id
HAVING bool_or(m.registration_status = '死亡' OR m.death_date IS NOT NULL) AND bool_or(m.registration_status = '正常')
