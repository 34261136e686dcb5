-- The records that survivorship asks: each touched person's current ones, or all of a person who has none left.
-- Persons go by a number here: ids are long texts, and each attribute is a sort by person.
-- In: _wh_touched, {trust} (ATTRIBUTE_TRUST), {assumed} (ASSUMED_ATTRIBUTE). Out: _wh_holder, _wh_record, _wh_trust,
-- _wh_assumed, _wh_stated, _wh_survivor.
CREATE OR REPLACE TEMP TABLE _wh_holder AS
WITH by_department AS (
    SELECT person_id, department, bool_or(is_current) AS is_current, count(*) AS mentions,
        min(night) AS first_night, max(night) AS last_night
    FROM crosswalk SEMI JOIN _wh_touched USING (person_id)
    GROUP BY person_id, department
)
SELECT person_id, row_number() OVER (ORDER BY person_id)::INTEGER AS person_no,
    bool_or(is_current) AS has_current_record,
    list(department ORDER BY department) FILTER (is_current) AS current_departments,
    list(department ORDER BY department) AS all_departments,
    sum(mentions)::INTEGER AS mention_count, min(first_night) AS first_night, max(last_night) AS last_night
FROM by_department
GROUP BY person_id;

CREATE OR REPLACE TEMP TABLE _wh_record AS
SELECT p.person_no, x.night, x.file, m.mention_id, m.department, m.extract, m.row_number, m.role, m.record_date,
    m.name, m.former_name, coalesce(m.name_is_placeholder, false) AS name_is_placeholder,
    m.citizen_id, m.citizen_id_kind, m.id_birth_date, m.id_sex_code, m.sex_code, m.birth_date, m.ethnic_code,
    m.marital_status_code, m.education_code, m.phone, m.residence_address_raw, m.registered_address_raw,
    m.registered_division_code, m.household_no, m.relation_to_head_code, m.employer_name, m.employer_code,
    m.employment_status, m.school_name, m.registration_status, m.status_date, m.death_date, m.event_type, m.event_date,
    m.valid_from, m.valid_to, m.residence_reason, m.population_category, left(m.grid_no, 12) AS community_no,
    a.dwelling_key AS residence_dwelling_key, h.dwelling_key AS registered_dwelling_key
FROM crosswalk AS x
JOIN _wh_holder AS p USING (person_id)
JOIN std_mention AS m USING (mention_id)
LEFT JOIN std_address AS a ON a.address_raw = m.residence_address_raw
LEFT JOIN std_address AS h ON h.address_raw = m.registered_address_raw
WHERE x.is_current OR NOT p.has_current_record;

CREATE OR REPLACE TEMP TABLE _wh_trust AS
SELECT department, extract, attribute, min(rank) AS rank FROM {trust} GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE _wh_assumed AS
SELECT DISTINCT department, extract, role, attribute FROM {assumed};

CREATE OR REPLACE TEMP TABLE _wh_survivor (
    person_no INTEGER, attribute VARCHAR, place INTEGER, value VARCHAR, mention_id BIGINT, agreeing_count INTEGER,
    differing_count INTEGER, mention_ids BIGINT[]
);

CREATE OR REPLACE TEMP VIEW _wh_stated AS
SELECT person_no, try_strptime(substring(value, 7, 8), '%Y%m%d')::DATE AS birth_date
FROM _wh_survivor WHERE attribute = 'citizen_id' AND place = 1;
