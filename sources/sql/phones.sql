-- Distinct phone texts -> up to two numbers.
-- In: temp table std_phone_folded (raw, text). Out: std_phone (raw, phone, phone_2).
CREATE OR REPLACE TEMP TABLE std_phone AS
WITH parted AS (
    SELECT raw, string_split_regex(
        regexp_replace(regexp_replace(regexp_replace(text, '(?:转|分机|ext).*$', '', 'i'), '\.0$', ''), '[^0-9+/、,;|或]', '', 'g'),
        '[/、,;|或]+') AS parts,
        regexp_extract(text, '^\s*(1[3-9][0-9]{9})\s+(1[3-9][0-9]{9})', ['a', 'b']) AS two
    FROM std_phone_folded
),
read AS (
    SELECT raw, CASE WHEN two.a <> '' THEN two.a ELSE parts[1] END AS first, CASE WHEN two.a <> '' THEN two.b ELSE parts[2] END AS second
    FROM parted
)
SELECT raw, coalesce(phone_number(first), phone_number(second)) AS phone,
    CASE WHEN phone_number(first) <> phone_number(second) THEN phone_number(second) END AS phone_2
FROM read;
