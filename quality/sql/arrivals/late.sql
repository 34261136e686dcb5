-- The extract was delivered before, and not for too long.
SELECT 1 FROM delivery WHERE department = $department AND extract = $extract AND status = 'accepted'
HAVING max(coalesce(exported_on, night)) < getvariable('check_night') - INTERVAL $days DAY
