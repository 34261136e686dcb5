-- Units as they are known now. In: _person_unit, _before, match_record. Out: match_unit; _changed (unit_id: new, or not
-- what it was), _vanished (unit_id).
CREATE OR REPLACE TEMP TABLE _changed AS
SELECT p.unit_id FROM _person_unit p LEFT JOIN match_unit m USING (unit_id)
WHERE m.unit_id IS NULL OR p IS DISTINCT FROM m;
CREATE OR REPLACE TEMP TABLE _vanished AS
SELECT unit_id FROM _before WHERE unit_id NOT IN (SELECT unit_id FROM match_record);

DELETE FROM match_unit WHERE unit_id IN (SELECT unit_id FROM _changed UNION ALL SELECT unit_id FROM _vanished);
INSERT INTO match_unit FROM _person_unit SEMI JOIN _changed USING (unit_id);
