-- The records that survivorship asks: each touched person's current ones, or all of a person who has none left.
-- Persons go by a number here: ids are long texts, and each attribute is a sort by person.
-- In: _wh_touched, {trust} (ATTRIBUTE_TRUST), {assumed} (ASSUMED_ATTRIBUTE). Out: _wh_holder, _wh_asked, _wh_trust,
-- _wh_assumed.
-- Departments as bits of a number, as there are few combinations of them; a number has 126.
SET VARIABLE wh_departments = (SELECT list(DISTINCT department ORDER BY department) FROM crosswalk);

CREATE OR REPLACE TEMP TABLE _wh_holder AS
WITH flagged AS (
    SELECT person_id, is_current, night, 1::HUGEINT << (list_position(getvariable('wh_departments'), department) - 1) AS bit
    FROM crosswalk SEMI JOIN _wh_touched USING (person_id)
),
counted AS (
    SELECT person_id, bool_or(is_current) AS has_current_record, bit_or(bit) FILTER (is_current) AS current_bits,
        bit_or(bit) AS all_bits, count(*)::INTEGER AS mention_count, min(night) AS first_night, max(night) AS last_night
    FROM flagged GROUP BY person_id
),
combination AS (
    SELECT bits, list_filter(getvariable('wh_departments'), lambda each, place: (bits >> (place::INTEGER - 1)) & 1 = 1) AS departments
    FROM (SELECT current_bits AS bits FROM counted WHERE current_bits IS NOT NULL UNION SELECT all_bits FROM counted)
)
SELECT person_id, row_number() OVER (ORDER BY person_id)::INTEGER AS person_no, has_current_record,
    c.departments AS current_departments, a.departments AS all_departments, mention_count, first_night, last_night
FROM counted
LEFT JOIN combination AS c ON c.bits = current_bits
LEFT JOIN combination AS a ON a.bits = all_bits;

CREATE OR REPLACE TEMP TABLE _wh_asked AS
SELECT p.person_no, x.mention_id
FROM crosswalk AS x JOIN _wh_holder AS p USING (person_id)
WHERE x.is_current OR NOT p.has_current_record;

CREATE OR REPLACE TEMP TABLE _wh_trust AS
SELECT department, extract, attribute, min(rank) AS rank FROM {trust} GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE _wh_assumed AS
SELECT DISTINCT department, extract, role, attribute FROM {assumed};
