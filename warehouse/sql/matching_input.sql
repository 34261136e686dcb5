-- Standard mentions as records to link, of the ids in {wanted}. A mention's doors and places come from its addresses.
CREATE OR REPLACE TEMP VIEW linkable_mention AS
SELECT m.mention_id AS record_id, m.department AS source, m.record_key, m.role,
       m.name, m.former_name, m.citizen_id, m.citizen_id_claim, m.document_no, m.sex_code,
       m.birth_date, m.birth_year_low, m.birth_year_high, m.phone, m.phone_2,
       list_sort(list_distinct([r.dwelling_key, g.dwelling_key, d.dwelling_key])) AS dwelling_keys,
       list_sort(list_distinct([r.place_key, g.place_key, d.place_key])) AS place_keys,
       m.department || '|' || m.extract || '|' || m.household_no AS household_key,
       m.employer_code, m.school_name AS school, t.rank::SMALLINT AS trust_rank, m.delivery_id::BIGINT AS batch
FROM (FROM std_mention SEMI JOIN {wanted} w ON w.record_id = mention_id) m
JOIN {source_trust} t USING (department)
LEFT JOIN address_key r ON r.address = md5_number_upper(m.residence_address_raw)
LEFT JOIN address_key g ON g.address = md5_number_upper(m.registered_address_raw)
LEFT JOIN address_key d ON d.address = md5_number_upper(m.dwelling_address_raw);

CREATE OR REPLACE TEMP VIEW linkable_mention_id AS SELECT mention_id AS record_id FROM std_mention;

CREATE OR REPLACE TEMP VIEW linkable_relation AS
SELECT from_mention_id AS from_record_id, to_mention_id AS to_record_id, relation FROM std_relation;
