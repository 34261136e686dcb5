-- Records about which judgements say something else than when they were last linked. In: _judgement (record_id_l,
-- record_id_r, judgement), match_judged. Out: more of match_judged_anew (record_id).
INSERT INTO match_judged_anew
WITH said AS (
    SELECT record_id_l, record_id_r, judgement FROM _judgement WHERE judgement <> 'unsure'
)
SELECT DISTINCT unnest([record_id_l, record_id_r]) AS record_id
FROM ((FROM said EXCEPT FROM match_judged) UNION ALL (FROM match_judged EXCEPT FROM said))
EXCEPT FROM match_judged_anew
ORDER BY ALL;
