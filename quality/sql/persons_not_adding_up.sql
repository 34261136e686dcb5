SELECT night
FROM (
    SELECT night, persons, persons_new, persons_merged, persons_split, coalesce(persons_withdrawn, 0) AS persons_withdrawn,
        lag(persons, 1, 0) OVER (ORDER BY night) AS before
    FROM night
    WHERE persons IS NOT NULL
)
WHERE persons <> before + persons_new - persons_merged + persons_split - persons_withdrawn
