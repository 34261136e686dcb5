-- Known persons that units which are none may be, by the scored pairs. Parameters: units (BIGINT[]), known (sources of
-- known persons, VARCHAR[]).
WITH either AS (
    SELECT unit_l AS unit_id, unit_r AS rival, odds FROM match_pair WHERE unit_l IN (SELECT unnest($units::BIGINT[]))
    UNION ALL
    SELECT unit_r, unit_l, odds FROM match_pair WHERE unit_r IN (SELECT unnest($units::BIGINT[]))
)
SELECT e.unit_id, e.rival, p.cluster, e.odds
FROM either e JOIN match_unit u USING (unit_id) JOIN match_unit k ON k.unit_id = e.rival
JOIN match_place p ON p.unit_id = e.rival
WHERE k.source IN (SELECT unnest($known::VARCHAR[])) AND u.source NOT IN (SELECT unnest($known::VARCHAR[]))
ORDER BY e.odds DESC, e.unit_id, e.rival
