-- Another record of the unit that a gone one was in, the latest. A unit that a judgement splits at the next linkage tells
-- nothing. In: _judged_gone, _judged_partner, match_record, {held} (record_id). Out: _stand_in (record_id, stand_in_id).
CREATE OR REPLACE TEMP TABLE _unit_mate AS
WITH split AS (
    SELECT p.record_id FROM _judged_partner p
    JOIN match_record a ON a.record_id = p.record_id JOIN match_record b ON b.record_id = p.partner_id
    WHERE p.judgement = 'negative' AND a.unit_id = b.unit_id
)
SELECT g.record_id, mate.record_id AS mate_id
FROM (FROM _judged_gone ANTI JOIN split USING (record_id)) g
JOIN match_record own ON own.record_id = g.record_id
JOIN match_record mate ON mate.unit_id = own.unit_id
WHERE (g.record_id, mate.record_id) NOT IN (SELECT (record_id, partner_id) FROM _judged_partner);

CREATE OR REPLACE TEMP TABLE _stand_in AS
WITH held AS (
    SELECT h.record_id FROM {held} h SEMI JOIN _unit_mate m ON m.mate_id = h.record_id
)
SELECT m.record_id, max(m.mate_id) AS stand_in_id
FROM _unit_mate m JOIN held ON held.record_id = m.mate_id
GROUP BY m.record_id;
