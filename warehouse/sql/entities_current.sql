-- What current records say about dwellings, employers and relatives. In: crosswalk, _wh_mention, _wh_address.
-- Out: _wh_now (one line for each current mention), _wh_door (dwelling_key, door: the key that stands for it).
CREATE OR REPLACE TEMP TABLE _wh_now AS
SELECT x.person_id, x.file, x.night, m.mention_id, m.department, m.extract, m.row_number, m.role,
    regexp_replace(m.role, '[0-9]+$', '') AS role_stem, coalesce(m.record_date, x.night) AS recorded_date,
    m.employer_name, m.employer_code, m.employment_status, m.industry_code, m.dwelling_no, m.grid_no,
    m.valid_from, m.valid_to, r.dwelling_key AS residence_key, d.dwelling_key AS dwelling_key
FROM crosswalk AS x
JOIN _wh_mention AS m USING (mention_id)
LEFT JOIN _wh_address AS r ON r.address_raw = m.residence_address_raw AND r.is_local
LEFT JOIN _wh_address AS d ON d.address_raw = m.dwelling_address_raw AND d.is_local
WHERE x.is_current;

-- Doors of one registered unit are one dwelling, however they are written; a door of several units (their numbers were
-- left out) stays by itself.
CREATE OR REPLACE TEMP TABLE _wh_door AS
WITH told AS (
    SELECT dwelling_no, dwelling_key, count(*) AS times FROM _wh_now
    WHERE dwelling_no IS NOT NULL AND dwelling_key IS NOT NULL GROUP BY dwelling_no, dwelling_key
    QUALIFY count(*) OVER (PARTITION BY dwelling_key) = 1
),
unit AS (
    SELECT dwelling_no, arg_max(dwelling_key, (times, dwelling_key)) AS door FROM told GROUP BY dwelling_no
),
keyed AS (
    SELECT DISTINCT dwelling_key FROM _wh_address WHERE is_local AND dwelling_key IS NOT NULL
)
SELECT dwelling_key, coalesce(u.door, dwelling_key) AS door
FROM keyed
LEFT JOIN told AS t USING (dwelling_key)
LEFT JOIN unit AS u USING (dwelling_no);
