-- Of several employers the newest record counts.
SELECT e.industry_code, p.sex_code, age_band(p.age) AS age_band
FROM _wh_living AS p
JOIN (
    SELECT person_id, arg_max(employer_id, (recorded_date, night, employer_id)) AS employer_id
    FROM person_employment
    WHERE link = 'employee' AND NOT has_ended(status)
    GROUP BY person_id
) AS w USING (person_id)
JOIN employer AS e USING (employer_id)
