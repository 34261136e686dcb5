-- Relatives and certain links of the units that were made anew, and of all who share a household with them.
-- In: {relations} (all), _renewed, _household_left, _before. Out: match_kin, match_must; _kin_touched (unit_id).
CREATE OR REPLACE TEMP TABLE _household_touched AS
SELECT DISTINCT household_key FROM match_record
WHERE household_key IS NOT NULL AND record_id IN (FROM _renewed)
UNION SELECT household_key FROM _household_left;

-- Units whose relatives are told anew.
CREATE OR REPLACE TEMP TABLE _kin_unit AS
SELECT unit_id FROM match_record WHERE record_id IN (FROM _renewed)
UNION SELECT unit_id FROM match_record SEMI JOIN _household_touched USING (household_key);

CREATE OR REPLACE TEMP TABLE _kin_record AS SELECT record_id, unit_id FROM match_record SEMI JOIN _kin_unit USING (unit_id);

-- Their households, without those of so many members that they are institutions.
CREATE OR REPLACE TEMP TABLE _household_small AS
SELECT household_key FROM (
    SELECT DISTINCT household_key, unit_id FROM match_record
    WHERE household_key IN (SELECT household_key FROM match_record SEMI JOIN _kin_unit USING (unit_id))
) GROUP BY household_key HAVING count(*) <= getvariable('household_members');

-- What a row or a household says of them; siblings are those of whom a row says the same of one person.
CREATE OR REPLACE TEMP TABLE _kin_new AS
WITH told AS (
    SELECT from_record_id, to_record_id, relation FROM {relations}
    WHERE relation IN ('spouse', 'child_of', 'guardian_of', 'next_of_kin_of', 'household_member_of', 'co_owner_of')
), about AS (
    SELECT to_record_id FROM told SEMI JOIN _kin_record k ON k.record_id = told.from_record_id
    UNION SELECT record_id FROM _kin_record
), near AS (
    SELECT * FROM told SEMI JOIN about USING (to_record_id)
), pairs AS (
    SELECT from_record_id AS l, to_record_id AS r FROM near
    UNION ALL
    SELECT a.from_record_id, b.from_record_id FROM near a JOIN near b
      ON a.to_record_id = b.to_record_id AND a.relation = b.relation AND a.from_record_id < b.from_record_id
    WHERE a.relation IN ('child_of', 'guardian_of', 'household_member_of')
), household AS (
    SELECT DISTINCT household_key, unit_id FROM match_record SEMI JOIN _household_touched USING (household_key)
    SEMI JOIN _household_small USING (household_key)
), either AS (
    SELECT l.unit_id AS a, r.unit_id AS b FROM pairs p
    JOIN match_record l ON l.record_id = p.l JOIN match_record r ON r.record_id = p.r
    UNION ALL
    SELECT a.unit_id, b.unit_id FROM household a JOIN household b USING (household_key)
)
SELECT DISTINCT least(a, b) AS unit_l, greatest(a, b) AS unit_r FROM either
WHERE a <> b AND (a IN (SELECT unit_id FROM _kin_unit) OR b IN (SELECT unit_id FROM _kin_unit));

CREATE OR REPLACE TEMP TABLE _kin_stale AS
SELECT unit_id FROM _kin_unit UNION SELECT unit_id FROM _before;
CREATE OR REPLACE TEMP TABLE _kin_old AS
SELECT * FROM match_kin
WHERE unit_l IN (SELECT unit_id FROM _kin_stale) OR unit_r IN (SELECT unit_id FROM _kin_stale);

CREATE OR REPLACE TEMP TABLE _kin_touched AS
SELECT DISTINCT unnest([unit_l, unit_r]) AS unit_id
FROM ((FROM _kin_new EXCEPT FROM _kin_old) UNION ALL (FROM _kin_old EXCEPT FROM _kin_new));
DELETE FROM match_kin
WHERE unit_l IN (SELECT unit_id FROM _kin_stale) OR unit_r IN (SELECT unit_id FROM _kin_stale);
INSERT INTO match_kin FROM _kin_new;

-- Certain although the numbers differ: a number was changed or corrected. The same entry of a department, or the
-- same place in a household register, with the same name, the same birth date and no other sex; but not when one batch
-- has both.
CREATE OR REPLACE TEMP TABLE _must_new AS
WITH entry AS (
    SELECT unit_id, entry_key AS key, name, birth_date, NULL AS sex_code, batch, 'same_record' AS match_rule
    FROM match_record WHERE birth_date IS NOT NULL AND entry_key IS NOT NULL
    UNION ALL
    SELECT unit_id, household_key, name, birth_date, CASE WHEN sex_code IN ('1', '2') THEN sex_code END, batch, 'number_changed'
    FROM match_record SEMI JOIN _household_small USING (household_key) WHERE birth_date IS NOT NULL
), own AS (
    SELECT * FROM entry SEMI JOIN _kin_unit USING (unit_id)
)
SELECT least(a.unit_id, b.unit_id) AS unit_l, greatest(a.unit_id, b.unit_id) AS unit_r, min(a.match_rule) AS match_rule
FROM own a JOIN entry b ON a.key = b.key AND a.match_rule = b.match_rule AND a.name = b.name AND a.birth_date = b.birth_date AND a.unit_id <> b.unit_id
GROUP BY least(a.unit_id, b.unit_id), greatest(a.unit_id, b.unit_id)
HAVING bool_or(a.match_rule = 'same_record') OR NOT coalesce(bool_or(a.batch = b.batch OR a.sex_code <> b.sex_code), false);

CREATE OR REPLACE TEMP TABLE _must_old AS
SELECT * FROM match_must
WHERE unit_l IN (SELECT unit_id FROM _kin_stale) OR unit_r IN (SELECT unit_id FROM _kin_stale);
CREATE OR REPLACE TEMP TABLE _must_touched AS
SELECT DISTINCT unnest([unit_l, unit_r]) AS unit_id
FROM ((FROM _must_new EXCEPT FROM _must_old) UNION ALL (FROM _must_old EXCEPT FROM _must_new));
DELETE FROM match_must
WHERE unit_l IN (SELECT unit_id FROM _kin_stale) OR unit_r IN (SELECT unit_id FROM _kin_stale);
INSERT INTO match_must FROM _must_new;
