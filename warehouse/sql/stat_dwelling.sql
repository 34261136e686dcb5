WITH lives AS (
    SELECT dwelling_id, person_id FROM _wh_living WHERE dwelling_id IS NOT NULL
),
used AS (
    SELECT l.dwelling_id, count(DISTINCT l.person_id) AS residents,
        bool_or(o.link IN ('owner', 'co_owner')) AS has_owner, bool_or(o.link = 'tenant') AS has_tenant
    FROM lives AS l
    LEFT JOIN person_dwelling AS o ON o.person_id = l.person_id AND o.dwelling_id = l.dwelling_id
    GROUP BY l.dwelling_id
),
known AS (
    SELECT DISTINCT dwelling_id FROM person_dwelling WHERE link <> 'reported'
)
SELECT d.town, CASE WHEN u.dwelling_id IS NULL THEN 'empty' WHEN u.has_owner THEN 'owner' WHEN u.has_tenant THEN 'tenant'
        ELSE 'others' END AS occupancy,
    CASE WHEN u.residents >= 10 THEN '10+' ELSE coalesce(u.residents, 0)::VARCHAR END AS residents
FROM known JOIN dwelling AS d USING (dwelling_id) LEFT JOIN used AS u USING (dwelling_id)
