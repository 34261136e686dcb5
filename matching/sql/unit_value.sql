-- What each unit is known by. One table for each kind of value, since a unit may have several.

CREATE OR REPLACE TEMP TABLE _member AS
SELECT u.unit_id, r.* FROM _unit_record u JOIN _record r USING (record_id);

CREATE OR REPLACE TEMP TABLE _unit AS
WITH told AS (
    SELECT unit_id,
           max(citizen_id) AS citizen_id,
           max(citizen_id_claim) AS citizen_id_claim,
           max(document_no) AS document_no,
           bool_or(trust_rank = 1 AND citizen_id IS NOT NULL) AS is_backbone,
           mode(sex_code ORDER BY record_id) FILTER (sex_code IN ('1', '2')) AS sex_code,
           mode(birth_date ORDER BY record_id) AS birth_date,
           max(birth_year_low) AS birth_year_low,
           min(birth_year_high) AS birth_year_high,
           count(*) AS record_count
    FROM _member GROUP BY unit_id
), holder AS (
    SELECT DISTINCT ON (citizen_id) citizen_id, unit_id
    FROM (SELECT m.citizen_id, m.unit_id FROM _member m JOIN _unit_record u USING (record_id)
          WHERE m.citizen_id IS NOT NULL AND starts_with(u.match_rule, 'same_citizen_id'))
    ORDER BY citizen_id, unit_id
)
SELECT told.unit_id, told.citizen_id, holder.unit_id IS NOT NULL AS is_holder,
       told.citizen_id_claim, told.document_no,
       told.is_backbone AND holder.unit_id IS NOT NULL AS is_backbone,
       CASE WHEN holder.unit_id IS NULL THEN told.sex_code
            WHEN substr(told.citizen_id, 17, 1)::INT % 2 = 1 THEN '1' ELSE '2' END AS sex_code,
       CASE WHEN holder.unit_id IS NULL THEN told.birth_date
            ELSE try_strptime(substr(told.citizen_id, 7, 8), '%Y%m%d')::DATE END AS birth_date,
       told.birth_date AS told_birth_date,
       coalesce(year(told.birth_date), least(told.birth_year_low, told.birth_year_high)) AS told_low,
       coalesce(year(told.birth_date), greatest(told.birth_year_low, told.birth_year_high)) AS told_high,
       CASE WHEN holder.unit_id IS NULL THEN told_low ELSE substr(told.citizen_id, 7, 4)::INT END AS year_low,
       CASE WHEN holder.unit_id IS NULL THEN told_high ELSE substr(told.citizen_id, 7, 4)::INT END AS year_high,
       coalesce(told.citizen_id, told.citizen_id_claim) AS number,
       regexp_extract(number, '^[^*]*') AS head, regexp_extract(number, '[^*]*$') AS tail,
       record_count
FROM told LEFT JOIN holder USING (unit_id, citizen_id);

CREATE OR REPLACE TEMP TABLE _unit_name AS
SELECT DISTINCT unit_id, name, false AS is_former FROM _member WHERE name IS NOT NULL
UNION
SELECT DISTINCT unit_id, former_name, true FROM _member
WHERE former_name IS NOT NULL AND former_name <> name;

-- A phone of very many names is an agent's, not a family's.
CREATE OR REPLACE TEMP TABLE _unit_phone AS
WITH held AS (
    SELECT unit_id, phone, name FROM _member WHERE phone IS NOT NULL
    UNION ALL
    SELECT unit_id, phone_2, name FROM _member WHERE phone_2 IS NOT NULL
), shared AS (
    SELECT phone, approx_count_distinct(name) AS holders FROM held GROUP BY phone
)
SELECT DISTINCT unit_id, phone, holders FROM held JOIN shared USING (phone)
WHERE holders <= getvariable('phone_holders');

CREATE OR REPLACE TEMP TABLE _unit_dwelling AS
SELECT DISTINCT unit_id, unnest(dwelling_keys) AS dwelling FROM _member;

CREATE OR REPLACE TEMP TABLE _unit_place AS
SELECT DISTINCT unit_id, unnest(place_keys) AS place FROM _member;

-- Relatives: stated in a row, or members of one household of a family's size.
CREATE OR REPLACE TEMP TABLE _household_unit AS
SELECT DISTINCT household_key, unit_id FROM _member WHERE household_key IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY household_key) <= getvariable('household_members');

CREATE OR REPLACE TEMP TABLE _kin AS
WITH stated AS (
    SELECT f.unit_id AS unit_id, t.unit_id AS kin_id
    FROM _relation x
    JOIN _unit_record f ON f.record_id = x.from_record_id
    JOIN _unit_record t ON t.record_id = x.to_record_id
    WHERE x.relation IN ('spouse', 'child_of', 'guardian_of', 'next_of_kin_of', 'household_member_of', 'co_owner_of')
), siblings AS (
    SELECT a.from_record_id AS l, b.from_record_id AS r
    FROM _relation a JOIN _relation b ON a.to_record_id = b.to_record_id AND a.from_record_id <> b.from_record_id
    WHERE a.relation = b.relation AND a.relation IN ('child_of', 'guardian_of', 'household_member_of')
)
SELECT unit_id, kin_id FROM stated WHERE unit_id <> kin_id
UNION
SELECT kin_id, unit_id FROM stated WHERE unit_id <> kin_id
UNION
SELECT f.unit_id, t.unit_id FROM siblings s
JOIN _unit_record f ON f.record_id = s.l JOIN _unit_record t ON t.record_id = s.r WHERE f.unit_id <> t.unit_id
UNION
SELECT a.unit_id, b.unit_id FROM _household_unit a JOIN _household_unit b USING (household_key)
WHERE a.unit_id <> b.unit_id;

-- Frequencies among the people known by number: what a shared value is worth (term frequency).
SET VARIABLE population = (SELECT greatest(count(*) FILTER (is_holder), count(*) // 4, 100) FROM _unit);

CREATE OR REPLACE TEMP TABLE _name_frequency AS
WITH counted AS (
    SELECT n.name, n.pinyin, count(*) FILTER (u.is_holder) AS holders
    FROM _unit_name x JOIN _unit u USING (unit_id) JOIN _name n USING (name)
    WHERE NOT x.is_former GROUP BY ALL
)
SELECT name, greatest(holders, 1) / getvariable('population')::DOUBLE AS name_frequency,
       greatest(sum(holders) OVER (PARTITION BY pinyin), 1) / getvariable('population')::DOUBLE AS pinyin_frequency
FROM counted;

CREATE OR REPLACE TEMP TABLE _place_frequency AS
SELECT place, count(DISTINCT unit_id) / (SELECT count(*) FROM _unit)::DOUBLE AS place_frequency
FROM _unit_place GROUP BY place;

CREATE OR REPLACE TEMP TABLE _unit_employer AS
SELECT DISTINCT unit_id, employer_code AS employer,
       count(DISTINCT unit_id) OVER (PARTITION BY employer_code) / getvariable('population')::DOUBLE AS employer_frequency
FROM _member WHERE employer_code IS NOT NULL;
