SELECT delivery_id
FROM delivery
WHERE rows_delivered IS NOT NULL
    AND rows_delivered IS DISTINCT FROM rows_accepted + rows_quarantined + rows_non_data
