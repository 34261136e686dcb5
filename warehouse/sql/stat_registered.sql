-- The registered: they live elsewhere than registered when the places differ, and nobody knows when one place is unknown.
SELECT g.town AS registered_town, p.town AS residence_town,
    CASE WHEN p.is_resident OR r.is_local THEN 'here' ELSE left(r.division_code, 2) END AS destination,
    CASE WHEN p.residence_source = 'registered' OR p.residence_dwelling_key = g.dwelling_key THEN 'false'
        WHEN NOT r.is_local OR p.home_town <> g.town OR p.home_community <> coalesce(g.community, g.village) THEN 'true'
        WHEN p.home_town = g.town AND p.home_community = coalesce(g.community, g.village) THEN 'false' END AS is_separated
FROM _wh_living AS p
LEFT JOIN std_address AS g ON g.address_raw = p.registered_address AND g.is_local
LEFT JOIN std_address AS r ON r.address_raw = p.residence_address
WHERE p.is_registered
