SELECT department
FROM delivery
WHERE status NOT IN ('duplicate', 'refused')
GROUP BY department, sha256
HAVING count(*) > 1
