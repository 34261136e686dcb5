-- Which records have to be put into units anew: those that arrived or changed hands, and all that could share a unit
-- with them. In: _arrived (as _record), _gone (record_id), _word, match_judged_anew (record_id). Out: _affected (record_id), known ones.
CREATE OR REPLACE TEMP TABLE _phone_touched AS
SELECT DISTINCT phone FROM (
    SELECT unnest([phone, phone_2]) AS phone FROM _arrived
    UNION ALL SELECT unnest([phone, phone_2]) FROM match_record SEMI JOIN _gone USING (record_id)
) WHERE phone IS NOT NULL;

-- A phone turns from a family's to an agent's, or back, when the number of its names passes the limit.
CREATE OR REPLACE TEMP TABLE _phone_turned AS
WITH held AS (
    SELECT record_id, name, unnest([phone, phone_2]) AS phone, true AS before FROM match_record
    UNION ALL SELECT record_id, name, unnest([phone, phone_2]), false FROM _arrived
), counted AS (
    SELECT phone, count(DISTINCT name) FILTER (before) AS names_before,
           count(DISTINCT name) FILTER (record_id NOT IN (SELECT record_id FROM _gone)) AS names_after
    FROM held SEMI JOIN _phone_touched USING (phone) GROUP BY phone
)
SELECT phone FROM counted
WHERE (names_before > getvariable('phone_holders')) <> (names_after > getvariable('phone_holders'));

-- Nobody is touched by sharing a word, unless it has become one or is none any more.
CREATE OR REPLACE TEMP MACRO document_key(number) AS
    CASE WHEN number IN (SELECT document_no FROM _word WHERE was AND is_now) THEN NULL ELSE 'D' || number END;

CREATE OR REPLACE TEMP TABLE _touched_key AS
WITH source AS (
    SELECT citizen_id, document_no, entry_key FROM _arrived
    UNION ALL
    SELECT citizen_id, document_no, entry_key FROM match_record
    WHERE record_id IN (SELECT record_id FROM _gone UNION ALL SELECT record_id FROM match_judged_anew)
       OR phone IN (SELECT phone FROM _phone_turned) OR phone_2 IN (SELECT phone FROM _phone_turned)
)
SELECT DISTINCT unnest(['I' || citizen_id, document_key(document_no), 'E' || entry_key]) AS key FROM source;
DELETE FROM _touched_key WHERE key IS NULL;
