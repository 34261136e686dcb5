-- Clusters -> who is who tonight. In: {clusters}, all or some (CLUSTER), {source_trust} (SOURCE_TRUST); macros of
-- keyed_id, variable wh_night. Out: _wh_cluster_key, _wh_minted, _wh_revived, _wh_alias, _wh_person.

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

-- The entries that found tonight, and the id of each cluster if its entry founded nobody before:
-- person_id = keyed_id('P', founding entry).
-- The same entry can found a second person, when a later state of it turns out to be somebody else: it then
-- counts on. The order of founding mentions decides, so the ids do not depend on the order of work.
CREATE OR REPLACE TEMP MACRO nth_id(text, time) AS keyed_id('P', CASE time WHEN 0 THEN text ELSE text || '|' || time END);
CREATE OR REPLACE TEMP TABLE _wh_entry AS
WITH entry AS (
    SELECT f.cluster_id, f.mention_id, entry_text(m) AS text, m.name
    FROM _wh_founding AS f JOIN std_mention AS m USING (mention_id)
),
counted AS (
    SELECT *, row_number() OVER (PARTITION BY text ORDER BY mention_id) - 1 AS time FROM entry
)
SELECT cluster_id, mention_id, text, nth_id(text, time) AS person_id, name_hash(text, name) AS name_hash FROM counted;

-- Entries that founded before. Of each id only its key remembers that it is used: its founding mention may be gone, or
-- be another entry's by now. So ids are tried, twice as many each time, until enough are found that nobody ever had.
CREATE OR REPLACE TEMP TABLE _wh_used_entry AS
SELECT text, count(*) AS clusters
FROM _wh_entry SEMI JOIN (SELECT text FROM _wh_entry SEMI JOIN person_key USING (person_id)) AS used USING (text)
GROUP BY text;
CREATE OR REPLACE TEMP TABLE _wh_tried AS
WITH RECURSIVE tried AS (
    SELECT text, clusters, 0::BIGINT AS time, nth_id(text, 0) AS person_id FROM _wh_used_entry
    UNION ALL
    SELECT text, clusters, time, nth_id(text, time)
    FROM (
        SELECT text, clusters, unnest(range(max(time) + 1, 2 * max(time) + 2)) AS time
        FROM tried LEFT JOIN person_key AS k USING (person_id)
        GROUP BY text, clusters
        HAVING count(*) - count(k.person_id) < clusters
    )
)
SELECT text, time, person_id FROM tried;

-- A key whose founding mention is gone sleeps. When its entry is delivered again under the name of then, its person is
-- there again; under another name somebody else took the entry over.
CREATE OR REPLACE TEMP TABLE _wh_revived AS
WITH sleeping AS (
    SELECT t.text, k.person_id, k.name_hash,
        row_number() OVER (PARTITION BY t.text, k.name_hash ORDER BY t.time) AS nth
    FROM _wh_tried AS t JOIN person_key AS k USING (person_id)
    WHERE k.founding_mention_id NOT IN (SELECT mention_id FROM std_mention)
),
waiting AS (
    SELECT *, row_number() OVER (PARTITION BY text, name_hash ORDER BY mention_id) AS nth
    FROM _wh_entry SEMI JOIN _wh_used_entry USING (text)
)
SELECT w.cluster_id, w.mention_id AS founding_mention_id, s.person_id
FROM waiting AS w JOIN sleeping AS s USING (text, name_hash, nth);

CREATE OR REPLACE TEMP TABLE _wh_minted AS
WITH waiting AS (
    SELECT *, row_number() OVER (PARTITION BY text ORDER BY mention_id) AS nth
    FROM _wh_entry SEMI JOIN _wh_used_entry USING (text) ANTI JOIN _wh_revived USING (cluster_id)
),
free AS (
    SELECT text, person_id, row_number() OVER (PARTITION BY text ORDER BY time) AS nth
    FROM _wh_tried ANTI JOIN person_key USING (person_id)
)
SELECT cluster_id, mention_id AS founding_mention_id, person_id, name_hash FROM _wh_entry ANTI JOIN _wh_used_entry USING (text)
UNION ALL
SELECT w.cluster_id, w.mention_id, f.person_id, w.name_hash FROM waiting AS w JOIN free AS f USING (text, nth);
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
