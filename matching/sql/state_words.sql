-- A "document number" under which more than two names stand is a word such as 补办中. In: match_record, _gone, _arrived.
-- Out: _word (document_no, was: so far, is_now).
CREATE OR REPLACE TEMP TABLE _word AS
WITH held AS (
    SELECT document_no, name, true AS is_known, record_id NOT IN (SELECT record_id FROM _gone) AS stays
    FROM match_record WHERE document_no IS NOT NULL
    UNION ALL
    SELECT document_no, name, false, true FROM _arrived WHERE document_no IS NOT NULL
)
SELECT document_no, count(DISTINCT name) FILTER (is_known) > 2 AS was, count(DISTINCT name) FILTER (stays) > 2 AS is_now
FROM held GROUP BY document_no HAVING was OR is_now;
