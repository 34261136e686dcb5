-- Links of persons who are not in the base.
SELECT 1
FROM (
    SELECT person_id FROM person_dwelling
    UNION ALL SELECT person_id FROM person_employment
    UNION ALL SELECT person_id FROM household_member
    UNION ALL SELECT person_id FROM person_relation
)
ANTI JOIN person USING (person_id)
