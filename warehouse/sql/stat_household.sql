SELECT d.town, h.household_type, CASE WHEN h.member_count >= 10 THEN '10+' ELSE h.member_count::VARCHAR END AS member_count
FROM household AS h LEFT JOIN dwelling AS d USING (dwelling_id)
