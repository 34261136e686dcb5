-- The living, with what the statistics look at. In: person, person_dwelling, dwelling, std_address; variable wh_night.
-- Out: _wh_living (one line for each person), among them the residents: town is not null.
CREATE OR REPLACE TEMP TABLE _wh_living AS
WITH home AS (
    SELECT l.person_id, any_value(l.dwelling_id) AS dwelling_id, any_value(d.grid_no) AS grid_no
    FROM person_dwelling AS l JOIN dwelling AS d USING (dwelling_id) WHERE l.link = 'resident' GROUP BY l.person_id
)
SELECT p.person_id, p.sex_code, p.birth_date, date_diff('year', p.birth_date, getvariable('wh_night'))
        - (strftime(p.birth_date, '%m%d') > strftime(getvariable('wh_night'), '%m%d'))::INTEGER AS age,
    -- A resident is in the register here, or floating. Whom a visit calls registered and no register knows is somebody
    -- in it, not yet linked.
    CASE WHEN p.is_floating OR (p.household_no IS NOT NULL AND p.registration_status IS DISTINCT FROM '迁出')
        THEN p.residence_town END AS town,
    p.residence_community AS community, h.dwelling_id, h.grid_no, p.is_floating,
    p.school_name IS NOT NULL AS is_at_school, p.departments, p.registered_address, p.registered_division_code,
    p.citizen_id, p.household_no, p.registration_status, p.population_category
FROM person AS p
LEFT JOIN home AS h USING (person_id)
WHERE NOT p.is_deceased AND p.has_current_record;

CREATE OR REPLACE TEMP MACRO age_band(age) AS CASE WHEN age >= 85 THEN '85+' WHEN age >= 0
    THEN printf('%02d-%02d', (age // 5 * 5)::INTEGER, (age // 5 * 5 + 4)::INTEGER) END;
