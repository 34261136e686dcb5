-- Surviving values which say that they come from a record that is not the person's.
SELECT 1
FROM person_attribute AS a
ANTI JOIN crosswalk AS x
    USING (person_id, department, extract, file, row_number, role, night)
