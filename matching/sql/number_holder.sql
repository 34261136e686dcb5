-- Who holds a citizen number: the name that the best source gives it, else the most frequent one.
-- Out: _id_main_pair (citizen_id, name, main_name, is_former: the name is a former name of the holder).
CREATE OR REPLACE TEMP TABLE _id_main_pair AS
WITH named AS (
    SELECT citizen_id, name, min(trust_rank) AS trust_rank, count(*) AS n
    FROM _record WHERE citizen_id IS NOT NULL GROUP BY ALL
), main AS (
    SELECT DISTINCT ON (citizen_id) citizen_id, name AS main_name FROM named WHERE name IS NOT NULL
    ORDER BY citizen_id, trust_rank > 1, n DESC, trust_rank, name
), former AS (
    SELECT DISTINCT citizen_id, former_name AS name FROM _record
    WHERE citizen_id IS NOT NULL AND former_name IS NOT NULL
)
SELECT n.citizen_id, n.name, m.main_name, f.name IS NOT NULL AS is_former
FROM named n
LEFT JOIN main m USING (citizen_id)
LEFT JOIN former f ON f.citizen_id = n.citizen_id AND f.name = n.name;
