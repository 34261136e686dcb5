-- Households, dwellings and employers, and what ties persons to them and to each other. Each table is a view of the
-- versions that hold now, as in 0002.
ALTER TABLE std_mention ADD COLUMN grid_no VARCHAR;
ALTER TABLE std_mention ADD COLUMN industry_code VARCHAR;
ALTER TABLE person_version ADD COLUMN residence_source VARCHAR;
COMMENT ON COLUMN person_version.residence_source IS 'stated; assumed: of another person in the same row; registered: nobody says where, so the register does';

CREATE TABLE dwelling_version (
    dwelling_id VARCHAR NOT NULL,
    dwelling_key VARCHAR NOT NULL,
    division_code VARCHAR,
    town VARCHAR,
    community VARCHAR,
    grid_no VARCHAR,
    estate VARCHAR,
    building VARCHAR,
    unit VARCHAR,
    room VARCHAR,
    village VARCHAR,
    house_no VARCHAR,
    dwelling_no VARCHAR,
    address VARCHAR,
    from_night DATE,
    to_night DATE
);
CREATE VIEW dwelling AS SELECT * EXCLUDE (from_night, to_night) FROM dwelling_version WHERE to_night IS NULL;

-- Links: the role in a row about the dwelling (owner, co_owner, landlord, tenant); resident (the golden record's
-- residence), registered (its registered address), reported (where another record says that the person lives).
CREATE TABLE person_dwelling_version (
    person_id VARCHAR NOT NULL,
    dwelling_id VARCHAR NOT NULL,
    link VARCHAR NOT NULL,
    valid_from DATE,
    valid_to DATE,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    night DATE NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW person_dwelling AS
SELECT * EXCLUDE (from_night, to_night) FROM person_dwelling_version WHERE to_night IS NULL;

CREATE TABLE employer_version (
    employer_id VARCHAR NOT NULL,
    employer_code VARCHAR,
    name VARCHAR,
    other_names VARCHAR[],
    industry_code VARCHAR,
    is_industry_told BOOLEAN,
    legal_representative_person_id VARCHAR,
    from_night DATE,
    to_night DATE
);
CREATE VIEW employer AS SELECT * EXCLUDE (from_night, to_night) FROM employer_version WHERE to_night IS NULL;
COMMENT ON COLUMN employer_version.industry_code IS 'section A to T of GB/T 4754-2017; by words in the name where is_industry_told is false';

CREATE TABLE person_employment_version (
    person_id VARCHAR NOT NULL,
    employer_id VARCHAR NOT NULL,
    link VARCHAR NOT NULL,
    status VARCHAR,
    valid_from DATE,
    valid_to DATE,
    recorded_date DATE,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    night DATE NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW person_employment AS
SELECT * EXCLUDE (from_night, to_night) FROM person_employment_version WHERE to_night IS NULL;

CREATE TABLE household_version (
    household_id VARCHAR NOT NULL,
    household_no VARCHAR NOT NULL,
    household_type VARCHAR NOT NULL,
    head_person_id VARCHAR,
    dwelling_id VARCHAR,
    registered_division_code VARCHAR,
    member_count INTEGER NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW household AS SELECT * EXCLUDE (from_night, to_night) FROM household_version WHERE to_night IS NULL;
COMMENT ON COLUMN household_version.household_type IS 'single, couple, parents_and_children, three_generations, grandparents_and_grandchildren, other_relatives, collective';

CREATE TABLE household_member_version (
    household_id VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    relation_to_head_code VARCHAR,
    is_head BOOLEAN NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW household_member AS
SELECT * EXCLUDE (from_night, to_night) FROM household_member_version WHERE to_night IS NULL;

CREATE TABLE person_relation_version (
    person_id VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    other_person_id VARCHAR NOT NULL,
    valid_from DATE,
    valid_to DATE,
    departments VARCHAR[] NOT NULL,
    record_count INTEGER NOT NULL,
    from_night DATE,
    to_night DATE
);
CREATE VIEW person_relation AS
SELECT * EXCLUDE (from_night, to_night) FROM person_relation_version WHERE to_night IS NULL;
