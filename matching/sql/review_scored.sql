-- All scored pairs with the probability that their two clusters leave them: a known person whom a unit could be instead
-- is a rival of the pair only when it lies in neither cluster. (match_pair.probability counts each as a rival, so that of
-- two units of one known person it says little.) In: match_pair, match_place, match_unit, _review_known (source: of known
-- persons). Out: _review_scored (unit_l, unit_r, cluster_l, cluster_r: of unit_l and unit_r, is_linked, probability).
-- Odds are counted in millionths: sums of whole numbers are the same in whatever order threads add them up.
CREATE OR REPLACE TEMP TABLE _review_rival AS
WITH known AS (
    SELECT unit_id FROM match_unit SEMI JOIN _review_known USING (source)
), toward AS (
    SELECT unit_l AS unit_id, unit_r AS other_id, odds FROM match_pair
    UNION ALL SELECT unit_r, unit_l, odds FROM match_pair
)
SELECT t.unit_id, other.cluster, sum((pow(2, least(odds, 40)) * 1e6)::BIGINT) AS odds
FROM toward t JOIN match_place own USING (unit_id) JOIN match_place other ON other.unit_id = t.other_id
WHERE own.cluster <> other.cluster
  AND t.other_id IN (SELECT unit_id FROM known) AND t.unit_id NOT IN (SELECT unit_id FROM known)
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE _review_scored AS
WITH total AS (
    SELECT unit_id, sum(odds) AS odds FROM _review_rival GROUP BY unit_id
), placed AS (
    SELECT p.unit_l, p.unit_r, l.cluster AS cluster_l, r.cluster AS cluster_r, l.cluster = r.cluster AS is_linked,
           pow(2, least(p.odds, 40)) AS odds
    FROM match_pair p JOIN match_place l ON l.unit_id = p.unit_l JOIN match_place r ON r.unit_id = p.unit_r
)
SELECT p.unit_l, p.unit_r, p.cluster_l, p.cluster_r, p.is_linked,
       p.odds / (1 + p.odds + (coalesce(tl.odds, 0) - coalesce(al.odds, 0)
                               + coalesce(tr.odds, 0) - coalesce(ar.odds, 0))::DOUBLE / 1e6) AS probability
FROM placed p
LEFT JOIN total tl ON tl.unit_id = p.unit_l LEFT JOIN total tr ON tr.unit_id = p.unit_r
LEFT JOIN _review_rival al ON al.unit_id = p.unit_l AND al.cluster = p.cluster_r
LEFT JOIN _review_rival ar ON ar.unit_id = p.unit_r AND ar.cluster = p.cluster_l;
