-- Mentions as delivered and the tables of standard values -> STD_MENTION.
-- In: view std_raw (RAW_MENTION), tables std_id, std_name, std_date, std_phone, std_code, std_organisation_*; variables
-- delivery_id, department, extract, roles, night. Out: new_std_mention.
CREATE OR REPLACE TEMP TABLE new_std_mention AS
WITH valued AS (
    SELECT raw.*,
        coalesce(least(recorded.first_day, getvariable('night')), getvariable('night')) AS record_date,
        std_name.name AS name, coalesce(former.name, std_name.former_name) AS former_name, coalesce(std_name.name_is_placeholder, FALSE) AS name_is_placeholder,
        id_type.code AS id_type, coalesce(citizen_id_kind, 'missing') AS citizen_id_kind, citizen_id, citizen_id_claim, document_no,
        id_birth_date, id_sex_code,
        sex.code AS sex_code, ethnic.code AS ethnic_code, marital.code AS marital_status_code, education.code AS education_code,
        relation.code AS relation_to_head_code,
        born.date AS born_date, born.year AS born_year, born.age AS age,
        phone, phone_2, employer.name AS employer_name, employer_code.code AS employer_code, school.name AS school_name,
        status.first_day AS status_date, death.date AS death_date, event.date AS event_date,
        since.first_day AS valid_from, until.last_date AS valid_to
    FROM std_raw AS raw
    LEFT JOIN std_date AS recorded ON recorded.raw = record_date_raw
    LEFT JOIN std_name ON std_name.raw = name_raw
    LEFT JOIN std_name AS former ON former.raw = former_name_raw
    LEFT JOIN std_id ON std_id.raw = citizen_id_raw AND std_id.id_type_raw = coalesce(raw.id_type_raw, '')
    LEFT JOIN std_code AS id_type ON id_type.raw = raw.id_type_raw AND id_type.attribute = 'id_type'
    LEFT JOIN std_code AS sex ON sex.raw = sex_raw AND sex.attribute = 'sex'
    LEFT JOIN std_code AS ethnic ON ethnic.raw = ethnic_raw AND ethnic.attribute = 'ethnic'
    LEFT JOIN std_code AS marital ON marital.raw = marital_status_raw AND marital.attribute = 'marital_status'
    LEFT JOIN std_code AS education ON education.raw = education_raw AND education.attribute = 'education'
    LEFT JOIN std_code AS relation ON relation.raw = relation_to_head_raw AND relation.attribute = 'relation_to_head'
    LEFT JOIN std_date AS born ON born.raw = birth_date_raw
    LEFT JOIN std_phone ON std_phone.raw = phone_raw
    LEFT JOIN std_organisation_name AS employer ON employer.raw = employer_name_raw
    LEFT JOIN std_organisation_name AS school ON school.raw = school_name_raw
    LEFT JOIN std_organisation_code AS employer_code ON employer_code.raw = employer_code_raw
    LEFT JOIN std_date AS status ON status.raw = status_date_raw
    LEFT JOIN std_date AS death ON death.raw = death_date_raw
    LEFT JOIN std_date AS event ON event.raw = event_date_raw
    LEFT JOIN std_date AS since ON since.raw = valid_from_raw
    LEFT JOIN std_date AS until ON until.raw = valid_to_raw
),
born AS (
    SELECT *,
        CASE WHEN born_date <= getvariable('night') THEN born_date END AS birth_date,
        CASE WHEN born_year <= year(getvariable('night')) AND (born_date IS NULL OR born_date <= getvariable('night'))
            THEN born_year END AS birth_year
    FROM valued
)
SELECT
    CAST(getvariable('delivery_id') AS BIGINT) * 17179869184 + CAST(row_number AS BIGINT) * 64
        + list_position(getvariable('roles'), role) - 1 AS mention_id,
    CAST(getvariable('delivery_id') AS INTEGER) AS delivery_id,
    getvariable('department') AS department,
    getvariable('extract') AS extract,
    row_number, line_number, role, record_key, record_date,
    name_raw, name, former_name, name_is_placeholder,
    citizen_id_raw, id_type, citizen_id_kind, citizen_id, citizen_id_claim, document_no, id_birth_date, id_sex_code,
    sex_code,
    birth_date_raw, birth_date,
    CAST(coalesce(birth_year, year(record_date) - age - 1) AS SMALLINT) AS birth_year_low,
    CAST(coalesce(birth_year, year(record_date) - age) AS SMALLINT) AS birth_year_high,
    ethnic_code, marital_status_code, education_code,
    phone_raw, phone, phone_2,
    residence_address_raw, registered_address_raw, dwelling_address_raw,
    nullif(regexp_extract(number_text(registered_division_raw), '^[0-9]{6,}'), '') AS registered_division_code,
    number_text(household_no_raw) AS household_no,
    relation_to_head_code,
    number_text(person_no_raw) AS person_no,
    employer_name, employer_code,
    nullif(trim(employment_status_raw), '') AS employment_status,
    school_name,
    number_text(dwelling_no_raw) AS dwelling_no,
    nullif(trim(registration_status_raw), '') AS registration_status,
    status_date, death_date,
    nullif(trim(event_type_raw), '') AS event_type,
    event_date, valid_from, valid_to,
    nullif(trim(residence_reason_raw), '') AS residence_reason,
    nullif(trim(population_category_raw), '') AS population_category,
    number_text(grid_no_raw) AS grid_no,
    industry_section(industry_raw) AS industry_code
FROM born;
