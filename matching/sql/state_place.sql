-- In: _placed (unit_id, component, cluster), _vanished. Out: match_place; _moved (unit_id: not in the cluster it was in).
CREATE OR REPLACE TEMP TABLE _moved AS
SELECT p.unit_id FROM _placed p LEFT JOIN match_place m USING (unit_id) WHERE m.{cluster} IS DISTINCT FROM p.cluster;
DELETE FROM match_place WHERE unit_id IN (SELECT unit_id FROM _vanished);
INSERT INTO match_place (unit_id) SELECT unit_id FROM _placed ANTI JOIN match_place USING (unit_id) ORDER BY unit_id;
UPDATE match_place SET {component} = p.component, {cluster} = p.cluster FROM _placed p WHERE p.unit_id = match_place.unit_id;
