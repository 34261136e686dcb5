-- Certain links of units. Parameters: units (BIGINT[]).
SELECT unit_l, unit_r, match_rule FROM match_must
WHERE unit_l IN (SELECT unnest($units::BIGINT[])) OR unit_r IN (SELECT unnest($units::BIGINT[]))
ORDER BY unit_l, unit_r
