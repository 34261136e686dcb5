-- The extract was delivered before, and not for too long. A file without rows that is like one before has been delivered.
SELECT 1 FROM delivery
WHERE department = $department AND extract = $extract AND status = 'accepted'
    OR department = $department AND status = 'duplicate' AND sha256 IN (
        SELECT sha256 FROM delivery WHERE department = $department AND extract = $extract AND status = 'accepted'
            AND rows_accepted + rows_quarantined = 0)
HAVING max(coalesce(exported_on, night)) < getvariable('check_night') - INTERVAL $days DAY
