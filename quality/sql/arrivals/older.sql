-- Tonight's file was exported before one that was merged earlier, or its content was delivered before. Files without
-- rows are all alike: a department that had nothing to tell says so again.
SELECT 1 FROM delivery AS d
WHERE night = getvariable('check_night') AND department = $department AND extract = $extract AND status = 'accepted' AND vouched_at IS NULL
    AND exported_on < (
    SELECT max(exported_on) FROM delivery AS b
    WHERE b.department = d.department AND b.extract = d.extract AND b.status = 'accepted' AND b.night < d.night)
UNION ALL
SELECT 1 FROM delivery AS d
WHERE night = getvariable('check_night') AND status = 'duplicate' AND sha256 IN (
    SELECT sha256 FROM delivery WHERE department = $department AND extract = $extract AND status = 'accepted'
        AND night < getvariable('check_night') AND rows_accepted + rows_quarantined > 0)
