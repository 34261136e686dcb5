-- Departments that ever delivered: tonight's rows, how many persons they know, and how far others deny them.
WITH delivered AS (
    SELECT department, count(*) AS files, sum(rows_delivered - rows_non_data)::BIGINT AS rows,
        sum(rows_quarantined)::BIGINT AS quarantined
    FROM delivery WHERE night = getvariable('check_night') AND status = 'accepted' GROUP BY department
),
known AS (
    SELECT department, count(*) AS persons, count(*) FILTER (department_count = 1) AS alone
    FROM (SELECT unnest(departments) AS department, department_count FROM person WHERE has_current_record)
    GROUP BY department
),
denied AS (
    SELECT department, count(*) AS conflicts FROM department_conflict GROUP BY department
),
rate AS (
    SELECT department, sum(value * size) FILTER (metric = 'linked_rate') / sum(size) FILTER (metric = 'linked_rate') AS linked,
        sum(value * size) FILTER (metric = 'new_person_rate') / sum(size) FILTER (metric = 'new_person_rate') AS new
    FROM night_metric WHERE night = getvariable('check_night') GROUP BY department
)
SELECT k.department, coalesce(d.files, 0) AS files, coalesce(d.rows, 0) AS rows, coalesce(d.quarantined, 0) AS quarantined,
    k.persons, k.alone, coalesce(n.conflicts, 0) AS conflicts, r.linked, r.new
FROM known AS k
LEFT JOIN delivered AS d USING (department)
LEFT JOIN denied AS n USING (department)
LEFT JOIN rate AS r USING (department)
ORDER BY k.department
