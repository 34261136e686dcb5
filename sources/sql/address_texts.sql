-- Address texts without blanks, notes and Chinese numerals at the door.
-- In: temp table std_address_folded (raw, text). Out: std_address_clean (raw, text).
CREATE OR REPLACE TEMP TABLE std_address_clean AS
WITH bare AS (
    SELECT raw, regexp_replace(regexp_replace(upper(text), '[\s"'']+', '', 'g'), '\([^()]*(\)|$)', '', 'g') AS text
    FROM std_address_folded
),
noted AS (  -- after a comma behind a number or a village stands a remark; elsewhere commas only part the pieces
    SELECT raw, CASE WHEN text NOT SIMILAR TO '.*[,;、].*' THEN text
        WHEN regexp_matches(text, '^[^,;、]*(?:[0-9]|村|小区)[^,;、]*[,;、]') THEN regexp_extract(text, '^[^,;、]*')
        ELSE regexp_replace(text, '[,;、]', '', 'g') END AS text
    FROM bare
),
split AS (
    SELECT raw, replace(replace(text, '村村内', '村'), '村内', '村') AS text,
        CASE WHEN regexp_matches(text, '[〇零一二三四五六七八九十](?:号|栋|幢|单元|室|#|组)')
            THEN regexp_extract(text, '[〇零一二三四五六七八九十百]+(?:号|栋|幢|单元|室|#|组).*$') ELSE '' END AS door
    FROM noted
)
SELECT raw, regexp_replace(left(text, length(text) - length(door)) || chinese_digits(door), '[.,;:、_]+$', '') AS text
FROM split;
