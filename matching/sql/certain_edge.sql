-- Certain edges between units of two numbers: a number was changed or corrected. The same entry of a
-- department, or the same place in a household register, with the same name and the same birth date.
INSERT INTO _edge
WITH entry AS (
    SELECT unit_id, record_key || '|' || role AS entry_key, name, birth_date, 'same_record' AS match_rule
    FROM _member WHERE birth_date IS NOT NULL
    UNION ALL
    SELECT unit_id, 'household|' || household_key, name, birth_date, 'number_changed'
    FROM _member WHERE household_key IS NOT NULL AND birth_date IS NOT NULL
)
SELECT least(a.unit_id, b.unit_id), greatest(a.unit_id, b.unit_id), 'infinity'::DOUBLE, false, min(a.match_rule)
FROM entry a JOIN entry b
  ON a.entry_key = b.entry_key AND a.name = b.name AND a.unit_id < b.unit_id
 AND a.birth_date = b.birth_date
GROUP BY least(a.unit_id, b.unit_id), greatest(a.unit_id, b.unit_id);
