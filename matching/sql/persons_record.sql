-- Units: records that are certainly one person, before any probability is asked for.
-- In: _record, _id_main_pair, _name_level (l, r, level) of the names under one number, _agreement (level,
-- agreement), _judged_apart (record_id, apart_id: judged, or states of an entry that was judged, to be somebody else
-- than others of their unit; those of one apart_id together). Out: _unit_record (record_id, unit_id, match_rule), every
-- record once.
CREATE OR REPLACE TEMP TABLE _id_name AS
SELECT p.citizen_id, p.name,
       CASE WHEN p.name IS NULL THEN 'nameless' WHEN p.name = p.main_name THEN 'same' WHEN p.is_former THEN 'similar'
            ELSE coalesce(a.agreement, 'other') END AS agreement
FROM _id_main_pair p
LEFT JOIN _name_level v ON v.l = p.name AND v.r = p.main_name
LEFT JOIN _agreement a USING (level);

-- Where the records under one number agree in name with the number's holder, they are its unit. A name
-- that differs in one character or in the surname, or of which a character is hidden, needs a birth date and a sex
-- that do not contradict; any other name under the number is a unit apart: numbers are shared, and relatives' numbers
-- are written.
CREATE OR REPLACE TEMP TABLE _grouped AS
WITH judged AS (
    SELECT r.*, i.agreement,
           try_strptime(substr(r.citizen_id, 7, 8), '%Y%m%d')::DATE AS id_birth_date,
           CASE substr(r.citizen_id, 17, 1)::INT % 2 WHEN 1 THEN '1' ELSE '2' END AS id_sex
    FROM _record r
    LEFT JOIN _id_name i ON i.citizen_id = r.citizen_id AND i.name IS NOT DISTINCT FROM r.name
)
SELECT record_id, entry_key, name, birth_date, trust_rank,
       CASE
           WHEN citizen_id IS NOT NULL AND agreement = 'same' THEN 'same_citizen_id_and_name'
           WHEN citizen_id IS NOT NULL AND agreement = 'nameless' THEN 'same_citizen_id'
           WHEN citizen_id IS NOT NULL AND agreement = 'similar'
               THEN 'same_citizen_id_similar_name'
           WHEN citizen_id IS NOT NULL AND agreement = 'slip'
                AND coalesce(birth_date = id_birth_date OR abs(birth_date - id_birth_date) BETWEEN 18 AND 52,
                             birth_year_low IS NULL
                             OR year(id_birth_date) BETWEEN birth_year_low - 1 AND birth_year_high + 1)
                AND coalesce(sex_code = id_sex, true)
               THEN 'same_citizen_id_similar_name'
           WHEN citizen_id IS NOT NULL AND agreement = 'slip_of_two' AND birth_date = id_birth_date AND sex_code = id_sex
               THEN 'same_citizen_id_similar_name'
           WHEN citizen_id IS NULL AND document_no IS NOT NULL AND name IS NOT NULL THEN 'same_document_and_name'
           ELSE 'same_record'
       END AS match_rule,
       md5_number(CASE  -- shorter than the text, and no two of them are ever the same
           WHEN starts_with(match_rule, 'same_citizen_id') THEN 'I' || citizen_id
           WHEN match_rule = 'same_document_and_name' THEN 'D' || document_no || '|' || name
           ELSE 'R' || entry_key || '|' || coalesce(name, '') || '|' || coalesce(citizen_id, '')
       END) AS unit_key
FROM judged;

-- Successive states of one entry, one with a number and one without, are one person when the name is the
-- same or was not yet given, and the birth date does not contradict.
CREATE OR REPLACE TEMP TABLE _adopted AS
SELECT l.unit_key, min(k.unit_key) AS adopting_key
FROM _grouped l
JOIN _grouped k ON k.entry_key = l.entry_key AND k.unit_key <> l.unit_key
WHERE l.match_rule = 'same_record' AND k.match_rule <> 'same_record'
  AND (l.name = k.name OR l.name SIMILAR TO '.+之.{0,2}[子女]')
  AND coalesce(l.birth_date = k.birth_date, true)
GROUP BY l.unit_key
HAVING count(DISTINCT k.unit_key) = 1;

-- Of those who were judged to be several persons under one number one holds it: whom the register names, else who was
-- not set apart. To the others it is no more than told.
CREATE OR REPLACE TEMP TABLE _judged_holder AS
SELECT unit_key, first(apart_id ORDER BY coalesce(trust_rank = 1, false) DESC, apart_id NULLS FIRST) AS apart_id
FROM _grouped LEFT JOIN _judged_apart USING (record_id)
WHERE starts_with(match_rule, 'same_citizen_id')
  AND unit_key IN (SELECT unit_key FROM _grouped SEMI JOIN _judged_apart USING (record_id))
GROUP BY unit_key;

CREATE OR REPLACE TEMP TABLE _unit_record AS
SELECT record_id,
       CASE WHEN h.unit_key IS NOT NULL AND h.apart_id IS DISTINCT FROM a.apart_id THEN 'judged_apart'
            ELSE match_rule END AS match_rule,
       min(record_id) OVER (PARTITION BY coalesce(md5_number('J' || a.apart_id), adopting_key, unit_key)) AS unit_id
FROM _grouped LEFT JOIN _adopted USING (unit_key) LEFT JOIN _judged_apart AS a USING (record_id)
LEFT JOIN _judged_holder AS h USING (unit_key);
