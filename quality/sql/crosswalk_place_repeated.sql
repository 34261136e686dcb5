-- Two mentions at one place: a file corrected and delivered again within the same night, or a fault. Hashes are counted
-- first, as they are shorter.
SELECT 1
FROM crosswalk
SEMI JOIN (
    SELECT hash(night, department, file, row_number, role) AS key FROM crosswalk GROUP BY key HAVING count(*) > 1
) ON key = hash(night, department, file, row_number, role)
GROUP BY night, department, file, row_number, role
HAVING count(*) > 1
