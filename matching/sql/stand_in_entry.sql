-- A record of the entry that a gone one was of. It stands for one only, and for none where judgements name it already:
-- what was said of the two might contradict. In: _judged_gone, _judged_record, {successors} (record_id, stand_in_id).
-- Out: _stand_in (record_id, stand_in_id).
CREATE OR REPLACE TEMP TABLE _stand_in AS
SELECT record_id, stand_in_id
FROM (FROM {successors} SEMI JOIN _judged_gone USING (record_id)) s
WHERE stand_in_id NOT IN (SELECT now_id FROM _judged_record)
QUALIFY record_id = max(record_id) OVER (PARTITION BY stand_in_id);
