-- What the night measures of itself. In: delivery, std_mention, crosswalk, person, match_pair, night; variable check_night.
-- Out: rows of night_metric, but for the night.
CREATE OR REPLACE TEMP TABLE check_delivered AS
SELECT department, extract, sum(rows_delivered - rows_non_data)::BIGINT AS rows, sum(rows_quarantined)::BIGINT AS quarantined
FROM delivery WHERE night = getvariable('check_night') AND status = 'accepted' AND extract IS NOT NULL GROUP BY ALL;

CREATE OR REPLACE TEMP VIEW check_mention AS
FROM std_mention SEMI JOIN (
    SELECT delivery_id FROM delivery WHERE night = getvariable('check_night') AND status = 'accepted'
) USING (delivery_id);

CREATE OR REPLACE TEMP TABLE check_metric AS
WITH filled AS (
    SELECT department, extract, count(*) AS size, count(name_raw) AS name, count(citizen_id_raw) AS citizen_id,
        count(sex_code) AS sex, count(birth_date_raw) AS birth_date, count(ethnic_code) AS ethnic,
        count(marital_status_code) AS marital_status, count(education_code) AS education, count(phone_raw) AS phone,
        count(residence_address_raw) AS residence_address, count(registered_address_raw) AS registered_address,
        count(dwelling_address_raw) AS dwelling_address, count(household_no) AS household_no,
        count(relation_to_head_code) AS relation_to_head, count(employer_name) AS employer_name,
        count(employer_code) AS employer_code, count(school_name) AS school_name, count(record_date) AS record_date
    FROM check_mention GROUP BY department, extract
),
understood AS (
    SELECT department, extract,
        unnest([
            {item: 'citizen_id', size: count(citizen_id_raw), n: count(citizen_id_raw) FILTER (citizen_id IS NOT NULL)},
            {item: 'birth_date', size: count(birth_date_raw), n: count(birth_date_raw) FILTER (birth_year_low IS NOT NULL)},
            {item: 'phone', size: count(phone_raw), n: count(phone)},
            {item: 'name', size: count(name_raw),
                n: count(name) FILTER (regexp_full_match(name, '[\p{Han}·]+|[A-Za-z .\-]+'))},
            {item: 'residence_address', size: count(residence_address_raw), n: count(a.town)},
            {item: 'sex agrees with number', size: count(*) FILTER (sex_code IN ('1', '2') AND id_sex_code IS NOT NULL),
                n: count(*) FILTER (sex_code = id_sex_code)},
            {item: 'birth date agrees with number', size: count(*) FILTER (birth_date IS NOT NULL AND id_birth_date IS NOT NULL),
                n: count(*) FILTER (birth_date = id_birth_date)}
        ], recursive := true)
    FROM check_mention LEFT JOIN std_address AS a ON a.address_raw = residence_address_raw
    GROUP BY department, extract
),
coded AS (
    UNPIVOT (
        SELECT department, extract, sex_code, ethnic_code, marital_status_code, education_code, relation_to_head_code,
            citizen_id_kind, registration_status, population_category, event_type, role
        FROM check_mention
    ) ON sex_code, ethnic_code, marital_status_code, education_code, relation_to_head_code, citizen_id_kind,
        registration_status, population_category, event_type, role INTO NAME attribute VALUE code
),
linked AS (
    SELECT m.department, m.extract, count(*) AS size,
        count(*) FILTER (p.department_count > 1 OR p.mention_count > 1) AS known,
        count(*) FILTER (p.first_night = getvariable('check_night')) AS new
    FROM check_mention AS m JOIN crosswalk AS x USING (mention_id) JOIN person AS p USING (person_id) GROUP BY m.department, m.extract
),
pair AS (
    SELECT greatest(least(floor(odds / 4), 8), -8)::INTEGER * 4 AS bits FROM match_pair
)
SELECT 'rows' AS metric, department, extract, '' AS item, rows::DOUBLE AS value, rows AS size FROM check_delivered
UNION ALL
SELECT 'quarantine_rate', department, extract, '', quarantined / rows, rows FROM check_delivered WHERE rows > 0
UNION ALL
SELECT 'filled', department, extract, item, n / size, size
FROM (UNPIVOT filled ON COLUMNS(* EXCLUDE (department, extract, size)) INTO NAME item VALUE n)
UNION ALL
SELECT 'understood', department, extract, item, n / size, size FROM understood WHERE size > 0
UNION ALL
SELECT 'codes', department, extract, attribute || '=' || code, count(*) / sum(count(*)) OVER of_attribute,
    (sum(count(*)) OVER of_attribute)::BIGINT
FROM coded GROUP BY department, extract, attribute, code
WINDOW of_attribute AS (PARTITION BY department, extract, attribute)
UNION ALL
SELECT 'linked_rate', department, extract, '', known / size, size FROM linked
UNION ALL
SELECT 'new_person_rate', department, extract, '', new / size, size FROM linked
UNION ALL
SELECT 'match_weights', '', '', 'bits=' || bits, count(*) / sum(count(*)) OVER (), (sum(count(*)) OVER ())::BIGINT
FROM pair GROUP BY bits
UNION ALL
SELECT 'cluster_sizes', '', '', 'records=' || least(records, 12), count(*) / sum(count(*)) OVER (),
    (sum(count(*)) OVER ())::BIGINT
FROM (SELECT count(*) AS records FROM crosswalk WHERE is_current GROUP BY person_id) GROUP BY ALL
UNION ALL
SELECT 'households', '', '', '', count(*), count(*) FROM household HAVING count(*) > 0
UNION ALL
SELECT 'persons', '', '', '', persons, persons FROM night WHERE night = getvariable('check_night') AND persons > 0
UNION ALL
SELECT 'id_churn', '', '', '',
    (coalesce(persons_merged, 0) + coalesce(persons_split, 0) + coalesce(persons_withdrawn, 0)) / persons, persons
FROM night WHERE night = getvariable('check_night') AND persons > 0;

DELETE FROM night_metric WHERE night = getvariable('check_night');
INSERT INTO night_metric
SELECT getvariable('check_night'), metric, department, extract, item, value, size FROM check_metric ORDER BY ALL;
DROP TABLE check_metric;
DROP VIEW check_mention;
DROP TABLE check_delivered;
