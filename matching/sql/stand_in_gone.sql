-- Judged records that are gone. In: _judged_record, _judgement_in_force, {held} (record_id). Out: _judged_gone
-- (record_id), _judged_partner (record_id, partner_id, judgement: in force, both ways).
CREATE OR REPLACE TEMP TABLE _judged_gone AS
WITH held AS (
    SELECT h.record_id FROM {held} h SEMI JOIN _judged_record j ON j.now_id = h.record_id
)
SELECT DISTINCT now_id AS record_id FROM _judged_record ANTI JOIN held ON held.record_id = now_id;

CREATE OR REPLACE TEMP TABLE _judged_partner AS
SELECT record_id_l AS record_id, record_id_r AS partner_id, judgement FROM _judgement_in_force
UNION ALL
SELECT record_id_r, record_id_l, judgement FROM _judgement_in_force;
