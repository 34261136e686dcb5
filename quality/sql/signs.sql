-- Current records, each once, with what departments and signs are told by; and persons whose records look like several
-- people, or who look like one with another. Signs, not judgements. Persons, names and numbers go by their hashes.
-- In: crosswalk, std_mention, person.
-- Out: check_record (person, department, mention_id, name, citizen_id, birth_date, sex_code), check_sign (person, sign), each once.
CREATE TEMP TYPE check_department AS ENUM (SELECT DISTINCT department FROM crosswalk ORDER BY department);
CREATE TEMP TABLE check_record AS
SELECT hash(x.person_id) AS person, x.department::check_department AS department, m.mention_id,
    CASE WHEN m.name IS NOT NULL THEN hash(m.name) END AS name,
    CASE WHEN m.citizen_id IS NOT NULL THEN hash(m.citizen_id) END AS citizen_id, m.birth_date,
    CASE WHEN m.sex_code IN ('1', '2') THEN m.sex_code END AS sex_code
FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.is_current;

CREATE TEMP TABLE check_sign AS
-- Least and greatest tell sooner than a count of distinct values that there are several.
WITH said AS (
    SELECT person, min(citizen_id) < max(citizen_id) AS has_numbers, min(birth_date) < max(birth_date) AS has_births,
        min(sex_code) < max(sex_code) AS has_sexes, count(*) AS records
    FROM check_record GROUP BY person
),
alike AS (
    SELECT name, birth_date, residence_dwelling_key FROM person
    WHERE has_current_record AND name IS NOT NULL AND birth_date IS NOT NULL AND residence_dwelling_key IS NOT NULL
    GROUP BY ALL HAVING count(*) > 1
)
SELECT person, 'several_numbers' AS sign FROM said WHERE has_numbers
UNION ALL
SELECT person, 'several_births' FROM check_record SEMI JOIN (FROM said WHERE has_births) USING (person)
GROUP BY person HAVING count(DISTINCT birth_date) > 2
UNION ALL
SELECT person, 'both_sexes' FROM said WHERE has_sexes
UNION ALL
SELECT person, 'very_many_records' FROM said WHERE records > 30
UNION ALL
SELECT hash(person_id), 'alike_and_apart' FROM person SEMI JOIN alike USING (name, birth_date, residence_dwelling_key)
WHERE has_current_record;
