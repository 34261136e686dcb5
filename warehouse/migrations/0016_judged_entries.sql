-- The entries of records that judgements name, for when these are taken out and the same entry is delivered again.
CREATE TABLE judged_entry (
    mention_id BIGINT NOT NULL, department VARCHAR NOT NULL, extract VARCHAR NOT NULL, record_key VARCHAR NOT NULL,
    role VARCHAR NOT NULL
);
