-- Households of the register, and who is related to whom. In: _wh_householder, person_dwelling, _wh_relation,
-- crosswalk, std_mention; variable wh_household_members. Out: _wh_household, _wh_household_member, _wh_person_relation.
CREATE OR REPLACE TEMP TABLE _wh_member AS
SELECT person_id, household_no, relation_to_head_code, registered_division_code, birth_date,
    coalesce(relation_to_head_code IN ('01', '02'), false) AS is_head
FROM _wh_householder
WHERE household_no IS NOT NULL AND NOT is_deceased AND has_current_record
    AND is_registered(registration_status);

CREATE OR REPLACE TEMP TABLE _wh_household_member AS
SELECT entity_id('H', household_no) AS household_id, person_id, relation_to_head_code, is_head FROM _wh_member;

CREATE OR REPLACE TEMP TABLE _wh_household AS
WITH made AS (
    SELECT household_no, count(*)::INTEGER AS member_count,
        arg_min(person_id, (birth_date, person_id)) FILTER (is_head) AS head_person_id,
        commonest(registered_division_code) AS registered_division_code,
        bool_or(left(relation_to_head_code, 1) = '1') AS has_spouse,
        bool_or(left(relation_to_head_code, 1) IN ('2', '3')) AS has_children,
        bool_or(left(relation_to_head_code, 1) = '4') AS has_grandchildren,
        bool_or(left(relation_to_head_code, 1) IN ('5', '6')) AS has_parents,
        bool_or(left(relation_to_head_code, 1) IN ('7', '8', '9')) AS has_others
    FROM _wh_member GROUP BY household_no
),
registered AS (
    SELECT m.household_no, commonest(d.dwelling_id) AS dwelling_id
    FROM _wh_member AS m JOIN person_dwelling AS d USING (person_id) WHERE d.link = 'registered' GROUP BY m.household_no
)
SELECT entity_id('H', household_no) AS household_id, household_no, m.head_person_id, r.dwelling_id,
    m.registered_division_code, m.member_count,
    CASE WHEN m.member_count > getvariable('wh_household_members') THEN 'collective'
        WHEN m.member_count = 1 THEN 'single'
        WHEN m.has_others THEN 'other_relatives'
        WHEN (m.has_grandchildren OR m.has_parents) AND m.has_children THEN 'three_generations'
        WHEN m.has_grandchildren THEN 'grandparents_and_grandchildren'
        WHEN m.has_children OR m.has_parents THEN 'parents_and_children'
        WHEN m.has_spouse AND m.member_count = 2 THEN 'couple'
        ELSE 'other_relatives' END AS household_type
FROM made AS m
LEFT JOIN registered AS r USING (household_no);

CREATE OR REPLACE TEMP TABLE _wh_person_relation AS
WITH stated AS (
    SELECT f.person_id, r.relation, t.person_id AS other_person_id, m.event_date, f.department
    FROM _wh_relation AS r
    JOIN crosswalk AS f ON f.mention_id = r.from_mention_id AND f.is_current
    JOIN crosswalk AS t ON t.mention_id = r.to_mention_id AND t.is_current
    JOIN std_mention AS m ON m.mention_id = r.from_mention_id
),
household AS (
    SELECT m.person_id, m.relation_to_head_code AS code, h.person_id AS head_person_id, a.department
    FROM _wh_member AS m
    JOIN _wh_member AS h ON h.household_no = m.household_no AND h.is_head AND NOT m.is_head
    JOIN person_attribute AS a ON a.person_id = m.person_id AND a.attribute = 'relation_to_head_code'
    WHERE (SELECT count(*) FROM _wh_member AS o WHERE o.household_no = m.household_no AND o.is_head) = 1
),
told AS (
    FROM stated
    UNION ALL
    SELECT person_id, 'spouse', head_person_id, NULL, department FROM household WHERE code IN ('10', '11', '12')
    UNION ALL
    SELECT person_id, 'child_of', head_person_id, NULL, department FROM household
    WHERE left(code, 1) IN ('2', '3') AND code NOT IN ('28', '38')
    UNION ALL
    SELECT head_person_id, 'child_of', person_id, NULL, department FROM household
    WHERE code IN ('50', '51', '52', '57', '58')
),
both_ways AS (
    FROM told
    UNION ALL
    SELECT other_person_id, CASE relation
            WHEN 'child_of' THEN 'parent_of' WHEN 'guardian_of' THEN 'ward_of' WHEN 'household_member_of' THEN 'household_head_of'
            WHEN 'tenant_of' THEN 'landlord_of' WHEN 'shareholder_of' THEN 'has_shareholder' ELSE relation END,
        person_id, event_date, department
    FROM told
),
by_department AS (
    SELECT person_id, relation, other_person_id, department, min(event_date) AS first_event, max(event_date) AS last_event,
        count(*) AS records
    FROM both_ways WHERE person_id <> other_person_id GROUP BY ALL
),
joined AS (
    SELECT person_id, relation, other_person_id, min(first_event) AS first_event, max(last_event) AS last_event,
        list_sort(list(department)) AS departments, sum(records)::INTEGER AS record_count
    FROM by_department GROUP BY ALL
),
ended AS (
    SELECT person_id, other_person_id, last_event FROM joined WHERE relation = 'former_spouse'
),
died AS (
    SELECT person_id, death_date FROM person WHERE is_deceased AND death_date IS NOT NULL
)
SELECT j.person_id, j.relation, j.other_person_id,
    CASE WHEN j.relation = 'spouse' THEN j.first_event END AS valid_from,
    CASE j.relation WHEN 'former_spouse' THEN j.last_event WHEN 'spouse' THEN least(d.death_date, o.death_date) END AS valid_to,
    j.departments, j.record_count
FROM joined AS j
LEFT JOIN ended AS e ON j.relation = 'spouse' AND e.person_id = j.person_id AND e.other_person_id = j.other_person_id
LEFT JOIN died AS d ON d.person_id = j.person_id
LEFT JOIN died AS o ON o.person_id = j.other_person_id
WHERE e.person_id IS NULL OR j.last_event > e.last_event;
