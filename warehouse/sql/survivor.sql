-- All that is said of one attribute, by its rule: values that are the same have one line; place 1 survives.
-- In: _wh_record, _wh_stated, _wh_trust, _wh_assumed; expressions of the rule in braces. One query.
WITH said AS (
    SELECT r.person_no, r.mention_id, r.department, r.extract, r.name_is_placeholder, r.citizen_id_kind,
        coalesce(r.record_date, r.night) AS recorded_date, r.night, CAST({value} AS VARCHAR) AS value,
        CAST({same} AS VARCHAR) AS same, {derived} OR u.role IS NOT NULL AS is_derived
    FROM _wh_record AS r
    LEFT JOIN _wh_assumed AS u
        ON u.department = r.department AND u.extract = r.extract AND u.role = r.role
        AND u.attribute = {trust}
    WHERE ({value}) IS NOT NULL
),
ranked AS (
    SELECT said.*, CASE WHEN is_derived THEN {last_rank} ELSE coalesce(t.rank, {last_rank}) END AS rank,
        {stated_birth_date} AS stated_birth_date
    FROM said
    LEFT JOIN _wh_trust AS t
        ON t.department = said.department AND t.extract = said.extract AND t.attribute = {trust}
    {stated}
    WHERE {most_trust} = {last_rank} OR t.rank <= {most_trust}
),
candidate AS (
    SELECT *, recorded_date - (rank * {days_per_rank})::INTEGER AS dated FROM ranked
),
alike AS (
    SELECT person_no, same, count(*)::INTEGER AS agreeing_count, {departments} AS departments,
        min(struct_pack({within}newest := -mention_id, value := value)) AS best
    FROM candidate
    GROUP BY person_no, same
),
several AS (
    SELECT person_no, sum(agreeing_count) AS stating_count FROM alike GROUP BY person_no HAVING count(*) > 1
),
listed AS (
    SELECT person_no, same, list_sort(list(mention_id)) AS mention_ids
    FROM candidate SEMI JOIN several USING (person_no) GROUP BY person_no, same
),
placed AS (
    SELECT *, 1 AS place, 0 AS differing_count, NULL AS mention_ids FROM alike ANTI JOIN several USING (person_no)
    UNION ALL BY NAME
    SELECT * EXCLUDE (stating_count),
        row_number() OVER (PARTITION BY person_no ORDER BY {between}, best.newest) AS place,
        stating_count - agreeing_count AS differing_count
    FROM alike JOIN several USING (person_no) JOIN listed USING (person_no, same)
)
SELECT person_no, {attribute} AS attribute, place::INTEGER AS place, best.value, -best.newest AS mention_id,
    agreeing_count, differing_count::INTEGER AS differing_count, mention_ids
FROM placed
