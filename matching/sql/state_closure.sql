-- One step outwards: records that share a key with those touched, and all their keys. In/out: _touched_key, _affected.
CREATE OR REPLACE TEMP TABLE _affected AS
SELECT record_id, citizen_id, document_no, entry_key FROM match_record
WHERE ('I' || citizen_id IN (SELECT key FROM _touched_key) OR 'D' || document_no IN (SELECT key FROM _touched_key)
    OR 'E' || entry_key IN (SELECT key FROM _touched_key))
  AND record_id NOT IN (SELECT record_id FROM _gone);
INSERT INTO _touched_key
SELECT DISTINCT key FROM (SELECT unnest(['I' || citizen_id, 'D' || document_no, 'E' || entry_key]) AS key FROM _affected)
WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM _touched_key);
