-- The count noted for the newest night against the persons that there are.
SELECT night
FROM (SELECT night, persons FROM night WHERE persons IS NOT NULL ORDER BY night DESC LIMIT 1)
WHERE persons <> (SELECT count(*) FROM person)
