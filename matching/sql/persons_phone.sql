-- A phone of very many names is an agent's, not a family's. In: _record, match_record; variable phone_holders.
-- Out: _agent_phone (phone).
CREATE OR REPLACE TEMP TABLE _agent_phone AS
WITH held AS (
    SELECT unnest([phone, phone_2]) AS phone FROM _record
), names AS (
    SELECT name, unnest([phone, phone_2]) AS phone FROM match_record
)
SELECT phone FROM names SEMI JOIN held USING (phone) WHERE phone IS NOT NULL
GROUP BY phone HAVING count(DISTINCT name) > getvariable('phone_holders');
