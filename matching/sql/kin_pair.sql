-- Pairs of units that share a relative, by the clusters found so far. Out: _kin_pair, and candidates that
-- only a relative brings together are added to _pair.
CREATE OR REPLACE TEMP TABLE _kin_cluster AS
SELECT DISTINCT k.unit_id, c.cluster_id AS kin_cluster
FROM _kin k JOIN _cluster c ON c.unit_id = k.kin_id JOIN _cluster own ON own.unit_id = k.unit_id
WHERE c.cluster_id <> own.cluster_id;

INSERT INTO _pair
WITH keyed AS (
    SELECT k.kin_cluster, y.value, k.unit_id, u.is_backbone
    FROM _kin_cluster k
    JOIN _key y ON y.unit_id = k.unit_id AND y.kind IN ('pinyin', 'birth_date')
    JOIN _unit u ON u.unit_id = k.unit_id
)
SELECT DISTINCT a.unit_id, b.unit_id
FROM keyed a JOIN keyed b ON a.kin_cluster = b.kin_cluster AND a.value = b.value AND a.unit_id < b.unit_id
WHERE NOT (a.is_backbone AND b.is_backbone)
EXCEPT SELECT unit_id_l, unit_id_r FROM _pair;

CREATE OR REPLACE TEMP TABLE _kin_pair AS
SELECT DISTINCT p.unit_id_l, p.unit_id_r
FROM _pair p
JOIN _kin_cluster l ON l.unit_id = p.unit_id_l
JOIN _kin_cluster r ON r.unit_id = p.unit_id_r AND r.kin_cluster = l.kin_cluster;
