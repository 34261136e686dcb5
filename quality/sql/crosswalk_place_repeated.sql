-- Two mentions at one place: a file corrected and delivered again within the same night, or a fault.
SELECT 1
FROM crosswalk
GROUP BY night, department, file, row_number, role
HAVING count(*) > 1
