-- The persons of one part, as many as fit into memory. In: _wh_touched, _wh_holder, _wh_asked, std_mention, delivery,
-- std_address, _wh_widowed; variables wh_first, wh_last (numbers of persons). Out: _wh_touched_part (person_id), _wh_record, _wh_stated,
-- _wh_survivor (empty).
CREATE OR REPLACE TEMP TABLE _wh_touched_part AS
SELECT person_id FROM _wh_touched LEFT JOIN _wh_holder USING (person_id)
WHERE coalesce(person_no, 1) BETWEEN getvariable('wh_first') AND getvariable('wh_last');

CREATE OR REPLACE TEMP TABLE _wh_record AS
SELECT p.person_no, d.night, d.file, m.mention_id, m.department, m.extract, m.row_number, m.role, m.record_date,
    m.name, m.former_name, coalesce(m.name_is_placeholder, false) AS name_is_placeholder,
    m.citizen_id, m.citizen_id_kind, m.id_birth_date, m.id_sex_code, m.sex_code, m.birth_date, m.ethnic_code,
    m.marital_status_code, m.education_code, m.phone, m.residence_address_raw, m.registered_address_raw,
    m.registered_division_code, m.household_no, m.relation_to_head_code, m.employer_name, m.employer_code,
    m.employment_status, m.school_name, m.registration_status, m.status_date, m.death_date, m.event_type, m.event_date,
    m.valid_from, m.valid_to, m.residence_reason, m.population_category, left(m.grid_no, 12) AS community_no,
    m.mention_id IN (SELECT mention_id FROM _wh_widowed) AS is_widowed,
    a.dwelling_key AS residence_dwelling_key, h.dwelling_key AS registered_dwelling_key
FROM (FROM _wh_asked WHERE person_no BETWEEN getvariable('wh_first') AND getvariable('wh_last')) AS p
JOIN std_mention AS m USING (mention_id)
JOIN delivery AS d USING (delivery_id)
LEFT JOIN std_address AS a ON a.address_raw = m.residence_address_raw
LEFT JOIN std_address AS h ON h.address_raw = m.registered_address_raw;

CREATE OR REPLACE TEMP TABLE _wh_survivor (
    person_no INTEGER, attribute VARCHAR, place INTEGER, value VARCHAR, mention_id BIGINT, agreeing_count INTEGER,
    differing_count INTEGER, mention_ids BIGINT[]
);

CREATE OR REPLACE TEMP VIEW _wh_stated AS
SELECT person_no, try_strptime(substring(value, 7, 8), '%Y%m%d')::DATE AS birth_date
FROM _wh_survivor WHERE attribute = 'citizen_id' AND place = 1;
