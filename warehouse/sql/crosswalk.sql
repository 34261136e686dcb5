-- The whole crosswalk as it must be. In: {clusters}, {ended_extracts} (ENDED_EXTRACT), _wh_person. Out: _wh_crosswalk.
-- A changed record is sent whole again: it is current in its last state only, with the roles that this state names.
-- States go by date of export (a file that arrives late does not undo a newer one), night, delivery, row.
CREATE OR REPLACE TEMP TABLE _wh_crosswalk AS
WITH state AS (
    SELECT d.delivery_id, d.night, d.file,
        row_number() OVER (ORDER BY coalesce(d.exported_on, d.night), d.night, d.delivery_id)::BIGINT << 32 AS rank
    FROM delivery AS d
    WHERE d.status = 'accepted'
),
newest AS (
    SELECT m.department, m.extract, max(s.night) AS night
    FROM std_mention AS m
    JOIN {ended_extracts} AS e USING (department, extract)
    JOIN state AS s USING (delivery_id)
    GROUP BY ALL
),
latest AS (
    SELECT m.department, m.extract, m.record_key, max(s.rank + m.row_number) AS rank
    FROM std_mention AS m JOIN state AS s USING (delivery_id)
    WHERE m.record_key IS NOT NULL
    GROUP BY ALL
)
SELECT p.person_id, m.department, m.extract, s.file, m.row_number, m.role, c.match_rule, c.match_probability, s.night,
    (l.rank IS NULL OR s.rank + m.row_number = l.rank) AND (n.night IS NULL OR s.night = n.night) AS is_current,
    m.mention_id
FROM std_mention AS m
JOIN state AS s USING (delivery_id)
JOIN {clusters} AS c ON c.record_id = m.mention_id
JOIN _wh_person AS p USING (cluster_id)
LEFT JOIN latest AS l
    ON l.department = m.department AND l.extract = m.extract AND l.record_key = m.record_key
LEFT JOIN newest AS n ON n.department = m.department AND n.extract = m.extract
ORDER BY m.mention_id;
