-- Keys of before names were kept learn theirs, while their founding mention is held. In: macros of keyed_id.
UPDATE person_key SET name_hash = name_hash(entry_text(m), m.name)
FROM std_mention AS m WHERE person_key.name_hash IS NULL AND m.mention_id = founding_mention_id;
