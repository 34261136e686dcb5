-- How often two departments say the same name, birth date and number of a person whom both know by a current record.
WITH said AS (
    SELECT x.person_id, x.department, arg_max(m.name, m.mention_id) AS name, arg_max(m.birth_date, m.mention_id) AS birth_date,
        arg_max(m.citizen_id, m.mention_id) AS citizen_id
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current GROUP BY x.person_id, x.department
)
SELECT a.department AS one, b.department AS other, count(*) AS persons, avg((a.name = b.name)::INTEGER) AS name,
    avg((a.birth_date = b.birth_date)::INTEGER) AS birth_date, avg((a.citizen_id = b.citizen_id)::INTEGER) AS citizen_id
FROM said AS a JOIN said AS b ON a.person_id = b.person_id AND a.department < b.department
GROUP BY ALL HAVING count(*) >= 20 ORDER BY ALL
