SELECT group_kind, group_name, linked_pairs::BIGINT AS pairs, false_match_rate, false_match_low, false_match_high, missed_match_rate,
    missed_match_low, missed_match_high, method
FROM match_error_rate WHERE label = strftime(getvariable('check_night'), '%Y-%m-%d')
ORDER BY group_kind <> 'all', group_kind, group_name
