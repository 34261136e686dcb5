-- How often two departments say the same name, birth date and number of a person whom both know by a current record.
-- Persons, names and numbers go by their hashes, which are shorter.
WITH said AS (
    SELECT hash(x.person_id) AS person, x.department, arg_max(hash(m.name), m.mention_id) FILTER (m.name IS NOT NULL) AS name,
        arg_max(m.birth_date, m.mention_id) AS birth_date,
        arg_max(hash(m.citizen_id), m.mention_id) FILTER (m.citizen_id IS NOT NULL) AS citizen_id
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current GROUP BY person, x.department
)
SELECT a.department AS one, b.department AS other, count(*) AS persons, avg((a.name = b.name)::INTEGER) AS name,
    avg((a.birth_date = b.birth_date)::INTEGER) AS birth_date, avg((a.citizen_id = b.citizen_id)::INTEGER) AS citizen_id
FROM said AS a JOIN said AS b ON a.person = b.person AND a.department < b.department
GROUP BY ALL HAVING count(*) >= 20 ORDER BY ALL
