-- Blocking keys: the values by which units may meet. Out: _key (unit_id, kind, value).
CREATE OR REPLACE TEMP TABLE _key AS
SELECT unit_id, 'name' AS kind, hash(name_key) AS value
FROM _unit_name JOIN _name USING (name)
UNION
SELECT unit_id, 'pinyin', hash(pinyin) FROM _unit_name JOIN _name USING (name)
UNION
SELECT unit_id, 'surname', hash(surname) FROM _unit_name JOIN _name USING (name) WHERE length(name_key) > 1
UNION
SELECT unit_id, 'birth_date', hash(birth_date) FROM _unit WHERE birth_date IS NOT NULL
UNION
SELECT unit_id, 'birth_date', hash(told_birth_date) FROM _unit WHERE told_birth_date IS NOT NULL
UNION
SELECT unit_id, 'birth_year', hash(unnest(range(year_low - widen, year_high + widen + 1)))
FROM (SELECT unit_id, year_low::INT AS year_low, year_high::INT AS year_high,
             CASE WHEN is_holder OR birth_date IS NOT NULL THEN 0 ELSE 1 END AS widen
      FROM _unit WHERE year_high - year_low <= 3)
UNION
SELECT unit_id, 'birth_year', hash(year(told_birth_date)::INT) FROM _unit WHERE told_birth_date IS NOT NULL
UNION
SELECT unit_id, 'phone', hash(phone) FROM _unit_phone
UNION
SELECT unit_id, 'dwelling', hash(dwelling) FROM _unit_dwelling
UNION
SELECT unit_id, 'place', hash(place) FROM _unit_place
UNION
SELECT unit_id, 'employer', hash(employer) FROM _unit_employer
UNION
SELECT unit_id, 'id_tail', hash(right(coalesce(citizen_id, citizen_id_claim), 4))
FROM _unit WHERE coalesce(citizen_id, citizen_id_claim) SIMILAR TO '.*[0-9]{3}[0-9X]'
UNION
SELECT unit_id, 'id_piece', hash(unnest([substr(n, 7, 12), substr(n, 1, 6) || substr(n, 15, 4), substr(n, 1, 14)]))
FROM (SELECT unit_id, unnest([citizen_id, citizen_id_claim]) AS n FROM _unit)
WHERE length(n) = 18 AND NOT contains(n, '*');
