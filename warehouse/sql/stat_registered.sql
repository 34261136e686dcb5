-- The registered. Separated are those of whom a record says that they live elsewhere than registered: where one of the
-- two places is unknown, none does.
SELECT g.town AS registered_town, p.town AS residence_town,
    CASE WHEN p.is_resident OR r.is_local THEN 'here' ELSE left(r.division_code, 2) END AS destination,
    p.residence_source IS DISTINCT FROM 'registered' AND p.residence_dwelling_key IS DISTINCT FROM g.dwelling_key
        AND coalesce(
            NOT r.is_local OR p.home_town <> g.town OR p.home_community <> coalesce(g.community, g.village), false
        ) AS is_separated
FROM _wh_living AS p
LEFT JOIN std_address AS g ON g.address_raw = p.registered_address AND g.is_local
LEFT JOIN std_address AS r ON r.address_raw = p.residence_address
WHERE p.is_registered
