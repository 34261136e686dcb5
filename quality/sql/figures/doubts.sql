-- The persons with each sign of `signs`, by each department that has a record of such a person.
SELECT department, sign, count(*) AS persons
FROM check_sign JOIN (SELECT DISTINCT person_id, department FROM crosswalk WHERE is_current) USING (person_id)
GROUP BY ALL ORDER BY ALL
