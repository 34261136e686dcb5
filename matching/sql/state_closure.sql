-- One step outwards: records that share a key with those touched, all their keys, and those of whom a judgement says
-- something together with them. In: _judgement (record_id_l, record_id_r, judgement), macro document_key.
-- In/out: _touched_key, _affected.
CREATE OR REPLACE TEMP TABLE _affected AS
SELECT record_id, citizen_id, document_no, entry_key FROM match_record
WHERE (citizen_id IN (SELECT key[2:] FROM _touched_key WHERE key[1] = 'I')
    OR document_no IN (SELECT key[2:] FROM _touched_key WHERE key[1] = 'D')
    OR entry_key IN (SELECT try_cast(key[2:] AS UBIGINT) FROM _touched_key WHERE key[1] = 'E'))
  AND record_id NOT IN (SELECT record_id FROM _gone);
INSERT INTO _touched_key
WITH judged AS (
    SELECT record_id_l AS one, record_id_r AS other FROM _judgement WHERE judgement <> 'unsure'
    UNION ALL SELECT record_id_r, record_id_l FROM _judgement WHERE judgement <> 'unsure'
), reached AS (
    FROM _affected
    UNION ALL
    SELECT record_id, citizen_id, document_no, entry_key FROM match_record
    WHERE record_id IN (SELECT other FROM judged WHERE one IN (SELECT record_id FROM _affected))
)
SELECT DISTINCT key
FROM (SELECT unnest(['I' || citizen_id, document_key(document_no), 'E' || entry_key]) AS key FROM reached)
WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM _touched_key);
