-- The part of all that entities are made of from which touched persons' dwellings and households can be made anew.
-- In: wh_touched_person; std_mention, std_address, std_relation, crosswalk_version, person_attribute_version and person as
-- they are now; person_dwelling, household and household_member as they were. Macro entity_id.
-- Out: _wh_mention, _wh_address, _wh_relation, _wh_householder; what has to be as they say: _wh_touched_dwelling
-- (dwelling_id), _wh_touched_household (household_id), _wh_related (person_id).
CREATE OR REPLACE TEMP TABLE _wh_touched_mention AS
SELECT DISTINCT m.mention_id, m.residence_address_raw, m.registered_address_raw, m.dwelling_address_raw, m.dwelling_no
FROM crosswalk_version AS x SEMI JOIN wh_touched_person USING (person_id) JOIN std_mention AS m USING (mention_id);

-- Doors of one registered unit are one dwelling, so doors bring in all those that share a unit's number with them. No
-- more: a door on which no touched person's record says anything keeps its numbers.
CREATE OR REPLACE TEMP TABLE _wh_numbered AS
SELECT DISTINCT m.dwelling_no, a.dwelling_key
FROM std_mention AS m
JOIN crosswalk AS x USING (mention_id)
JOIN std_address AS a ON a.address_raw = m.dwelling_address_raw AND a.is_local
WHERE m.dwelling_no IS NOT NULL AND x.is_current AND a.dwelling_key IS NOT NULL;

CREATE OR REPLACE TEMP TABLE _wh_touched_key AS
WITH said AS (
    SELECT unnest([residence_address_raw, registered_address_raw, dwelling_address_raw]) AS address_raw
    FROM _wh_touched_mention
    UNION
    SELECT value FROM person_attribute_version SEMI JOIN wh_touched_person USING (person_id)
    WHERE attribute IN ('residence_address', 'registered_address')
),
near AS (
    SELECT DISTINCT dwelling_key FROM std_address SEMI JOIN said USING (address_raw) WHERE is_local AND dwelling_key IS NOT NULL
),
unit AS (
    SELECT dwelling_no FROM _wh_numbered SEMI JOIN near USING (dwelling_key)
    UNION
    SELECT dwelling_no FROM _wh_touched_mention WHERE dwelling_no IS NOT NULL
)
FROM near UNION SELECT dwelling_key FROM _wh_numbered SEMI JOIN unit USING (dwelling_no);

CREATE OR REPLACE TEMP TABLE _wh_near_address AS
FROM std_address SEMI JOIN _wh_touched_key USING (dwelling_key) WHERE is_local;
CREATE OR REPLACE TEMP VIEW _wh_address AS FROM _wh_near_address;

-- Employers are few and told by their names' frequencies: all that is said of them is looked at.
CREATE OR REPLACE TEMP VIEW _wh_mention AS
FROM std_mention
WHERE coalesce(employer_code, employer_name) IS NOT NULL
    OR residence_address_raw IN (SELECT address_raw FROM _wh_address)
    OR dwelling_address_raw IN (SELECT address_raw FROM _wh_address);

CREATE OR REPLACE TEMP TABLE _wh_touched_dwelling AS SELECT entity_id('D', dwelling_key) AS dwelling_id FROM _wh_touched_key;

CREATE OR REPLACE TEMP TABLE _wh_household_no AS
SELECT household_no FROM person SEMI JOIN wh_touched_person USING (person_id) WHERE household_no IS NOT NULL
UNION
SELECT h.household_no FROM household AS h JOIN household_member AS m USING (household_id)
SEMI JOIN wh_touched_person AS t ON t.person_id = m.person_id
UNION
SELECT p.household_no FROM person AS p JOIN person_dwelling AS d USING (person_id)
SEMI JOIN _wh_touched_dwelling AS t ON t.dwelling_id = d.dwelling_id
WHERE d.link = 'registered' AND p.household_no IS NOT NULL;

CREATE OR REPLACE TEMP TABLE _wh_touched_household AS
SELECT entity_id('H', household_no) AS household_id FROM _wh_household_no;
CREATE OR REPLACE TEMP VIEW _wh_householder AS FROM person SEMI JOIN _wh_household_no USING (household_no);

CREATE OR REPLACE TEMP TABLE _wh_related AS
SELECT person_id FROM _wh_householder UNION FROM wh_touched_person;
CREATE OR REPLACE TEMP TABLE _wh_related_mention AS SELECT mention_id FROM crosswalk SEMI JOIN _wh_related USING (person_id);
CREATE OR REPLACE TEMP VIEW _wh_relation AS
FROM std_relation
WHERE from_mention_id IN (FROM _wh_related_mention) OR to_mention_id IN (FROM _wh_related_mention);
