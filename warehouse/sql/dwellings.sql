-- Dwellings, and who owns, lets, rents or lives in them. In: _wh_now, _wh_door, _wh_address, person_attribute.
-- Out: _wh_dwelling, _wh_person_dwelling.
CREATE OR REPLACE TEMP TABLE _wh_door_id AS
SELECT door, entity_id('D', door) AS dwelling_id FROM (SELECT DISTINCT door FROM _wh_door);

CREATE OR REPLACE TEMP TABLE _wh_person_dwelling AS
WITH golden AS (
    SELECT a.person_id, k.dwelling_key, CASE a.attribute WHEN 'residence_address' THEN 'resident' ELSE 'registered' END AS link,
        a.recorded_date AS valid_from, NULL::DATE AS valid_to, a.department, a.extract, a.file, a.row_number, a.role,
        a.night, a.recorded_date
    FROM person_attribute AS a
    JOIN _wh_address AS k ON k.address_raw = a.value AND k.is_local
    WHERE a.attribute IN ('residence_address', 'registered_address') AND k.dwelling_key IS NOT NULL
),
lives AS (
    FROM golden
    UNION ALL
    SELECT g.* REPLACE ('resident' AS link) FROM golden AS g JOIN person AS p USING (person_id)
    WHERE g.link = 'registered' AND p.residence_source = 'registered'
),
told AS (
    FROM lives
    UNION ALL
    SELECT person_id, dwelling_key, role_stem, valid_from, valid_to, department, extract, file, row_number, role, night, recorded_date
    FROM _wh_now WHERE dwelling_key IS NOT NULL
    UNION ALL
    SELECT person_id, residence_key, 'reported', recorded_date, NULL, department, extract, file, row_number, role, night, recorded_date
    FROM _wh_now WHERE residence_key IS NOT NULL
),
linked AS (
    SELECT t.*, d.door FROM told AS t JOIN _wh_door AS d USING (dwelling_key)
),
resident AS (
    SELECT DISTINCT person_id, door FROM linked WHERE link = 'resident'
),
counted AS (
    SELECT * FROM linked WHERE link <> 'reported'
    UNION ALL
    SELECT * FROM linked ANTI JOIN resident USING (person_id, door) WHERE link = 'reported'
),
-- (The greatest of structs is found more quickly than the struct of the greatest.)
newest AS (
    SELECT person_id, door, link,
        max(struct_pack(recorded_date, night, file, row_number, role, valid_from, valid_to, department, extract)) AS kept
    FROM counted GROUP BY ALL
)
SELECT person_id, i.dwelling_id, door, link, unnest(kept)
FROM newest JOIN _wh_door_id AS i USING (door);

CREATE OR REPLACE TEMP TABLE _wh_written AS
SELECT d.door, a.dwelling_key = d.door AS is_own, a.address_raw, a.division_code, a.town,
    coalesce(a.community, a.village) AS community, a.estate, a.building, a.unit, a.room, a.village, a.house_no
FROM _wh_address AS a JOIN _wh_door AS d USING (dwelling_key)
WHERE a.is_local AND d.door IN (SELECT door FROM _wh_person_dwelling);

CREATE OR REPLACE TEMP TABLE _wh_dwelling AS
WITH described AS (
    -- What is part of a key has one value; of doors that are one dwelling it is told as by the key that stands for it.
    SELECT door, max(division_code) AS division_code, commonest(community) AS community, commonest(unit) AS unit,
        max(town) FILTER (is_own) AS town, max(estate) FILTER (is_own) AS estate, max(building) FILTER (is_own) AS building,
        max(room) FILTER (is_own) AS room, max(village) FILTER (is_own) AS village, max(house_no) FILTER (is_own) AS house_no,
        max(struct_pack(length := length(address_raw), text := address_raw)).text AS address
    FROM _wh_written GROUP BY door
),
number AS (
    SELECT d.door, commonest(n.dwelling_no) AS dwelling_no, count(DISTINCT n.dwelling_no) AS numbers
    FROM _wh_now AS n JOIN _wh_door AS d USING (dwelling_key) WHERE n.dwelling_no IS NOT NULL GROUP BY d.door
),
grid AS (
    SELECT d.door, arg_max(n.grid_no, (n.recorded_date, n.mention_id)) AS grid_no
    FROM _wh_now AS n JOIN _wh_door AS d ON d.dwelling_key = n.residence_key
    WHERE regexp_full_match(n.grid_no, '[0-9]{15}')  -- GB/T 34300; else it may be a number of somebody in the wrong column
    GROUP BY d.door
)
SELECT dwelling_id, door AS dwelling_key, division_code, town, community, grid_no, estate, building, unit, room, village,
    house_no, CASE WHEN numbers = 1 THEN dwelling_no END AS dwelling_no, address
FROM described
JOIN _wh_door_id USING (door)
LEFT JOIN number USING (door)
LEFT JOIN grid USING (door);
