-- Judgements by the records that stand for those they name. In: match_judgement, match_stand_in. Out: _judged_record
-- (record_id: as named, now_id), _judgement_told and, of those in force, _judgement_in_force (both as match_judgement),
-- _judgement (record_id_l, record_id_r, judgement: positive, negative, unsure).
CREATE OR REPLACE TEMP VIEW _judged_record AS
WITH named AS (
    SELECT DISTINCT unnest([record_id_l, record_id_r]) AS record_id FROM match_judgement
), moved AS (
    SELECT record_id, arg_max(stand_in_id, move_id) AS stand_in_id FROM match_stand_in GROUP BY record_id
)
SELECT record_id, coalesce(stand_in_id, record_id) AS now_id FROM named LEFT JOIN moved USING (record_id);

CREATE OR REPLACE TEMP VIEW _judgement_told AS
SELECT j.* REPLACE (least(l.now_id, r.now_id) AS record_id_l, greatest(l.now_id, r.now_id) AS record_id_r)
FROM match_judgement j JOIN _judged_record l ON l.record_id = j.record_id_l
JOIN _judged_record r ON r.record_id = j.record_id_r;

-- Where one record stands for both sides, there is nothing left to say.
CREATE OR REPLACE TEMP TABLE _judgement_in_force AS
SELECT * FROM (
    FROM _judgement_told QUALIFY judgement_id = max(judgement_id) OVER (PARTITION BY record_id_l, record_id_r)
) WHERE judgement <> 'withdrawn' AND record_id_l < record_id_r ORDER BY judgement_id;

CREATE OR REPLACE TEMP VIEW _judgement AS SELECT record_id_l, record_id_r, judgement FROM _judgement_in_force;
CREATE OR REPLACE TEMP VIEW _judged_same AS
SELECT record_id_l, record_id_r FROM _judgement_in_force WHERE judgement = 'positive';
CREATE OR REPLACE TEMP VIEW _judged_different AS
SELECT record_id_l, record_id_r FROM _judgement_in_force WHERE judgement = 'negative';
