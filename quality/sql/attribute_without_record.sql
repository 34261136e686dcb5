-- Surviving values which say that they come from a record that is not the person's. Records go by their hashes, which are
-- shorter: no two of a million people's 5.7 million records have the same.
SELECT 1
FROM (SELECT hash(person_id, department, extract, file, row_number, role, night) AS key FROM person_attribute)
ANTI JOIN (SELECT hash(person_id, department, extract, file, row_number, role, night) AS key FROM crosswalk) USING (key)
