-- Relatives told by the early clusters. In: _moved (unit_id: whose early cluster is not what it was), _kin_touched.
-- Out: _related (unit_id: whose relatives are not what they were); match_relatives.
CREATE OR REPLACE TEMP TABLE _asked AS
SELECT unit_id FROM _kin_touched
UNION SELECT unit_id FROM _moved
UNION SELECT unit_r FROM match_kin WHERE unit_l IN (SELECT unit_id FROM _moved)
UNION SELECT unit_l FROM match_kin WHERE unit_r IN (SELECT unit_id FROM _moved);

CREATE OR REPLACE TEMP TABLE _told_relatives AS
WITH either AS (
    SELECT unit_l AS unit_id, unit_r AS kin_id FROM match_kin WHERE unit_l IN (SELECT unit_id FROM _asked)
    UNION ALL
    SELECT unit_r, unit_l FROM match_kin WHERE unit_r IN (SELECT unit_id FROM _asked)
)
SELECT e.unit_id, list_sort(list_distinct(list(k.cluster))) AS relatives
FROM either e JOIN match_early_place own ON own.unit_id = e.unit_id JOIN match_early_place k ON k.unit_id = e.kin_id
WHERE k.cluster <> own.cluster
GROUP BY e.unit_id;

CREATE OR REPLACE TEMP TABLE _related AS
SELECT unit_id, t.relatives FROM _asked SEMI JOIN match_unit USING (unit_id)
LEFT JOIN _told_relatives t USING (unit_id) LEFT JOIN match_relatives r USING (unit_id)
WHERE t.relatives IS DISTINCT FROM r.relatives;

DELETE FROM match_relatives WHERE unit_id IN (SELECT unit_id FROM _related UNION ALL SELECT unit_id FROM _vanished);
INSERT INTO match_relatives FROM _related WHERE relatives IS NOT NULL;
