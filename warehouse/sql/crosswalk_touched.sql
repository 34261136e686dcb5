-- The clusters whose lines of the crosswalk may differ from what they are: placed anew, or with a record that counts
-- otherwise, as a newer state of it came, or its extract was delivered in full. In: std_mention, crosswalk, {clusters}
-- (CLUSTER), {placed} (record_id), {ended_extracts} (ENDED_EXTRACT). Out: _wh_cluster (CLUSTER), _wh_keyed (all mentions
-- with a record key of theirs).
CREATE OR REPLACE TEMP TABLE _wh_come AS
SELECT mention_id, department, extract, record_key FROM std_mention
WHERE mention_id IN (SELECT record_id FROM {placed}) AND mention_id NOT IN (SELECT mention_id FROM crosswalk);

CREATE OR REPLACE TEMP TABLE _wh_cluster AS
WITH touched AS (
    SELECT record_id FROM {placed}
    UNION ALL SELECT mention_id FROM std_mention SEMI JOIN _wh_come USING (department, extract, record_key)
    UNION ALL
    SELECT mention_id FROM std_mention
    SEMI JOIN _wh_come USING (department, extract) SEMI JOIN {ended_extracts} USING (department, extract)
)
FROM {clusters}
WHERE cluster_id IN (SELECT cluster_id FROM {clusters} WHERE record_id IN (FROM touched));
DROP TABLE _wh_come;

CREATE OR REPLACE TEMP TABLE _wh_keyed AS
SELECT delivery_id, row_number, department, extract, record_key FROM std_mention
WHERE record_key IN (SELECT record_key FROM std_mention JOIN _wh_cluster ON record_id = mention_id);
