-- As many lines as a sheet of Excel has, of today or of before 2007; with the header or without.
SELECT 1 FROM delivery
WHERE night = getvariable('check_night') AND department = $department AND extract = $extract AND status = 'accepted' AND vouched_at IS NULL
    AND (rows_delivered IN (65536, 1048576) OR rows_accepted + rows_quarantined IN (65535, 65536, 1048575, 1048576))
