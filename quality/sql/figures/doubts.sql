-- The persons with each sign of `signs`, by each department that has a record of such a person.
SELECT department, sign, count(*) AS persons
FROM check_sign JOIN (SELECT DISTINCT person, department FROM check_record SEMI JOIN check_sign USING (person)) USING (person)
GROUP BY ALL ORDER BY ALL
