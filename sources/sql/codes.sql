-- Distinct labels and local codes -> standard codes.
-- In: temp tables std_code_label (attribute, label, code, name), std_code_folded (raw, text), view std_raw.
-- Out: std_code (attribute, raw, code, name); labels that no list knows are not in it.
CREATE OR REPLACE TEMP TABLE std_code AS
WITH delivered AS (
    SELECT DISTINCT attribute, raw FROM (
        UNPIVOT (SELECT sex_raw, ethnic_raw, marital_status_raw, education_raw, relation_to_head_raw, id_type_raw FROM std_raw)
        ON sex_raw AS 'sex', ethnic_raw AS 'ethnic', marital_status_raw AS 'marital_status', education_raw AS 'education',
            relation_to_head_raw AS 'relation_to_head', id_type_raw AS 'id_type'
        INTO NAME attribute VALUE raw
    )
),
spelt AS (  -- as it stands; without a code before the label; the code before the label
    SELECT attribute, raw, unnest([
        {'rank': 1, 'label': upper(regexp_replace(text, '\s+', '', 'g'))},
        {'rank': 2, 'label': upper(regexp_extract(text, '^[0-9A-Za-z]{1,3}[-:._、 ]+(.+)$', 1))},
        {'rank': 3, 'label': upper(regexp_extract(text, '^([0-9A-Za-z]{1,3})[-:._、 ]+.+$', 1))}
    ], recursive := true)
    FROM delivered JOIN std_code_folded USING (raw)
)
SELECT attribute, raw, min_by(code, rank) AS code, min_by(name, rank) AS name
FROM spelt JOIN std_code_label USING (attribute, label)
GROUP BY attribute, raw;
