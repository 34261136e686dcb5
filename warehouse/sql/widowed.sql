-- Records of a marriage whose other side has died since. In: crosswalk, std_mention, std_relation. Out: _wh_widowed
-- (person_id, mention_id: of who outlived the other).
CREATE OR REPLACE TEMP TABLE _wh_widowed AS
WITH dead AS (
    SELECT x.person_id, min(coalesce(m.death_date, m.status_date)) AS died
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id)
    WHERE x.is_current AND (m.death_date IS NOT NULL OR m.registration_status = '死亡')
    GROUP BY x.person_id
),
gone AS (
    SELECT mention_id, person_id, died FROM crosswalk JOIN dead USING (person_id)
),
married AS (
    SELECT r.to_mention_id AS mention_id, g.person_id AS spouse, g.died
    FROM std_relation AS r JOIN gone AS g ON g.mention_id = r.from_mention_id WHERE r.relation = 'spouse'
    UNION
    SELECT r.from_mention_id, g.person_id, g.died
    FROM std_relation AS r JOIN gone AS g ON g.mention_id = r.to_mention_id WHERE r.relation = 'spouse'
)
SELECT DISTINCT x.person_id, m.mention_id
FROM married AS m
JOIN crosswalk AS x USING (mention_id)
LEFT JOIN dead AS d ON d.person_id = x.person_id
WHERE x.person_id <> m.spouse AND (d.person_id IS NULL OR m.died < d.died);
