-- Distinct names with what blocking asks of them. In: _record. Out: _name (name, name_key, pinyin, surname).
CREATE OR REPLACE TEMP TABLE _name AS
SELECT name, replace(name, '·', '') AS name_key, pinyin(name) AS pinyin, left(name, 1) AS surname
FROM (SELECT name FROM _record WHERE name IS NOT NULL UNION SELECT former_name FROM _record WHERE former_name IS NOT NULL);
