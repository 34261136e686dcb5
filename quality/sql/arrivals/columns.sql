-- Other columns than in the delivery before.
SELECT 1 FROM (
    SELECT night, vouched_at, headers, lag(headers) OVER (ORDER BY night, delivery_id) AS before
    FROM delivery WHERE department = $department AND extract = $extract AND status = 'accepted' AND headers IS NOT NULL
) WHERE vouched_at IS NULL AND night = getvariable('check_night') AND before <> headers
