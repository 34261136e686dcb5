-- Which mention stands for a judged one that is gone: of the same entry and name, for an entry may be somebody else's by
-- now; of the same row and place if it can be, else the latest.
-- In: judged_entry, std_mention; macros of keyed_id. Out: held_mention (record_id), entry_successor (record_id, stand_in_id).
CREATE OR REPLACE TEMP VIEW held_mention AS SELECT mention_id AS record_id FROM std_mention;

-- Only the few judged mentions are kept in memory here, never all that are held.
CREATE OR REPLACE TEMP VIEW entry_successor AS
WITH held AS (
    SELECT mention_id FROM std_mention SEMI JOIN judged_entry USING (mention_id)
)
SELECT e.mention_id AS record_id,
    arg_max(m.mention_id, ((m.mention_id % (1::BIGINT << 34) = e.mention_id % (1::BIGINT << 34))::HUGEINT << 64) + m.mention_id)
        AS stand_in_id
FROM std_mention AS m
JOIN (FROM judged_entry ANTI JOIN held USING (mention_id)) AS e USING (department, extract, record_key, role)
WHERE e.name_hash IN (0, name_hash(entry_text(m), m.name))
GROUP BY e.mention_id;
