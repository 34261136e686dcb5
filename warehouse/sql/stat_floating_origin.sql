SELECT p.town, coalesce(left(a.division_code, 2), left(p.citizen_id, 2)) AS province_code, r.residence_reason
FROM _wh_living AS p
LEFT JOIN std_address AS a ON a.address_raw = p.registered_address
LEFT JOIN (
    SELECT x.person_id, arg_max(m.residence_reason, (m.record_date, m.mention_id)) AS residence_reason
    FROM crosswalk AS x JOIN std_mention AS m USING (mention_id)
    WHERE x.is_current AND m.residence_reason IS NOT NULL GROUP BY x.person_id
) AS r USING (person_id)
WHERE p.is_floating AND p.is_resident
