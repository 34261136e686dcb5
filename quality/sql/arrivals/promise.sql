-- Another number of records than the manifest beside the file says.
SELECT 1 FROM delivery
WHERE night = getvariable('check_night') AND department = $department AND extract = $extract AND status = 'accepted' AND vouched_at IS NULL
    AND rows_promised <> rows_accepted + rows_quarantined
