-- Distinct organisation codes and names -> standard ones.
-- In: temp tables std_organisation_code_folded, std_organisation_name_folded (raw, text).
-- Out: std_organisation_code (raw, code), std_organisation_name (raw, name).
CREATE OR REPLACE TEMP TABLE std_organisation_code AS
WITH bare AS (
    SELECT raw, regexp_replace(upper(text), '[^0-9A-Z]+', '', 'g') AS code FROM std_organisation_code_folded
)
SELECT raw, CASE
        WHEN obeys_mod_31(code) THEN code
        WHEN obeys_mod_31(translate(code, 'IOZSV', '10250')) THEN translate(code, 'IOZSV', '10250')
        WHEN regexp_full_match(code, '[0-9]{15}') THEN code END AS code
FROM bare;

CREATE OR REPLACE TEMP TABLE std_organisation_name AS
SELECT raw, nullif(nullif(nullif(nullif(
    trim(regexp_replace(upper(text), '[\s''"]+', '', 'g'), '.,;:-_/'), ''), '无'), '不详'), '无业') AS name
FROM std_organisation_name_folded;
