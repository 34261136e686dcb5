SELECT strftime(night, '%Y-%m-%d') AS night, department, sum(value) FILTER (metric = 'rows')::BIGINT AS rows,
    sum(value * size) FILTER (metric = 'quarantine_rate') / nullif(sum(size) FILTER (metric = 'quarantine_rate'), 0) AS quarantined
FROM night_metric
WHERE metric IN ('rows', 'quarantine_rate') AND night <= getvariable('check_night')
GROUP BY ALL ORDER BY ALL
