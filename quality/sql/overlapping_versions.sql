-- States of one person that hold in the same night.
SELECT 1
FROM person_version
QUALIFY lead(from_night) OVER (PARTITION BY person_id ORDER BY from_night) < coalesce(to_night, DATE '9999-12-31')
