SELECT night
FROM (
    SELECT night, persons, persons_new, persons_merged, persons_split, lag(persons, 1, 0) OVER (ORDER BY night) AS before
    FROM night
    WHERE persons IS NOT NULL
)
WHERE persons <> before + persons_new - persons_merged + persons_split
