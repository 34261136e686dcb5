-- Standard mentions as records to link, of the ids in {wanted}. A mention's doors and places come from its addresses.
CREATE OR REPLACE TEMP VIEW linkable_mention AS
WITH wanted AS (
    SELECT m.* FROM std_mention m SEMI JOIN {wanted} w ON w.record_id = m.mention_id
), told AS (
    SELECT mention_id, unnest([residence_address_raw, registered_address_raw, dwelling_address_raw]) AS address_raw
    FROM wanted
), placed AS (
    SELECT mention_id,
           list(DISTINCT dwelling_key ORDER BY dwelling_key) FILTER (dwelling_key IS NOT NULL) AS dwelling_keys,
           list(DISTINCT place_key ORDER BY place_key) FILTER (place_key IS NOT NULL) AS place_keys
    FROM told JOIN std_address USING (address_raw)
    GROUP BY mention_id
)
SELECT m.mention_id AS record_id, m.department AS source, m.record_key, m.role,
       m.name, m.former_name, m.citizen_id, m.citizen_id_claim, m.document_no, m.sex_code,
       m.birth_date, m.birth_year_low, m.birth_year_high, m.phone, m.phone_2,
       coalesce(a.dwelling_keys, []) AS dwelling_keys, coalesce(a.place_keys, []) AS place_keys,
       m.department || '|' || m.extract || '|' || m.household_no AS household_key,
       m.employer_code, m.school_name AS school, t.rank::SMALLINT AS trust_rank, m.delivery_id::BIGINT AS batch
FROM wanted m
JOIN {source_trust} t USING (department)
LEFT JOIN placed a USING (mention_id);

CREATE OR REPLACE TEMP VIEW linkable_mention_id AS SELECT mention_id AS record_id FROM std_mention;

CREATE OR REPLACE TEMP VIEW linkable_relation AS
SELECT from_mention_id AS from_record_id, to_mention_id AS to_record_id, relation FROM std_relation;
