-- Towns and communities with the codes that the numbers of grids begin with. In: dwelling. Out: _wh_place.
CREATE OR REPLACE TEMP TABLE _wh_place AS
WITH numbered AS (
    SELECT town, community, left(grid_no, 9) AS town_code, left(grid_no, 12) AS community_code
    FROM dwelling WHERE town IS NOT NULL AND grid_no IS NOT NULL
)
SELECT town, commonest(town_code) AS town_code, community,
    CASE WHEN community IS NOT NULL THEN commonest(community_code) END AS community_code
FROM numbered GROUP BY GROUPING SETS ((town), (town, community))
HAVING town IS NOT NULL AND (community IS NOT NULL OR GROUPING(community) = 1);
