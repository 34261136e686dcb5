-- Records of each department that others deny, by attribute.
SELECT department, attribute, count(*) AS records, count(DISTINCT person_id) AS persons
FROM department_conflict GROUP BY ALL ORDER BY department, records DESC, attribute
