-- Records with the units they are in now. In: _record, _unit_record, _gone, _affected. Out: match_record; _before
-- (unit_id: where they were), _household_left (household_key).
CREATE OR REPLACE TEMP TABLE _before AS
SELECT DISTINCT unit_id FROM match_record
WHERE record_id IN (SELECT record_id FROM _affected UNION ALL SELECT record_id FROM _gone);

CREATE OR REPLACE TEMP TABLE _household_left AS
SELECT DISTINCT household_key FROM match_record SEMI JOIN _gone USING (record_id) WHERE household_key IS NOT NULL;

DELETE FROM match_record WHERE record_id IN (SELECT record_id FROM _affected UNION ALL SELECT record_id FROM _gone);
INSERT INTO match_record
SELECT record_id, u.unit_id, u.match_rule, r.source, r.name, r.sex_code, r.birth_date, r.citizen_id,
       r.document_told, r.entry_key, r.household_key, r.phone, r.phone_2, r.batch, r.row_key
FROM _record r JOIN _unit_record u USING (record_id);
