-- How often two departments say the same name, birth date and number of a person whom both know by a current record.
WITH said AS (
    SELECT person, department, arg_max(name, mention_id) AS name, arg_max(birth_date, mention_id) AS birth_date,
        arg_max(citizen_id, mention_id) AS citizen_id
    FROM check_record GROUP BY person, department
)
SELECT a.department AS one, b.department AS other, count(*) AS persons, avg((a.name = b.name)::INTEGER) AS name,
    avg((a.birth_date = b.birth_date)::INTEGER) AS birth_date, avg((a.citizen_id = b.citizen_id)::INTEGER) AS citizen_id
FROM said AS a JOIN said AS b ON a.person = b.person AND a.department < b.department
GROUP BY ALL HAVING count(*) >= 20 ORDER BY ALL
