-- In: _placed (unit_id, component, cluster), _vanished. Out: {places}; _moved (unit_id: not in the cluster it was in).
CREATE OR REPLACE TEMP TABLE _moved AS
SELECT p.unit_id FROM _placed p LEFT JOIN {places} m USING (unit_id) WHERE m.cluster IS DISTINCT FROM p.cluster;

DELETE FROM {places} WHERE unit_id IN (SELECT unit_id FROM _placed UNION ALL SELECT unit_id FROM _vanished);
INSERT INTO {places} FROM _placed;
