-- When each department last recorded a person. In: {crosswalk} (crosswalk, or a part of it), std_mention. Out: _wh_person_seen.
CREATE OR REPLACE TEMP TABLE _wh_person_seen AS
SELECT x.person_id, x.department, date_trunc('month', max(coalesce(m.record_date, x.night)))::DATE AS last_seen
FROM {crosswalk} AS x JOIN std_mention AS m USING (mention_id)
GROUP BY x.person_id, x.department;
