-- Under which name a judged entry was known: a judgement goes on with it under that name alone. Entries of records that
-- are held are kept anew, with their names, before these are taken out.
DELETE FROM judged_entry WHERE mention_id IN (SELECT mention_id FROM std_mention);
ALTER TABLE judged_entry ADD COLUMN name_hash UBIGINT;
COMMENT ON COLUMN judged_entry.name_hash IS 'keyed hash of the entry and its name; 0: a newborn without one; null: not known';
