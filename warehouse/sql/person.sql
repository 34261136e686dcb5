-- Surviving values of a part of the persons -> the tables of the base as they must be for them. In: _wh_survivor, _wh_record,
-- _wh_holder; variables wh_first, wh_last. Out: _wh_person_attribute, _wh_person_runner_up, _wh_person, in the order of
-- person ids, which is that of their numbers.
CREATE OR REPLACE TEMP VIEW _wh_person_attribute AS
SELECT h.person_id, s.attribute, s.value, r.department, r.extract, r.file, r.row_number, r.role, r.night,
    r.record_date AS recorded_date, s.agreeing_count, s.differing_count
FROM _wh_survivor AS s
JOIN _wh_record AS r USING (mention_id)
JOIN _wh_holder AS h ON h.person_no = s.person_no
WHERE s.place = 1
ORDER BY s.person_no, s.attribute;

CREATE OR REPLACE TEMP VIEW _wh_person_runner_up AS
SELECT h.person_id, s.attribute, s.place, s.value, s.agreeing_count, s.mention_ids
FROM _wh_survivor AS s
JOIN _wh_holder AS h ON h.person_no = s.person_no
WHERE s.place > 1
ORDER BY s.person_no, s.attribute, s.place;

CREATE OR REPLACE TEMP TABLE _wh_person AS
WITH wide AS (
    SELECT person_no,
        max(value) FILTER (attribute = 'name') AS name,
        max(value) FILTER (attribute = 'former_name') AS former_name,
        max(value) FILTER (attribute = 'citizen_id') AS citizen_id,
        max(value) FILTER (attribute = 'sex_code') AS sex_code,
        max(value) FILTER (attribute = 'birth_date')::DATE AS birth_date,
        max(value) FILTER (attribute = 'ethnic_code') AS ethnic_code,
        max(value) FILTER (attribute = 'marital_status_code') AS marital_status_code,
        max(value) FILTER (attribute = 'education_code') AS education_code,
        max(value) FILTER (attribute = 'phone') AS phone,
        max(value) FILTER (attribute = 'registered_address') AS registered_address,
        max(value) FILTER (attribute = 'registered_division_code') AS registered_division_code,
        max(value) FILTER (attribute = 'household_no') AS household_no,
        max(value) FILTER (attribute = 'relation_to_head_code') AS relation_to_head_code,
        max(value) FILTER (attribute = 'residence_address') AS residence_address,
        max(value) FILTER (attribute = 'employer_name') AS employer_name,
        max(value) FILTER (attribute = 'employer_code') AS employer_code,
        max(value) FILTER (attribute = 'school_name') AS school_name,
        max(value) FILTER (attribute = 'population_category') AS population_category,
        max(value) FILTER (attribute = 'registration_status') AS registration_status,
        max(value) FILTER (attribute = 'death_date')::DATE AS death_date
    FROM _wh_survivor
    WHERE place = 1
    GROUP BY person_no
),
dead AS (
    SELECT DISTINCT person_no FROM _wh_record WHERE registration_status = '死亡' OR death_date IS NOT NULL
),
assumed AS (
    SELECT s.person_no FROM _wh_survivor AS s JOIN _wh_record AS r USING (mention_id)
    SEMI JOIN _wh_assumed AS u
        ON u.department = r.department AND u.extract = r.extract AND u.role = r.role AND u.attribute = s.attribute
    WHERE s.place = 1 AND s.attribute = 'residence_address'
),
-- A grid's number begins with that of its community, which tells the place where an address leaves the town out.
beside AS (
    SELECT s.person_no, n.town, n.community
    FROM _wh_survivor AS s JOIN _wh_record AS r USING (mention_id) JOIN community_place AS n USING (community_no)
    WHERE s.place = 1 AND s.attribute = 'residence_address'
),
valued AS (
    SELECT h.person_no, h.person_id, w.* EXCLUDE (person_no),
        CASE WHEN u.person_no IS NOT NULL THEN 'assumed' WHEN w.residence_address IS NOT NULL THEN 'stated'
            WHEN g.is_local THEN 'registered' END AS residence_source,
        a.division_code AS residence_division_code,
        coalesce(a.town, CASE WHEN a.is_local THEN b.town END) AS residence_town,
        coalesce(a.community, a.village, CASE WHEN a.is_local THEN b.community END) AS residence_community,
        a.dwelling_key AS residence_dwelling_key, a.is_local AS residence_is_local,
        d.person_no IS NOT NULL AS is_deceased,
        h.has_current_record, coalesce(h.current_departments, h.all_departments) AS departments,
        h.mention_count, h.first_night, h.last_night
    FROM _wh_holder AS h
    LEFT JOIN wide AS w USING (person_no)
    -- Of whom nobody says where they live, the register does, unless it has let them go.
    LEFT JOIN std_address AS g ON w.residence_address IS NULL AND is_registered(w.registration_status)
        AND g.address_raw = w.registered_address
    LEFT JOIN std_address AS a
        ON a.address_raw = coalesce(w.residence_address, CASE WHEN g.is_local THEN w.registered_address END)
    LEFT JOIN dead AS d USING (person_no)
    LEFT JOIN assumed AS u USING (person_no)
    LEFT JOIN beside AS b USING (person_no)
    WHERE h.person_no BETWEEN getvariable('wh_first') AND getvariable('wh_last')
)
-- Floating: somebody says that the person lives here, and nothing says that this county holds the person's registration.
SELECT * EXCLUDE (person_no), len(departments)::INTEGER AS department_count,
    NOT is_deceased AND has_current_record AND residence_source IS NOT DISTINCT FROM 'stated' AND coalesce(residence_is_local, true)
        AND NOT (
            (household_no IS NOT NULL OR population_category IS NOT DISTINCT FROM '户籍人口')
            AND is_registered(registration_status)
        ) AS is_floating
FROM valued
ORDER BY person_no;
