-- In: _placed (unit_id, component, cluster), _vanished. Out: match_place; _moved (unit_id: not in the cluster it was in).
CREATE OR REPLACE TEMP TABLE _moved AS
SELECT p.unit_id FROM _placed p LEFT JOIN match_place m USING (unit_id) WHERE m.{cluster} IS DISTINCT FROM p.cluster;

CREATE OR REPLACE TEMP TABLE _place_new AS
SELECT m.* REPLACE (p.unit_id AS unit_id, p.component AS {component}, p.cluster AS {cluster})
FROM _placed p LEFT JOIN match_place m USING (unit_id);
DELETE FROM match_place WHERE unit_id IN (SELECT unit_id FROM _placed UNION ALL SELECT unit_id FROM _vanished);
INSERT INTO match_place FROM _place_new ORDER BY unit_id;
