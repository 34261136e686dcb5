SELECT metric, department, extract, item, value, coalesce(usual, 0) AS usual, nights FROM night_trend
WHERE night = getvariable('check_night') AND state = 'drift' ORDER BY ALL
