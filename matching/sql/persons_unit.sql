-- What each unit is known by, as the engine compares it; one part of the units at a time, so that memory is bounded.
-- In: _record, _name, _unit_record, _agent_phone; variables parts, part. Out: _described, one line for each unit of the
-- part; list columns hold several values of one kind. `source`: backbone (the register of residents gave the number),
-- numbered (another department did, and names agree), unproven. A state of an entry may bear somebody else's number:
-- the unit's own is that of the records that hold it.
CREATE OR REPLACE TEMP TABLE _member AS
SELECT u.unit_id, starts_with(u.match_rule, 'same_citizen_id') AS holds, r.record_id, r.name, r.former_name, r.citizen_id,
       r.citizen_id_claim, r.document_no, r.trust_rank, r.sex_code, r.birth_date, r.birth_year_low, r.birth_year_high, r.phone,
       r.phone_2, r.dwelling_keys, r.place_keys, r.employer_code, r.school
FROM _record r JOIN _unit_record u USING (record_id) WHERE u.unit_id % getvariable('parts') = getvariable('part');

CREATE OR REPLACE TEMP TABLE _told AS
WITH found AS MATERIALIZED (
    SELECT unit_id,
           coalesce(max(citizen_id) FILTER (holds), max(citizen_id)) AS citizen_id,
           max(citizen_id_claim) AS citizen_id_claim,
           max(document_no) AS document_no,
           bool_or(holds) AS is_holder,
           bool_or(trust_rank = 1 AND holds) AS is_backbone,
           min(sex_code) FILTER (sex_code IN ('1', '2')) AS sex, sex <> max(sex_code) FILTER (sex_code IN ('1', '2')) AS has_sexes,
           min(birth_date) AS birth, birth <> max(birth_date) AS has_births,
           max(birth_year_low) AS birth_year_low,
           min(birth_year_high) AS birth_year_high
    FROM _member GROUP BY unit_id
), commonest AS (  -- of several values the one that most say; few units have several
    SELECT unit_id, mode(sex_code ORDER BY record_id) FILTER (sex_code IN ('1', '2')) AS sex,
           mode(birth_date ORDER BY record_id) AS birth
    FROM _member SEMI JOIN (FROM found WHERE has_sexes OR has_births) USING (unit_id) GROUP BY unit_id
), told AS (
    SELECT f.*, coalesce(c.sex, f.sex) AS told_sex, coalesce(c.birth, f.birth) AS told_birth
    FROM found AS f LEFT JOIN commonest AS c USING (unit_id)
)
SELECT unit_id, document_no, is_holder, is_backbone,
       coalesce(citizen_id, citizen_id_claim) || CASE WHEN is_holder THEN '' ELSE '!' END AS number,
       CASE WHEN NOT is_holder THEN told_sex WHEN substr(citizen_id, 17, 1)::INT % 2 = 1 THEN '1' ELSE '2' END AS sex_code,
       CASE WHEN is_holder THEN try_strptime(substr(citizen_id, 7, 8), '%Y%m%d')::DATE ELSE told_birth END AS birth_date,
       told_birth,
       coalesce(year(told_birth), least(birth_year_low, birth_year_high)) AS told_low,
       coalesce(year(told_birth), greatest(birth_year_low, birth_year_high)) AS told_high,
       CASE WHEN is_holder THEN substr(citizen_id, 7, 4)::INT ELSE told_low END AS year_low,
       CASE WHEN is_holder THEN substr(citizen_id, 7, 4)::INT ELSE told_high END AS year_high
FROM told;

CREATE OR REPLACE TEMP TABLE _described AS
WITH spelt AS MATERIALIZED (
    SELECT unit_id, x.name, name_key, pinyin, CASE WHEN length(name_key) > 1 THEN surname END AS surname
    FROM (
        SELECT unit_id, name, name AS plain FROM _member WHERE name IS NOT NULL
        UNION SELECT unit_id, '曾:' || former_name, former_name FROM _member WHERE former_name IS NOT NULL AND former_name <> name
    ) x JOIN _name ON _name.name = x.plain
), named AS (  -- nearly all units have one name, and many lists are slow to make
    SELECT unit_id, [any_value(name)] AS names, [any_value(name_key)] AS name_keys, [any_value(pinyin)] AS pinyins,
           CASE WHEN any_value(surname) IS NOT NULL THEN [any_value(surname)] END AS surnames
    FROM spelt GROUP BY unit_id HAVING count(*) = 1
    UNION ALL
    SELECT unit_id, list(DISTINCT name ORDER BY name), list(DISTINCT name_key ORDER BY name_key),
           list(DISTINCT pinyin ORDER BY pinyin), list(DISTINCT surname ORDER BY surname) FILTER (surname IS NOT NULL)
    FROM spelt SEMI JOIN (SELECT unit_id FROM spelt GROUP BY unit_id HAVING count(*) > 1) USING (unit_id) GROUP BY unit_id
), phoned AS (
    SELECT unit_id, list_sort(list(phone)) AS phones
    FROM (SELECT DISTINCT unit_id, phone FROM (SELECT unit_id, unnest([phone, phone_2]) AS phone FROM _member))
    WHERE phone IS NOT NULL AND phone NOT IN (SELECT phone FROM _agent_phone) GROUP BY unit_id
), housed AS (
    SELECT unit_id, list_sort(list(dwelling)) AS dwellings
    FROM (SELECT DISTINCT unit_id, unnest(dwelling_keys) AS dwelling FROM _member) GROUP BY unit_id
), placed AS (
    SELECT unit_id, list_sort(list(place)) AS places
    FROM (SELECT DISTINCT unit_id, unnest(place_keys) AS place FROM _member) GROUP BY unit_id
), employed AS (
    SELECT unit_id, list_sort(list(employer_code)) AS employers
    FROM (SELECT DISTINCT unit_id, employer_code FROM _member WHERE employer_code IS NOT NULL) GROUP BY unit_id
), schooled AS (
    SELECT unit_id, list_sort(list(school)) AS schools
    FROM (SELECT DISTINCT unit_id, school FROM _member WHERE school IS NOT NULL) GROUP BY unit_id
)
SELECT t.unit_id::BIGINT AS unit_id,
       CASE WHEN is_backbone THEN 'backbone' WHEN is_holder THEN 'numbered' ELSE 'unproven' END AS source,
       names, name_keys, pinyins, surnames,
       nullif(concat_ws('|', coalesce(strftime(birth_date, '%Y-%m-%d'), ''), coalesce(strftime(told_birth, '%Y-%m-%d'), ''),
                        coalesce(year_low::VARCHAR, ''), coalesce(year_high::VARCHAR, ''),
                        coalesce(told_low::VARCHAR, ''), coalesce(told_high::VARCHAR, '')), '|||||') AS birth,
       list_sort(list_distinct([birth_date, told_birth])) AS birth_dates,
       list_sort(list_distinct(
           CASE WHEN year_high - year_low <= 3 THEN range(
               year_low::INT - CASE WHEN is_holder OR birth_date IS NOT NULL THEN 0 ELSE 1 END,
               year_high::INT + CASE WHEN is_holder OR birth_date IS NOT NULL THEN 1 ELSE 2 END) ELSE [] END
           || CASE WHEN told_birth IS NOT NULL THEN [year(told_birth)::BIGINT] ELSE [] END)) AS birth_years,
       sex_code, number, document_no,
       CASE WHEN number SIMILAR TO '.*[0-9]{3}[0-9X]!?' THEN right(replace(number, '!', ''), 4) END AS id_tail,
       CASE WHEN number SIMILAR TO '[0-9]{17}[0-9X]!?'
           THEN [substr(number, 7, 12), substr(number, 1, 6) || substr(number, 15, 4), substr(number, 1, 14)]
           WHEN number SIMILAR TO '[0-9]{14}[0-9*]{3}[*]!?' THEN [substr(number, 1, 14)] END AS id_pieces,
       phones, dwellings, places, employers, schools
FROM _told t LEFT JOIN named USING (unit_id) LEFT JOIN phoned USING (unit_id) LEFT JOIN housed USING (unit_id)
LEFT JOIN placed USING (unit_id) LEFT JOIN employed USING (unit_id) LEFT JOIN schooled USING (unit_id);
