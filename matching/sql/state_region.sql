-- The part of the pairs that has to be clustered anew. In: _touched (unit_id); {places} and {pairs}, either early ones or
-- those with relatives. Out: _region (unit_id: to be placed), _edge (unit_l, unit_r, odds, ratio).
CREATE OR REPLACE TEMP TABLE _region AS
SELECT unit_id FROM {places}
WHERE component IN (SELECT component FROM {places} SEMI JOIN _touched USING (unit_id))
UNION
SELECT unit_id FROM _touched SEMI JOIN match_unit USING (unit_id);

-- A link also depends on the rivals of its other end: so all links of neighbours as well.
CREATE OR REPLACE TEMP TABLE _near AS
SELECT unit_id FROM _region
UNION SELECT unit_r FROM {pairs} WHERE unit_l IN (SELECT unit_id FROM _region)
UNION SELECT unit_l FROM {pairs} WHERE unit_r IN (SELECT unit_id FROM _region);

CREATE OR REPLACE TEMP TABLE _edge AS
SELECT unit_l, unit_r, odds, ratio FROM {pairs}
WHERE unit_l IN (SELECT unit_id FROM _near) OR unit_r IN (SELECT unit_id FROM _near);
