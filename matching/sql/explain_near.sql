-- Scored pairs of a cluster's units with units of other clusters: of each such cluster the pair with the highest odds;
-- those with the highest odds first. Pairs ruled out by a constraint have none worth the name and come last.
-- Parameters: cluster (BIGINT), most (how many clusters, BIGINT).
WITH own AS (
    SELECT unit_id FROM match_place WHERE cluster = $cluster
), near AS (
    SELECT unit_r AS other, odds FROM match_pair WHERE unit_l IN (FROM own)
    UNION ALL
    SELECT unit_l, odds FROM match_pair WHERE unit_r IN (FROM own)
)
SELECT p.cluster, max(n.odds) AS odds FROM near n JOIN match_place p ON p.unit_id = n.other
WHERE p.cluster <> $cluster
GROUP BY p.cluster ORDER BY odds DESC, p.cluster LIMIT $most
