-- Surviving values which say that they come from a record that is not the person's. Records go by their hashes, which are
-- shorter; that of a wrong one is among them once in billions of times.
SELECT 1
FROM (SELECT hash(person_id, department, extract, file, row_number, role, night) AS key FROM person_attribute)
ANTI JOIN (SELECT hash(person_id, department, extract, file, row_number, role, night) AS key FROM crosswalk) USING (key)
