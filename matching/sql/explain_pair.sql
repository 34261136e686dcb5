-- Scored pairs that lie within some units. Parameters: units (BIGINT[]).
SELECT unit_l, unit_r, odds, probability FROM match_pair
WHERE unit_l IN (SELECT unnest($units::BIGINT[])) AND unit_r IN (SELECT unnest($units::BIGINT[]))
ORDER BY unit_l, unit_r
