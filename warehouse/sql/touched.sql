-- Persons whose golden record may differ from last night's: their records came, went, or count otherwise; or a grid that
-- one of them names stands for another place; or who is known to have been widowed by somebody's death, or not any more. In:
-- wh_changed_person, crosswalk, std_mention, std_address, _wh_widowed, person_widowed; variable wh_all (everybody).
-- Out: _wh_touched (person_id); community_place, person_widowed.
CREATE OR REPLACE TEMP TABLE _wh_community_place AS
WITH told AS (
    SELECT left(m.grid_no, 12) AS community_no, a.town, coalesce(a.community, a.village) AS community, count(*) AS times
    FROM std_mention AS m JOIN std_address AS a ON a.address_raw = m.residence_address_raw AND a.is_local
    WHERE m.grid_no IS NOT NULL AND a.town IS NOT NULL GROUP BY ALL
)
SELECT community_no, unnest(arg_max({town: town, community: community}, (times, town, community)))
FROM told GROUP BY community_no;

CREATE OR REPLACE TEMP TABLE _wh_touched AS
WITH renamed AS (
    SELECT community_no FROM ((FROM _wh_community_place EXCEPT FROM community_place)
        UNION ALL (FROM community_place EXCEPT FROM _wh_community_place))
)
FROM wh_changed_person
UNION
SELECT person_id FROM ((FROM _wh_widowed EXCEPT FROM person_widowed)
    UNION ALL (FROM person_widowed EXCEPT FROM _wh_widowed))
UNION
SELECT x.person_id FROM crosswalk AS x JOIN std_mention AS m USING (mention_id)
WHERE left(m.grid_no, 12) IN (FROM renamed)
UNION
SELECT person_id FROM crosswalk WHERE getvariable('wh_all')
UNION
SELECT person_id FROM person WHERE getvariable('wh_all');

DELETE FROM community_place;
INSERT INTO community_place FROM _wh_community_place ORDER BY community_no;
DELETE FROM person_widowed;
INSERT INTO person_widowed FROM _wh_widowed ORDER BY ALL;
