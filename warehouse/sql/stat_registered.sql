SELECT a.town AS registered_town, p.town AS residence_town,
    (p.community IS DISTINCT FROM coalesce(a.community, a.village) OR p.town IS DISTINCT FROM a.town)::VARCHAR AS is_separated
FROM _wh_living AS p
JOIN std_address AS a ON a.address_raw = p.registered_address AND a.is_local
WHERE p.household_no IS NOT NULL AND p.registration_status IS DISTINCT FROM '迁出'
