SELECT change, count(*) AS persons FROM change_log WHERE night = getvariable('check_night') GROUP BY change ORDER BY change
