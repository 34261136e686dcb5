-- Relations and certain links in the shape that the engine takes. In: match_kin, match_must, match_unit.
CREATE OR REPLACE TEMP VIEW unit_relation AS
SELECT l.source AS source_l, l.unit_id AS record_id_l, r.source AS source_r, r.unit_id AS record_id_r
FROM match_kin k JOIN match_unit l ON l.unit_id = k.unit_l JOIN match_unit r ON r.unit_id = k.unit_r;

CREATE OR REPLACE TEMP VIEW person_must_link AS
SELECT l.source AS source_l, l.unit_id AS record_id_l, r.source AS source_r, r.unit_id AS record_id_r
FROM match_must k JOIN match_unit l ON l.unit_id = k.unit_l JOIN match_unit r ON r.unit_id = k.unit_r;

CREATE OR REPLACE TEMP VIEW person_cannot_link AS FROM person_must_link LIMIT 0;
