-- Scored pairs as `matching.error_rates.PAIR_WEIGHT`, each with the groups of the unit that is less well known (the
-- one without a proven number, else the later one). In: match_pair, match_place, match_unit, match_record, match_sample,
-- _judgement_in_force, _judged_record; {kinds} (record_id, kind, area); variable this_year. A name is rare that holds a
-- character outside of the 20,902 of GBK.
WITH judged AS (
    SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r,
           judgement, sampling_rate, probability, decided_at
    FROM _judgement_in_force j
    JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
    QUALIFY judgement_id = max(judgement_id) OVER (PARTITION BY least(l.unit_id, r.unit_id), greatest(l.unit_id, r.unit_id))
), sampled AS (
    SELECT sample_id, drawn_at, is_linked, coalesce(l.now_id, record_id_l) AS record_id_l,
           coalesce(r.now_id, record_id_r) AS record_id_r
    FROM match_sample LEFT JOIN _judged_record l ON l.record_id = record_id_l
    LEFT JOIN _judged_record r ON r.record_id = record_id_r
), drawn AS (  -- what a judgement moves was still in its place in the newest sample before it
    SELECT j.unit_l, j.unit_r, arg_max(s.is_linked, s.sample_id) AS is_linked
    FROM sampled s JOIN match_record l ON l.record_id = s.record_id_l JOIN match_record r ON r.record_id = s.record_id_r
    JOIN judged j ON j.unit_l = least(l.unit_id, r.unit_id) AND j.unit_r = greatest(l.unit_id, r.unit_id)
    WHERE s.drawn_at <= j.decided_at
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
       d.is_linked AS drawn_linked, j.probability AS drawn_probability, m.source AS department, k.kind, k.area,
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
LEFT JOIN drawn d ON d.unit_l = p.unit_l AND d.unit_r = p.unit_r
ORDER BY p.unit_l, p.unit_r
