-- The living, with what the statistics look at. In: person, person_dwelling, dwelling, std_address; variables wh_night,
-- wh_least. Out: _wh_living (one line for each person), among them the residents: town is not null. Their places are told
-- in `town`, `community`, `grid_no`: those of fewer residents than wh_least, which departments name, are one.
CREATE OR REPLACE TEMP MACRO told(place, residents) AS
    CASE WHEN residents < getvariable('wh_least') THEN '其他' ELSE place END;

CREATE OR REPLACE TEMP TABLE _wh_living AS
WITH home AS (
    SELECT l.person_id, any_value(l.dwelling_id) AS dwelling_id, any_value(d.grid_no) AS grid_no
    FROM person_dwelling AS l JOIN dwelling AS d USING (dwelling_id) WHERE l.link = 'resident' GROUP BY l.person_id
),
living AS (
    SELECT p.person_id, p.sex_code, p.birth_date, date_diff('year', p.birth_date, getvariable('wh_night'))
            - (strftime(p.birth_date, '%m%d') > strftime(getvariable('wh_night'), '%m%d'))::INTEGER AS age,
        p.household_no IS NOT NULL AND is_registered(p.registration_status) AS is_registered,
        p.residence_town AS home_town, p.residence_community AS home_community, h.dwelling_id, h.grid_no AS home_grid,
        p.is_floating, p.school_name IS NOT NULL AS is_at_school, p.departments, p.citizen_id,
        p.registered_address, p.residence_address, p.residence_source, p.residence_dwelling_key
    FROM person AS p
    LEFT JOIN home AS h USING (person_id)
    WHERE NOT p.is_deceased AND p.has_current_record
),
-- A resident is in the register here, or floating. Whom a visit calls registered and no register knows is somebody in
-- it, not yet linked.
lives AS (
    SELECT *, home_town IS NOT NULL AND (is_floating OR is_registered) AS is_resident FROM living
),
town AS (SELECT home_town, count(*) AS residents FROM lives WHERE is_resident GROUP BY home_town),
community AS (SELECT home_community, count(*) AS residents FROM lives WHERE is_resident GROUP BY home_community),
grid AS (SELECT home_grid, count(*) AS residents FROM lives WHERE is_resident GROUP BY home_grid)
SELECT l.*, CASE WHEN is_resident THEN told(l.home_town, t.residents) END AS town,
    CASE WHEN is_resident THEN told(l.home_community, c.residents) END AS community,
    CASE WHEN is_resident THEN told(l.home_grid, g.residents) END AS grid_no
FROM lives AS l
LEFT JOIN town AS t ON t.home_town = l.home_town
LEFT JOIN community AS c ON c.home_community IS NOT DISTINCT FROM l.home_community
LEFT JOIN grid AS g ON g.home_grid IS NOT DISTINCT FROM l.home_grid;

CREATE OR REPLACE TEMP MACRO age_band(age) AS CASE WHEN age >= 85 THEN '85+' WHEN age >= 0
    THEN printf('%02d-%02d', (age // 5 * 5)::INTEGER, (age // 5 * 5 + 4)::INTEGER) END;
