-- Clusters -> who is who tonight. In: {clusters}, all or some (CLUSTER), {source_trust} (SOURCE_TRUST); macro keyed_id,
-- variable wh_night. Out: _wh_cluster_key, _wh_minted, _wh_revived, _wh_alias, _wh_person.

-- Every key whose founding mention lies in a cluster claims it; the oldest survives, the others are its aliases.
-- (Declared first: in DuckDB 2.0.0 a table that CREATE ... AS made empty shows no row of a large INSERT behind it.)
CREATE OR REPLACE TEMP TABLE _wh_cluster_key (cluster_id BIGINT, person_id VARCHAR, survivor VARCHAR);
INSERT INTO _wh_cluster_key
SELECT c.cluster_id, k.person_id,
    first(k.person_id) OVER (PARTITION BY c.cluster_id ORDER BY k.minted_night, k.founding_mention_id) AS survivor
FROM person_key AS k
JOIN {clusters} AS c ON c.record_id = k.founding_mention_id;

-- A cluster that nobody claims mints: its founding mention is the best trusted one, the first of them.
CREATE OR REPLACE TEMP TABLE _wh_founding AS
SELECT c.cluster_id, arg_min(c.record_id, (coalesce(t.rank, 99)::HUGEINT << 64) + c.record_id) AS mention_id
FROM {clusters} AS c
ANTI JOIN _wh_cluster_key AS k USING (cluster_id)
JOIN std_mention AS m ON m.mention_id = c.record_id
LEFT JOIN {source_trust} AS t USING (department)
GROUP BY c.cluster_id;

CREATE OR REPLACE TEMP MACRO founding_entry(m) AS concat_ws('|', m.department, m.extract, m.record_key, m.role);

-- person_id = keyed_id('P', founding entry).
-- The same entry can found a second person, when a later state of it turns out to be somebody else: it then
-- counts on. The order of founding mentions decides, so the ids do not depend on the order of work.
CREATE OR REPLACE TEMP TABLE _wh_minted AS
WITH entry AS (
    SELECT f.cluster_id, f.mention_id, coalesce(m.record_key, '') AS record_key, founding_entry(m) AS text
    FROM _wh_founding AS f JOIN std_mention AS m USING (mention_id)
),
used AS (
    SELECT founding_entry(m) AS text, count(*) AS times
    FROM person_key JOIN std_mention AS m ON m.mention_id = founding_mention_id
    WHERE coalesce(m.record_key, '') IN (SELECT record_key FROM entry)
    GROUP BY text
),
founding AS (
    SELECT e.cluster_id, e.mention_id, e.text,
        coalesce(u.times, 0) + row_number() OVER (PARTITION BY e.text ORDER BY e.mention_id) - 1 AS time
    FROM entry AS e LEFT JOIN used AS u USING (text)
)
SELECT cluster_id, mention_id AS founding_mention_id,
    keyed_id('P', CASE time WHEN 0 THEN text ELSE text || '|' || time END) AS person_id
FROM founding;

-- A key whose founding entry was withdrawn sleeps; when the entry is delivered again, its person is there again.
CREATE OR REPLACE TEMP TABLE _wh_revived AS
SELECT m.* FROM _wh_minted AS m
JOIN person_key AS k USING (person_id)
WHERE k.founding_mention_id NOT IN (SELECT mention_id FROM std_mention);
DELETE FROM _wh_minted WHERE cluster_id IN (SELECT cluster_id FROM _wh_revived);
INSERT INTO _wh_cluster_key SELECT cluster_id, person_id, person_id FROM _wh_revived;

CREATE OR REPLACE TEMP TABLE _wh_person AS
SELECT DISTINCT cluster_id, survivor AS person_id FROM _wh_cluster_key
UNION ALL
SELECT cluster_id, person_id FROM _wh_minted;

-- What became of ids tonight: only where it is not what is known already.
CREATE OR REPLACE TEMP TABLE _wh_alias AS
SELECT k.person_id AS retired_person_id, k.survivor AS person_id,
    CASE WHEN k.person_id = k.survivor THEN 'restore' WHEN a.person_id IS NULL THEN 'merge' ELSE 'repoint' END AS cause
FROM _wh_cluster_key AS k
LEFT JOIN person_alias AS a ON a.retired_person_id = k.person_id
WHERE k.survivor <> coalesce(a.person_id, k.person_id);

-- New persons who were cut off from another one, as against people never seen before.
CREATE OR REPLACE TEMP TABLE _wh_split AS
SELECT DISTINCT m.cluster_id
FROM _wh_minted AS m
JOIN {clusters} AS c USING (cluster_id)
JOIN crosswalk AS x ON x.mention_id = c.record_id;
