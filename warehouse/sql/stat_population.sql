SELECT town, community, grid_no, CASE WHEN is_floating THEN 'floating' ELSE 'registered' END AS population, sex_code,
    age_band(age) AS age_band
FROM _wh_living WHERE is_resident
