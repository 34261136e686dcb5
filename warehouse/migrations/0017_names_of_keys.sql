-- Under which name an entry founded a person: one that comes again wakes its key under that name alone. Keys of before
-- learn it at the next merge, while their founding mention is held.
ALTER TABLE person_key ADD COLUMN name_hash UBIGINT;
COMMENT ON COLUMN person_key.name_hash IS 'keyed hash of the founding entry and its name; null: not known, and nobody wakes it';
