-- Judgements in force. In: match_judgement. Out: _judgement_in_force (as match_judgement), _judgement (record_id_l,
-- record_id_r, judgement: positive, negative, unsure).
CREATE OR REPLACE TEMP TABLE _judgement_in_force AS
SELECT * FROM (
    FROM match_judgement QUALIFY judgement_id = max(judgement_id) OVER (PARTITION BY record_id_l, record_id_r)
) WHERE judgement <> 'withdrawn' ORDER BY judgement_id;

CREATE OR REPLACE TEMP VIEW _judgement AS SELECT record_id_l, record_id_r, judgement FROM _judgement_in_force;
CREATE OR REPLACE TEMP VIEW _judged_same AS
SELECT record_id_l, record_id_r FROM _judgement_in_force WHERE judgement = 'positive';
CREATE OR REPLACE TEMP VIEW _judged_different AS
SELECT record_id_l, record_id_r FROM _judgement_in_force WHERE judgement = 'negative';
