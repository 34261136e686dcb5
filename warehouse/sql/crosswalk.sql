-- The crosswalk as it must be. In: {clusters}, all or some (CLUSTER), {states} (std_mention, or what has the record keys of
-- these clusters), {ended_extracts} (ENDED_EXTRACT), _wh_person. Out: _wh_crosswalk.
-- A changed record is sent whole again: it is current in its last state only, with the roles that this state names.
-- States go by date of export (a file that arrives late does not undo a newer one), night, delivery, row.
CREATE OR REPLACE TEMP TABLE _wh_state AS
SELECT delivery_id, night, file,
    row_number() OVER (ORDER BY coalesce(exported_on, night), night, delivery_id)::BIGINT << 32 AS rank
FROM delivery
WHERE status = 'accepted';

-- A row has one key, so the number of a last state is that of its row, and shorter than keys to be looked up.
CREATE OR REPLACE TEMP TABLE _wh_latest AS
SELECT max(s.rank + m.row_number) AS rank
FROM {states} AS m JOIN _wh_state AS s USING (delivery_id)
WHERE m.record_key IS NOT NULL
GROUP BY m.department, m.extract, m.record_key;

CREATE OR REPLACE TEMP TABLE _wh_crosswalk AS
WITH newest AS (
    SELECT m.department, m.extract, max(s.night) AS night
    FROM std_mention AS m
    JOIN {ended_extracts} AS e USING (department, extract)
    JOIN _wh_state AS s USING (delivery_id)
    GROUP BY ALL
)
SELECT p.person_id, m.department, m.extract, s.file, m.row_number, m.role, c.match_rule, c.match_probability, s.night,
    (m.record_key IS NULL OR s.rank + m.row_number IN (SELECT rank FROM _wh_latest))
        AND (n.night IS NULL OR s.night = n.night) AS is_current,
    m.mention_id
FROM std_mention AS m
JOIN _wh_state AS s USING (delivery_id)
JOIN {clusters} AS c ON c.record_id = m.mention_id
JOIN _wh_person AS p USING (cluster_id)
LEFT JOIN newest AS n ON n.department = m.department AND n.extract = m.extract
ORDER BY m.mention_id;
DROP TABLE _wh_state; DROP TABLE _wh_latest;
