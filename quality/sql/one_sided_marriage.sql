-- Somebody's spouse whose spouse is not that person.
SELECT 1
FROM person_relation AS one
ANTI JOIN person_relation AS other
    ON other.person_id = one.other_person_id AND other.other_person_id = one.person_id AND other.relation = one.relation
WHERE one.relation = 'spouse'
