-- Files found -> what becomes of them, and the ledger's new lines. In: `_wh_found` (FOUND), variables wh_night,
-- wh_claimed_at. Out: `_wh_claim` (CLAIM).

-- A night that was killed before it was merged is taken over by the night that merges its deliveries.
UPDATE delivery SET night = getvariable('wh_night') WHERE merged_at IS NULL AND night <> getvariable('wh_night');
DELETE FROM night WHERE status = 'open' AND merged_at IS NULL AND night <> getvariable('wh_night');

-- A delivery that was read but never merged, and whose file has gone from the intake or was replaced there, was taken
-- back by its department. This is also the way on from a night that a check stopped.
CREATE OR REPLACE TEMP TABLE _wh_withdrawn AS
SELECT d.delivery_id FROM delivery AS d
WHERE d.merged_at IS NULL AND d.status IN ('claimed', 'accepted')
    AND NOT EXISTS (FROM _wh_found AS f WHERE f.file = d.file AND f.sha256 = d.sha256);
DELETE FROM std_relation WHERE from_mention_id >> 34 IN (SELECT delivery_id FROM _wh_withdrawn);
DELETE FROM std_mention WHERE delivery_id IN (SELECT delivery_id FROM _wh_withdrawn);
DELETE FROM quarantined_row WHERE delivery_id IN (SELECT delivery_id FROM _wh_withdrawn);
UPDATE delivery SET status = 'withdrawn', mentions = 0, merged_at = getvariable('wh_claimed_at')
WHERE delivery_id IN (SELECT delivery_id FROM _wh_withdrawn);

-- Found again: by the run after a kill, or because it could not be removed from the intake.
CREATE OR REPLACE TEMP TABLE _wh_known AS
SELECT f.file, f.department, f.sha256, max(d.delivery_id) AS delivery_id
FROM _wh_found AS f
JOIN delivery AS d
    ON d.file = f.file
    AND d.department IS NOT DISTINCT FROM f.department
    AND d.sha256 IS NOT DISTINCT FROM f.sha256
    AND (d.merged_at IS NULL OR d.night = getvariable('wh_night'))
WHERE (f.reason_code IS NULL OR d.reason_code = f.reason_code) AND d.status <> 'withdrawn'
GROUP BY ALL;

-- What was refused after reading is read again when it is dropped again: the contract may know it now.
UPDATE delivery SET status = 'claimed', reason_code = NULL, merged_at = NULL
WHERE status = 'refused'
    AND delivery_id IN (SELECT k.delivery_id FROM _wh_known AS k JOIN _wh_found AS f USING (file) WHERE f.reason_code IS NULL);

CREATE OR REPLACE TEMP TABLE _wh_new AS
WITH unknown AS (
    SELECT f.*, row_number() OVER (PARTITION BY department, sha256, reason_code ORDER BY file) AS copy
    FROM _wh_found AS f
    WHERE NOT EXISTS (
        FROM _wh_known AS k
        WHERE k.file = f.file AND k.department IS NOT DISTINCT FROM f.department AND k.sha256 IS NOT DISTINCT FROM f.sha256
    )
),
accepted AS (
    SELECT DISTINCT department, sha256 FROM delivery WHERE status IN ('accepted', 'claimed')
),
dated AS (  -- by the last date in the name: of eight digits, with the time after them or not, or of parts
    SELECT file, regexp_extract(file, '.*(?:^|[^0-9])((?:19|20)[0-9]{2})'
            || '(?:([0-9]{2})([0-9]{2})(?:[0-9]{4,6})?|[-_./年]([0-9]{1,2})[-_./月]([0-9]{1,2}))(?:[^0-9]|$)',
            ['y', 'mm', 'dd', 'm', 'd']) AS piece
    FROM unknown
),
exported AS (
    SELECT file, TRY_CAST(piece.y || '-' || piece.mm || piece.m || '-' || piece.dd || piece.d AS DATE) AS day FROM dated
)
SELECT (SELECT coalesce(max(delivery_id), 0) FROM delivery) + row_number() OVER (ORDER BY u.file) AS delivery_id,
    u.department, u.file, u.sha256, u.size_bytes, u.reason_code, u.rows_promised,
    CASE WHEN e.day <= getvariable('wh_night') THEN e.day END AS exported_on,
    CASE WHEN u.reason_code IS NOT NULL THEN 'refused'
        WHEN a.sha256 IS NOT NULL OR (u.copy > 1 AND u.size_bytes > 0) THEN 'duplicate'
        ELSE 'claimed' END AS status
FROM unknown AS u
JOIN exported AS e USING (file)
LEFT JOIN accepted AS a ON a.department = u.department AND a.sha256 = u.sha256;

INSERT INTO delivery (delivery_id, night, department, file, sha256, size_bytes, exported_on, status, reason_code, rows_promised, claimed_at)
SELECT delivery_id, getvariable('wh_night'), department, file, sha256, size_bytes, exported_on, status, reason_code, rows_promised,
    getvariable('wh_claimed_at')
FROM _wh_new ORDER BY delivery_id;

INSERT INTO night (night, status, opened_at)
SELECT getvariable('wh_night'), 'open', getvariable('wh_claimed_at')
WHERE NOT EXISTS (FROM night WHERE night = getvariable('wh_night'));

UPDATE night SET status = 'open'
WHERE night = getvariable('wh_night') AND EXISTS (FROM delivery WHERE merged_at IS NULL);

CREATE OR REPLACE TEMP TABLE _wh_claim AS
SELECT d.delivery_id, d.file, d.department, d.sha256, d.status, d.reason_code, n.delivery_id IS NOT NULL AS is_new
FROM (SELECT delivery_id FROM _wh_known UNION SELECT delivery_id FROM _wh_new)
JOIN delivery AS d USING (delivery_id)
LEFT JOIN _wh_new AS n USING (delivery_id);
