-- Distinct personal names -> standard names.
-- In: temp table std_name_folded (raw, text). Out: std_name (raw, name, former_name, name_is_placeholder).
CREATE OR REPLACE TEMP TABLE std_name AS
WITH folded AS (
    SELECT raw, text, regexp_full_match(text, '\p{Han}{2,4}') AS is_plain FROM std_name_folded
),
noted AS (
    SELECT raw, trim(regexp_replace(regexp_replace(text, '等[0-9一二三四五六七八九十两]*人$', ''), '\s+', ' ', 'g'), ' ''"`,;:/\|_~!#&+=^') AS text,
        trim(regexp_extract(text, '\((?:曾用名|原名|曾名|又名|别名|曾用)[: ]*([^()]+)\)?', 1)) AS former_name
    FROM folded WHERE NOT is_plain
),
unnoted AS (  -- a bracket behind one character, or with text behind it, describes a character that could not be written
    SELECT raw, former_name, trim(regexp_replace(
            CASE WHEN regexp_matches(text, getvariable('name_note_pattern')) THEN text
                WHEN regexp_matches(text, '^\p{Han}\([^()]*\)?$') OR regexp_matches(text, '\([^()]*[加旁头底][^()]*\)')
                    OR regexp_matches(text, '\([^()]*\)\p{Han}') THEN regexp_replace(text, '\([^()]*(\)|$)', '□')
                ELSE text END,
            '\([^()]*(\)|$)|\)', '', 'g')) AS text
    FROM noted
),
scripted AS (
    SELECT raw, former_name, text, regexp_matches(text, '\p{Han}') AS is_han FROM unnoted
),
spaced AS (  -- a lost separator shows between two long parts
    SELECT raw, former_name, is_han, CASE
            WHEN NOT is_han THEN strip_accents(text)
            WHEN regexp_full_match(text, '\p{Han}{2,}[ □-]+\p{Han}{3,}|\p{Han}{3,}[ □-]+\p{Han}{2,}')
                THEN regexp_replace(text, '[ □-]+', '·')
            ELSE regexp_replace(replace(text, ' ', ''), '-+', '·', 'g') END AS text
    FROM scripted
),
shaped AS (
    SELECT raw, former_name, is_han, CASE
            WHEN is_han THEN trim(regexp_replace(regexp_replace(regexp_replace(text,
                '[A-Za-z]+', '□', 'g'), '[^\p{Han}·□]', '', 'g'), '·+', '·', 'g'), '·')
            ELSE trim(regexp_replace(regexp_replace(upper(text), '[^A-Z□\p{L}]+', ' ', 'g'), ' +', ' ', 'g')) END AS text
    FROM spaced
),
judged AS (
    SELECT raw, former_name,
        CASE WHEN regexp_full_match(text, '\p{Han}某{1,2}') THEN replace(text, '某', '□') ELSE text END AS text,
        regexp_full_match(text, '[□· ]*') OR list_contains(getvariable('name_placeholders'), text)
            OR regexp_full_match(text, getvariable('no_person_pattern')) AS is_empty,
        regexp_full_match(text, getvariable('newborn_pattern')) AS is_newborn
    FROM (SELECT raw, former_name, text FROM shaped UNION ALL SELECT raw, '', text FROM folded WHERE is_plain)
)
SELECT raw, CASE WHEN NOT is_empty THEN text END AS name,
    CASE WHEN NOT is_empty THEN nullif(regexp_replace(former_name, '[^\p{Han}·□A-Za-z]', '', 'g'), '') END AS former_name,
    is_empty OR is_newborn AS name_is_placeholder
FROM judged;
