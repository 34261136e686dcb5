-- One step outwards: records that share a key with those touched, and all their keys. In/out: _touched_key, _affected.
CREATE OR REPLACE TEMP TABLE _affected AS
SELECT record_id, citizen_id, document_no, entry_key FROM match_record
WHERE (citizen_id IN (SELECT key[2:] FROM _touched_key WHERE key[1] = 'I')
    OR document_no IN (SELECT key[2:] FROM _touched_key WHERE key[1] = 'D')
    OR entry_key IN (SELECT try_cast(key[2:] AS UBIGINT) FROM _touched_key WHERE key[1] = 'E'))
  AND record_id NOT IN (SELECT record_id FROM _gone);
INSERT INTO _touched_key
SELECT DISTINCT key FROM (SELECT unnest(['I' || citizen_id, 'D' || document_no, 'E' || entry_key]) AS key FROM _affected)
WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM _touched_key);
