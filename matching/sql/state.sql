-- What the linkage of persons keeps between nights. Units are named by the smallest record_id that they were first
-- made of; all of it can be made anew from the records and the parameters.
-- What the state was made on: the spec, and what the records depend on besides their ids.
CREATE TABLE IF NOT EXISTS match_basis (basis VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS match_parameters (version INTEGER NOT NULL, spec VARCHAR NOT NULL, parameters VARCHAR NOT NULL);
-- How many units held a value when the parameters were learnt, where more than one did; values by their hash.
CREATE TABLE IF NOT EXISTS match_frequency (column_name VARCHAR NOT NULL, value UBIGINT NOT NULL, units BIGINT NOT NULL);

-- Every record with the unit it is in, and by what it may come into another; entries, households and rows by their hash,
-- document numbers as they are told, though they be words.
CREATE TABLE IF NOT EXISTS match_record (
    record_id BIGINT NOT NULL, unit_id BIGINT NOT NULL, match_rule VARCHAR NOT NULL, source VARCHAR, name VARCHAR, sex_code VARCHAR,
    birth_date DATE, citizen_id VARCHAR, document_no VARCHAR, entry_key UBIGINT, household_key UBIGINT, phone VARCHAR, phone_2 VARCHAR,
    batch BIGINT, row_key UBIGINT
);
CREATE TABLE IF NOT EXISTS match_unit (
    unit_id BIGINT NOT NULL, source VARCHAR NOT NULL, names VARCHAR[], name_keys VARCHAR[], pinyins VARCHAR[],
    surnames VARCHAR[], birth VARCHAR, birth_dates DATE[], birth_years BIGINT[], sex_code VARCHAR, number VARCHAR,
    document_no VARCHAR, id_tail VARCHAR, id_pieces VARCHAR[], phones VARCHAR[], dwellings VARCHAR[], places VARCHAR[],
    employers VARCHAR[], schools VARCHAR[]
);
-- The early clusters of a unit's relatives, where it has any; apart, since they change when nothing else does.
CREATE TABLE IF NOT EXISTS match_relatives (unit_id BIGINT NOT NULL, relatives BIGINT[] NOT NULL);
CREATE OR REPLACE VIEW match_unit_related AS
SELECT u.*, coalesce(r.relatives, []) AS relatives FROM match_unit u LEFT JOIN match_relatives r USING (unit_id);
-- Blocks: rule is the number of the rule in the spec.
CREATE TABLE IF NOT EXISTS match_block (rule SMALLINT NOT NULL, k UBIGINT NOT NULL, unit_id BIGINT NOT NULL, is_backbone BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS match_kin (unit_l BIGINT NOT NULL, unit_r BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS match_must (unit_l BIGINT NOT NULL, unit_r BIGINT NOT NULL, match_rule VARCHAR NOT NULL);
-- The judgements that the state was made with.
CREATE TABLE IF NOT EXISTS match_judged (record_id_l BIGINT NOT NULL, record_id_r BIGINT NOT NULL, judgement VARCHAR NOT NULL);
-- The units that they say are one person.
CREATE OR REPLACE VIEW match_judged_same AS
SELECT DISTINCT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r
FROM match_judged j JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
WHERE j.judgement = 'positive' AND l.unit_id <> r.unit_id;

-- Scored pairs of units, and where each unit went: at first, and when relatives were known.
CREATE TABLE IF NOT EXISTS match_early_pair (unit_l BIGINT NOT NULL, unit_r BIGINT NOT NULL, odds DOUBLE NOT NULL, ratio DOUBLE NOT NULL);
CREATE TABLE IF NOT EXISTS match_early_place (unit_id BIGINT NOT NULL, component BIGINT NOT NULL, cluster BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS match_pair (
    unit_l BIGINT NOT NULL, unit_r BIGINT NOT NULL, odds DOUBLE NOT NULL, ratio DOUBLE NOT NULL, probability DOUBLE,
    strongest VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS match_place (unit_id BIGINT NOT NULL, component BIGINT NOT NULL, cluster BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS match_cluster (
    record_id BIGINT NOT NULL, cluster_id BIGINT NOT NULL, match_rule VARCHAR NOT NULL, match_probability DOUBLE NOT NULL
);

-- Estimated error of the linkage, by night (or whatever the label says) and by group (matching.error_rates.ERROR_RATE).
CREATE TABLE IF NOT EXISTS match_error_rate (
    label VARCHAR NOT NULL, group_kind VARCHAR NOT NULL, group_name VARCHAR, linked_pairs DOUBLE, false_match_rate DOUBLE,
    false_match_low DOUBLE, false_match_high DOUBLE, missed_match_rate DOUBLE, missed_match_low DOUBLE,
    missed_match_high DOUBLE, method VARCHAR, pairs_judged BIGINT
);
