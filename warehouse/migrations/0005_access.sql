-- Who looked at whom, when and why. Appended only; each entry carries the keyed digest of itself and the one before.
CREATE TABLE access_log (
    entry_id BIGINT PRIMARY KEY,
    logged_at TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    person_id VARCHAR,
    digest VARCHAR NOT NULL
);
COMMENT ON COLUMN access_log.person_id IS 'null: nobody was found';

-- What people say is wrong about them (PIPL art. 46): asked for, and how it ended.
CREATE TABLE correction_request (
    request_id BIGINT PRIMARY KEY,
    person_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    value_asked VARCHAR,
    reason VARCHAR NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    received_by VARCHAR NOT NULL,
    closed_at TIMESTAMPTZ,
    closed_by VARCHAR,
    outcome VARCHAR
);
