SELECT split_part(item, '=', 2)::INTEGER AS bits, round(value * size)::BIGINT AS pairs FROM night_metric
WHERE night = getvariable('check_night') AND metric = 'match_weights' ORDER BY bits
