-- The newest sample with what was said of its pairs; pairs are found by their units, whichever records name them.
-- In: match_sample, match_record, _judgement_in_force. Out: _review_sample (as match_sample; unit_l, unit_r, judgement).
CREATE OR REPLACE TEMP TABLE _review_sample AS
WITH newest AS (
    FROM match_sample WHERE sample_id = (SELECT max(sample_id) FROM match_sample)
), placed AS (
    SELECT n.*, least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r
    FROM newest n LEFT JOIN match_record l ON l.record_id = n.record_id_l
    LEFT JOIN match_record r ON r.record_id = n.record_id_r
), said AS (
    SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r,
           arg_max(j.judgement, j.judgement_id) AS judgement
    FROM _judgement_in_force j
    JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
    GROUP BY ALL
)
SELECT p.*, s.judgement FROM placed p LEFT JOIN said s USING (unit_l, unit_r);
