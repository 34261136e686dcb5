-- Citizen ids and persons in the current records of the register itself must be one to one; where
-- they are not, the register holds a shared number or one person twice.
SELECT 1
FROM std_mention AS m
JOIN crosswalk AS x USING (mention_id)
WHERE m.department = 'public_security' AND m.role = 'self' AND m.citizen_id_kind = 'citizen18' AND x.is_current
GROUP BY $one
HAVING count(DISTINCT $several) > 1
