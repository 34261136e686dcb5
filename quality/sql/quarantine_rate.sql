-- The newest deliveries of an extract, when too many of their data rows were unusable. An older
-- delivery no longer counts: a corrected file of a later night lifts the fault, and so does taking the delivery back.
WITH newest AS (
    SELECT rows_accepted, rows_quarantined
    FROM delivery
    WHERE $of_extract AND status = 'accepted' AND night <= getvariable('check_night')
    QUALIFY night = max(night) OVER ()
)
SELECT 1
FROM newest
HAVING sum(rows_accepted + rows_quarantined) >= $rows
    AND sum(rows_quarantined) > $rate * sum(rows_accepted + rows_quarantined)
