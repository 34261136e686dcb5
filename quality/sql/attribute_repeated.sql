-- Attributes of which a person has several values at once. Hashes are counted first, as they are shorter.
SELECT 1
FROM person_attribute
SEMI JOIN (
    SELECT hash(person_id, attribute) AS key FROM person_attribute GROUP BY key HAVING count(*) > 1
) ON key = hash(person_id, attribute)
GROUP BY person_id, attribute
HAVING count(*) > 1
