-- Comparison levels of each candidate pair; null means a value is missing on one side. In: _pair
-- (unit_id_l, unit_id_r), unit values, _name_level, _kin_pair. Out: _feature.
CREATE OR REPLACE TEMP TABLE _feature AS
WITH named AS (
    SELECT p.unit_id_l, p.unit_id_r,
           min(CASE WHEN n.name = m.name AND NOT n.is_former AND NOT m.is_former THEN 0
                    WHEN n.name = m.name THEN 2
                    WHEN n.is_former OR m.is_former THEN CASE WHEN v.level <= 1 THEN 2 ELSE 9 END
                    ELSE v.level END)::TINYINT AS name_level,
           min(greatest(fl.name_frequency, fr.name_frequency)) AS name_frequency,
           min(greatest(fl.pinyin_frequency, fr.pinyin_frequency)) AS pinyin_frequency
    FROM _pair p
    JOIN _unit_name n ON n.unit_id = p.unit_id_l
    JOIN _unit_name m ON m.unit_id = p.unit_id_r
    LEFT JOIN _name_level v ON v.name_l = least(n.name, m.name) AND v.name_r = greatest(n.name, m.name)
    LEFT JOIN _name_frequency fl ON fl.name = n.name
    LEFT JOIN _name_frequency fr ON fr.name = m.name
    GROUP BY ALL
), phoned AS (
    SELECT p.unit_id_l, p.unit_id_r, min(l.holders) AS holders
    FROM _pair p
    JOIN _unit_phone l ON l.unit_id = p.unit_id_l
    JOIN _unit_phone r ON r.unit_id = p.unit_id_r AND r.phone = l.phone
    GROUP BY ALL
), housed AS (
    SELECT p.unit_id_l, p.unit_id_r
    FROM _pair p
    JOIN _unit_dwelling l ON l.unit_id = p.unit_id_l
    JOIN _unit_dwelling r ON r.unit_id = p.unit_id_r AND r.dwelling = l.dwelling
    GROUP BY ALL
), placed AS (
    SELECT p.unit_id_l, p.unit_id_r, min(s.place_frequency) AS place_frequency
    FROM _pair p
    JOIN _unit_place l ON l.unit_id = p.unit_id_l
    JOIN _unit_place r ON r.unit_id = p.unit_id_r AND r.place = l.place
    JOIN _place_frequency s ON s.place = l.place
    GROUP BY ALL
), employed AS (
    SELECT p.unit_id_l, p.unit_id_r, min(l.employer_frequency) AS employer_frequency
    FROM _pair p
    JOIN _unit_employer l ON l.unit_id = p.unit_id_l
    JOIN _unit_employer r ON r.unit_id = p.unit_id_r AND r.employer = l.employer
    GROUP BY ALL
)
SELECT p.unit_id_l, p.unit_id_r, named.name_level,
       coalesce(named.name_frequency, 1 / getvariable('population')) AS name_frequency,
       coalesce(named.pinyin_frequency, 1 / getvariable('population')) AS pinyin_frequency,
       CASE
           WHEN l.year_low IS NULL OR r.year_low IS NULL THEN NULL
           WHEN l.birth_date IS NOT NULL AND r.birth_date IS NOT NULL THEN CASE
               WHEN l.birth_date = r.birth_date OR l.told_birth_date = r.birth_date
                 OR l.birth_date = r.told_birth_date THEN 0
               WHEN hamming(strftime(l.birth_date, '%Y%m%d'), strftime(r.birth_date, '%Y%m%d')) = 1
                 OR (year(l.birth_date) = year(r.birth_date) AND day(l.birth_date) = month(r.birth_date)
                     AND month(l.birth_date) = day(r.birth_date))
                 OR abs(l.birth_date - r.birth_date) BETWEEN 18 AND 52 THEN 1
               WHEN year(l.birth_date) = year(r.birth_date) THEN 2
               ELSE 9 END
           WHEN l.year_low <= r.year_high AND r.year_low <= l.year_high THEN 3
           WHEN l.told_low <= r.told_high AND r.told_low <= l.told_high THEN 3
           WHEN l.year_low <= r.year_high + 1 AND r.year_low <= l.year_high + 1 THEN 4
           WHEN l.year_low <= r.year_high + 3 AND r.year_low <= l.year_high + 3 THEN 5
           ELSE 9
       END::TINYINT AS birth_level,
       (greatest(l.year_high - l.year_low, r.year_high - r.year_low) + 1) / 70.0 AS birth_frequency,
       CASE WHEN l.sex_code = r.sex_code THEN 0 WHEN l.sex_code <> r.sex_code THEN 9 END::TINYINT AS sex_level,
       CASE
           WHEN l.citizen_id = r.citizen_id THEN 0
           WHEN l.is_holder AND r.is_holder THEN 9
           WHEN l.number IS NULL OR r.number IS NULL THEN NULL
           WHEN contains(l.number, '*') OR contains(r.number, '*') THEN CASE
               WHEN NOT (starts_with(l.head, r.head) OR starts_with(r.head, l.head))
                 OR NOT (ends_with(l.tail, r.tail) OR ends_with(r.tail, l.tail)) THEN 8
               WHEN least(length(l.tail), length(r.tail)) >= 3 THEN 2
               WHEN least(length(l.head), length(r.head)) >= 12 THEN 3
               ELSE 4 END
           WHEN damerau_levenshtein(l.number, r.number) = 1 THEN 1
           WHEN damerau_levenshtein(l.number, r.number) = 2 THEN 5
           ELSE 8
       END::TINYINT AS id_level,
       0.002 / getvariable('population') AS shared_number_frequency,
       CASE WHEN l.document_no = r.document_no THEN 0 WHEN l.document_no <> r.document_no THEN 9 END::TINYINT
           AS document_level,
       CASE WHEN phoned.holders IS NOT NULL THEN 0
            WHEN hl.unit_id IS NOT NULL AND hr.unit_id IS NOT NULL THEN 9 END::TINYINT AS phone_level,
       coalesce(phoned.holders, 1) / getvariable('population') AS phone_frequency,
       CASE WHEN housed.unit_id_l IS NOT NULL THEN 0
            WHEN placed.unit_id_l IS NOT NULL THEN 1
            WHEN al.unit_id IS NOT NULL AND ar.unit_id IS NOT NULL THEN 9 END::TINYINT AS address_level,
       2 / getvariable('population') AS dwelling_frequency,
       coalesce(placed.place_frequency, 1) AS place_frequency,
       CASE WHEN k.unit_id_l IS NOT NULL THEN 0
            WHEN kl.unit_id IS NOT NULL AND kr.unit_id IS NOT NULL THEN 9 END::TINYINT AS kin_level,
       1.5 / getvariable('population') AS kin_frequency,
       CASE WHEN employed.employer_frequency IS NOT NULL THEN 0
            WHEN el.unit_id IS NOT NULL AND er.unit_id IS NOT NULL THEN 9 END::TINYINT AS employer_level,
       coalesce(employed.employer_frequency, 1) AS employer_frequency
FROM _pair p
JOIN _unit l ON l.unit_id = p.unit_id_l
JOIN _unit r ON r.unit_id = p.unit_id_r
LEFT JOIN named USING (unit_id_l, unit_id_r)
LEFT JOIN phoned USING (unit_id_l, unit_id_r)
LEFT JOIN housed USING (unit_id_l, unit_id_r)
LEFT JOIN placed USING (unit_id_l, unit_id_r)
LEFT JOIN employed USING (unit_id_l, unit_id_r)
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_employer) el ON el.unit_id = p.unit_id_l
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_employer) er ON er.unit_id = p.unit_id_r
LEFT JOIN _kin_pair k USING (unit_id_l, unit_id_r)
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_phone) hl ON hl.unit_id = p.unit_id_l
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_phone) hr ON hr.unit_id = p.unit_id_r
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_place) al ON al.unit_id = p.unit_id_l
LEFT JOIN (SELECT DISTINCT unit_id FROM _unit_place) ar ON ar.unit_id = p.unit_id_r
LEFT JOIN (SELECT DISTINCT unit_id FROM _kin) kl ON kl.unit_id = p.unit_id_l
LEFT JOIN (SELECT DISTINCT unit_id FROM _kin) kr ON kr.unit_id = p.unit_id_r;
