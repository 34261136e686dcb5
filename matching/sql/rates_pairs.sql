-- Scored pairs as `matching.error_rates.PAIR_WEIGHT`, each with the groups of the unit that is less well known (the
-- one without a proven number, else the later one). In: match_pair, match_place, match_unit, match_record,
-- _judgement_in_force; {kinds} (record_id, kind, area); variable this_year. A name is rare that holds a character outside of the 20,902 of GBK.
WITH judged AS (
    SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r,
           arg_max(judgement, judgement_id) AS judgement, arg_max(sampling_rate, judgement_id) AS sampling_rate
    FROM _judgement_in_force j
    JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
    GROUP BY ALL
), paired AS (
    SELECT p.*, l.cluster = r.cluster AS is_linked,
           CASE WHEN ul.source = 'unproven' AND ur.source <> 'unproven' THEN p.unit_l ELSE p.unit_r END AS unit_id
    FROM match_pair p
    JOIN match_place l ON l.unit_id = p.unit_l JOIN match_place r ON r.unit_id = p.unit_r
    JOIN match_unit ul ON ul.unit_id = p.unit_l JOIN match_unit ur ON ur.unit_id = p.unit_r
), told AS (
    SELECT unit_id, names[1] AS name, number, getvariable('this_year') - try_cast(split_part(birth, '|', 3) AS INTEGER) AS age
    FROM match_unit
)
SELECT p.odds AS match_weight, p.probability AS match_probability, p.is_linked, j.judgement, j.sampling_rate,
       m.source AS department, k.kind, k.area,
       CASE WHEN t.age IS NULL THEN 'unknown' WHEN t.age < 14 THEN 'child' WHEN t.age < 60 THEN 'adult' ELSE 'elder' END AS age,
       CASE WHEN t.name IS NULL THEN 'none' WHEN contains(t.name, '·') THEN 'minority'
            WHEN regexp_matches(t.name, '[^\x{4E00}-\x{9FA5}·:A-Za-z ]') THEN 'rare character' ELSE 'usual' END AS name,
       CASE WHEN t.number IS NULL THEN 'none' WHEN contains(t.number, '*') THEN 'masked' WHEN ends_with(t.number, '!') THEN 'unproven'
            ELSE 'proven' END AS number
FROM paired p
JOIN told t ON t.unit_id = p.unit_id
JOIN match_record m ON m.record_id = p.unit_id
LEFT JOIN {kinds} k ON k.record_id = p.unit_id
LEFT JOIN judged j ON j.unit_l = p.unit_l AND j.unit_r = p.unit_r
ORDER BY p.unit_l, p.unit_r
