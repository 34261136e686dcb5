-- The restricted warehouse. Large tables have no primary keys: DuckDB keeps such an index in memory and slows
-- every load; what must be unique is written by set-based replacement and checked by `quality`.

CREATE TABLE setting (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

CREATE TABLE night (
    night DATE PRIMARY KEY,
    status VARCHAR NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    merged_at TIMESTAMPTZ,
    published_at TIMESTAMPTZ,
    snapshot_id VARCHAR,
    deliveries INTEGER,
    mentions BIGINT,
    persons BIGINT,
    persons_new BIGINT,
    persons_merged BIGINT,
    persons_split BIGINT
);
COMMENT ON COLUMN night.status IS 'open: deliveries wait; merged: base written; published: readers see it';
COMMENT ON COLUMN night.persons IS 'at the end of the night = night before + new - merged + split';

CREATE TABLE delivery (
    delivery_id INTEGER PRIMARY KEY,
    night DATE NOT NULL,
    department VARCHAR,
    extract VARCHAR,
    file VARCHAR NOT NULL,
    sha256 VARCHAR,
    size_bytes BIGINT,
    exported_on DATE,
    status VARCHAR NOT NULL,
    reason_code VARCHAR,
    encoding VARCHAR,
    delimiter VARCHAR,
    rows_delivered INTEGER,
    rows_accepted INTEGER,
    rows_quarantined INTEGER,
    rows_non_data INTEGER,
    mentions INTEGER,
    claimed_at TIMESTAMPTZ NOT NULL,
    merged_at TIMESTAMPTZ
);
COMMENT ON COLUMN delivery.status IS 'claimed: to be read; accepted; duplicate; refused; withdrawn: taken back before it was merged';
COMMENT ON COLUMN delivery.exported_on IS 'the date in the file name, when it is a date up to the night';

CREATE TABLE quarantined_row (
    delivery_id INTEGER NOT NULL,
    row_number INTEGER,
    line_number INTEGER,
    column_name VARCHAR,
    reason_code VARCHAR,
    value_masked VARCHAR,
    raw_row VARCHAR
);

CREATE TABLE std_mention (
    mention_id BIGINT,
    delivery_id INTEGER,
    department VARCHAR,
    extract VARCHAR,
    row_number INTEGER,
    line_number INTEGER,
    role VARCHAR,
    record_key VARCHAR,
    record_date DATE,
    name_raw VARCHAR,
    name VARCHAR,
    former_name VARCHAR,
    name_is_placeholder BOOLEAN,
    citizen_id_raw VARCHAR,
    id_type VARCHAR,
    citizen_id_kind VARCHAR,
    citizen_id VARCHAR,
    citizen_id_claim VARCHAR,
    document_no VARCHAR,
    id_birth_date DATE,
    id_sex_code VARCHAR,
    sex_code VARCHAR,
    birth_date_raw VARCHAR,
    birth_date DATE,
    birth_year_low SMALLINT,
    birth_year_high SMALLINT,
    ethnic_code VARCHAR,
    marital_status_code VARCHAR,
    education_code VARCHAR,
    phone_raw VARCHAR,
    phone VARCHAR,
    phone_2 VARCHAR,
    residence_address_raw VARCHAR,
    registered_address_raw VARCHAR,
    dwelling_address_raw VARCHAR,
    registered_division_code VARCHAR,
    household_no VARCHAR,
    relation_to_head_code VARCHAR,
    person_no VARCHAR,
    employer_name VARCHAR,
    employer_code VARCHAR,
    employment_status VARCHAR,
    school_name VARCHAR,
    dwelling_no VARCHAR,
    registration_status VARCHAR,
    status_date DATE,
    death_date DATE,
    event_type VARCHAR,
    event_date DATE,
    valid_from DATE,
    valid_to DATE,
    residence_reason VARCHAR,
    population_category VARCHAR
);

CREATE TABLE std_address (
    address_raw VARCHAR,
    is_local BOOLEAN,
    division_code VARCHAR,
    town VARCHAR,
    community VARCHAR,
    street VARCHAR,
    street_no VARCHAR,
    estate VARCHAR,
    building VARCHAR,
    unit VARCHAR,
    room VARCHAR,
    village VARCHAR,
    house_no VARCHAR,
    dwelling_key VARCHAR,
    place_key VARCHAR
);

CREATE TABLE std_relation (
    from_mention_id BIGINT,
    to_mention_id BIGINT,
    relation VARCHAR
);

CREATE TABLE match_link (
    record_id_l BIGINT NOT NULL,
    record_id_r BIGINT NOT NULL,
    match_rule VARCHAR,
    match_weight DOUBLE,
    match_probability DOUBLE
);

-- Appended only: a person id is minted once, and means the person of its founding mention for ever.
CREATE TABLE person_key (
    person_id VARCHAR NOT NULL,
    founding_mention_id BIGINT NOT NULL,
    minted_night DATE NOT NULL
);

-- Appended only: what became of an id. The newest event of a retired id counts. Causes: merge (retired in favour
-- of person_id), repoint (its survivor was itself retired), restore (split off again: person_id is the id itself).
CREATE TABLE person_alias_event (
    event_id BIGINT NOT NULL,
    retired_person_id VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    night DATE NOT NULL,
    cause VARCHAR NOT NULL
);

-- Depth 1: person_id is never itself retired.
CREATE VIEW person_alias AS
SELECT retired_person_id, person_id, night, cause
FROM (FROM person_alias_event QUALIFY event_id = max(event_id) OVER (PARTITION BY retired_person_id))
WHERE retired_person_id <> person_id;

CREATE TABLE crosswalk (
    person_id VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    match_rule VARCHAR,
    match_probability DOUBLE,
    night DATE NOT NULL,
    is_current BOOLEAN NOT NULL,
    mention_id BIGINT NOT NULL
);

CREATE TABLE person_attribute (
    person_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    night DATE NOT NULL,
    recorded_date DATE,
    agreeing_count INTEGER NOT NULL,
    differing_count INTEGER NOT NULL
);

CREATE TABLE person (
    person_id VARCHAR NOT NULL,
    name VARCHAR,
    former_name VARCHAR,
    citizen_id VARCHAR,
    sex_code VARCHAR,
    birth_date DATE,
    ethnic_code VARCHAR,
    marital_status_code VARCHAR,
    education_code VARCHAR,
    phone VARCHAR,
    registered_address VARCHAR,
    registered_division_code VARCHAR,
    household_no VARCHAR,
    relation_to_head_code VARCHAR,
    residence_address VARCHAR,
    residence_division_code VARCHAR,
    residence_town VARCHAR,
    residence_community VARCHAR,
    residence_dwelling_key VARCHAR,
    employer_name VARCHAR,
    employer_code VARCHAR,
    school_name VARCHAR,
    population_category VARCHAR,
    registration_status VARCHAR,
    death_date DATE,
    is_deceased BOOLEAN NOT NULL,
    is_floating BOOLEAN NOT NULL,
    has_current_record BOOLEAN NOT NULL,
    department_count INTEGER NOT NULL,
    departments VARCHAR[] NOT NULL,
    mention_count INTEGER NOT NULL,
    first_night DATE NOT NULL,
    last_night DATE NOT NULL
);
COMMENT ON COLUMN person.has_current_record IS 'false: every record was replaced or ended; values are the last known';
