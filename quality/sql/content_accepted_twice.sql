SELECT department
FROM delivery
WHERE status NOT IN ('duplicate', 'refused', 'withdrawn')
GROUP BY department, sha256
HAVING count(*) > 1
