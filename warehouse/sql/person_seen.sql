-- When each department last recorded a person: by the dates of its records, or when none has one, by the night in which
-- the newest came. In: {crosswalk} (crosswalk, or a part of it), std_mention. Out: _wh_person_seen.
CREATE OR REPLACE TEMP TABLE _wh_person_seen AS
SELECT x.person_id, x.department, date_trunc('month', coalesce(max(m.record_date), max(x.night)))::DATE AS last_seen,
    max(m.record_date) IS NOT NULL AS is_dated
FROM {crosswalk} AS x JOIN std_mention AS m USING (mention_id)
GROUP BY x.person_id, x.department;
