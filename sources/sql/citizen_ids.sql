-- Distinct document numbers with the kind of document -> what they are (GB 11643-1999, ISO 7064 MOD 11-2).
-- In: view std_id_folded (raw, id_type_raw, id_type_name, text), variable night. Out: std_id.
CREATE OR REPLACE TEMP TABLE std_id_read AS
WITH folded AS (  -- whatever hides characters is a star; a single mark may stand between them or for doubt
    SELECT * REPLACE (CASE WHEN regexp_matches(text, '[?·•●○■□]{3}') THEN translate(text, '?·•●○■□', '*******') ELSE text END AS text),
        regexp_full_match(text, '[0-9]{17}[0-9X]') AS is_whole
    FROM std_id_folded
),
among AS (  -- a number with a label, a name or brackets about it, when it is the only one
    SELECT *, CASE WHEN NOT is_whole
        THEN regexp_extract(upper(text), '(?:^|[^0-9])([0-9]{17}[0-9X])(?:[^0-9X]|$)', 1) END AS lone
    FROM folded
),
bare AS (
    SELECT raw, id_type_raw, id_type_name, is_whole, CASE WHEN is_whole THEN text
        WHEN lone <> '' AND mod_11_2(TRY_CAST(left(lone, 17) AS BIGINT)) = right(lone, 1)
            AND NOT regexp_matches(replace(upper(text), lone, ''), '[0-9]{15}') THEN lone ELSE
        regexp_replace(regexp_replace(upper(text), '\([^()]*(\)|$)', '', 'g'), '[\s''"=`,;:_~#/\\]+', '', 'g') END AS text
    FROM among
),
undashed AS (
    SELECT raw, id_type_raw, id_type_name, is_whole, text,
        CASE WHEN contains(text, 'E')
            THEN regexp_extract(text, '^([0-9](?:\.[0-9]+)?)E\+?([0-9]{2})$', ['digits', 'exponent']) END AS scientific,
        CASE WHEN is_whole THEN text ELSE regexp_replace(regexp_replace(text, '\.0+$', ''), '[-.+]+', '', 'g') END AS plain
    FROM bare
),
trimmed AS (  -- numbers that hold a citizen number: pupil numbers, disability cards, suffixes of shared numbers
    SELECT raw, id_type_raw, id_type_name, is_whole, scientific,
        CASE WHEN length(plain) < 19 THEN plain ELSE coalesce(nullif(regexp_extract(plain, '^[GLJ]?([0-9]{17}[0-9X])(?:[A-Z]|[1-7][1-4](?:B[0-9])?)?$', 1), ''), plain) END AS plain
    FROM undashed
),
stemmed AS (  -- the first 17 digits, as far as they can be told
    SELECT *, CASE
            WHEN is_whole OR regexp_full_match(plain, '[0-9]{17}[0-9X*]') THEN left(plain, 17)
            WHEN regexp_full_match(plain, '[0-9OQDIL|]{17}[0-9XOQDIL|]') THEN left(translate(plain, 'OQDIL|', '000111'), 17)
            WHEN regexp_full_match(plain, '[0-9]{15}') THEN left(plain, 6) || '19' || substr(plain, 7)
        END AS stem
    FROM trimmed
),
checked AS (
    SELECT *, mod_11_2(TRY_CAST(stem AS BIGINT)) AS check_character FROM stemmed
),
repaired AS (
    SELECT *, CASE
            WHEN is_whole OR regexp_full_match(plain, '[0-9]{17}[0-9X]') THEN plain
            WHEN length(plain) = 15 THEN CASE WHEN birth_date_of(stem) IS NOT NULL THEN stem || check_character END
            WHEN plain LIKE '%*' THEN CASE WHEN check_character = 'X' THEN stem || 'X' END
            WHEN check_character = right(translate(plain, 'OQDIL|', '000111'), 1) THEN stem || check_character
        END AS number,
        CASE WHEN NOT is_whole AND regexp_matches(plain, '[*X●•□]{2}')
            THEN regexp_extract(plain, '^([0-9]{0,14})([*X●•□]{2,})([0-9]{0,6}[0-9X]?)$', ['head', 'hidden', 'tail']) END AS mask
    FROM checked
)
SELECT *, check_character = right(number, 1) AS is_sound, birth_date_of(number) AS birth_date
FROM repaired;

SET VARIABLE spreadsheet_damaged = (
    SELECT coalesce(count(*) FILTER (number LIKE '%000' AND NOT is_sound) > 0.01 * count(number), FALSE) FROM std_id_read
);

CREATE OR REPLACE TEMP TABLE std_id AS
WITH judged AS (
    SELECT *,
        birth_date BETWEEN DATE '1900-01-01' AND getvariable('night') AS is_dated,
        coalesce(birth_date_of('000000' || plain) BETWEEN DATE '1900-01-01' AND getvariable('night'), FALSE) AS is_birth_date,
        regexp_full_match(plain, '[0-9]{14,15}')
            AND coalesce(birth_date_of(plain) BETWEEN DATE '1900-01-01' AND getvariable('night'), FALSE) AS is_cut,
        left(number, 2) IN ('11', '12', '13', '14', '15', '21', '22', '23', '31', '32', '33', '34', '35', '36', '37', '41', '42',
            '43', '44', '45', '46', '50', '51', '52', '53', '54', '61', '62', '63', '64', '65', '71') AS is_mainland
    FROM std_id_read
),
kinds AS (
    SELECT *, CASE
            WHEN NOT regexp_matches(plain, '[0-9]') AND coalesce(scientific.digits, '') = '' THEN 'missing'
            WHEN length(plain) > 4 AND replace(replace(plain, left(plain, 1), ''), 'X', '') = '' THEN 'placeholder'
            WHEN strpos('123456789012345678901234567890', plain) > 0 AND length(plain) > 5 THEN 'placeholder'
            WHEN plain SIMILAR TO '(123456|000000|111111|999999)[0-9]{9,11}[0-9X]' THEN 'placeholder'
            WHEN plain SIMILAR TO '[0-9]{6}0{9,12}' THEN 'placeholder'
            WHEN scientific.digits <> '' THEN 'destroyed'
            WHEN number LIKE '%000' AND length(plain) = 18
                AND (NOT is_sound OR number LIKE '%0000' OR getvariable('spreadsheet_damaged')) THEN 'destroyed'
            WHEN is_sound AND is_dated AND left(number, 6) IN ('810000', '820000', '830000') THEN 'hk_macao_taiwan'
            WHEN is_sound AND is_dated AND left(number, 1) = '9' THEN 'foreign_permanent'
            WHEN is_sound AND is_dated AND is_mainland AND length(plain) = 15 THEN 'citizen15'
            WHEN is_sound AND is_dated AND is_mainland THEN 'citizen18'
            WHEN number IS NOT NULL THEN 'invalid'
            WHEN mask.head <> '' OR regexp_full_match(plain, '[0-9X*]*\*[0-9X*]*') THEN 'masked'
            WHEN id_type_name LIKE '%护照%' AND regexp_full_match(plain, '[0-9A-Z]{5,12}') THEN 'passport'
            WHEN regexp_full_match(plain, '[HM][0-9]{8}([0-9]{2})?') THEN 'hk_macao_taiwan'
            WHEN regexp_matches(id_type_name, '台|港|澳') AND regexp_full_match(plain, '[0-9A-Z]{7,12}') THEN 'hk_macao_taiwan'
            WHEN regexp_full_match(plain, '[A-Z]{3}[0-9]{12}') THEN 'foreign_permanent'
            WHEN regexp_full_match(plain, '[A-Z]{1,2}[0-9]{7,8}') THEN 'passport'
            WHEN regexp_full_match(plain, '[0-9]{8}') AND NOT regexp_matches(id_type_name, '身份证') AND NOT is_birth_date
                THEN 'other'
            WHEN regexp_matches(plain, '[A-WYZ]|\p{Han}') AND length(plain) BETWEEN 5 AND 30 THEN 'other'
            WHEN length(regexp_replace(plain, '[^0-9]', '', 'g')) < 6 THEN 'missing'
            ELSE 'invalid'
        END AS kind
    FROM judged
)
SELECT raw, id_type_raw, kind AS citizen_id_kind,
    CASE WHEN is_sound AND kind IN ('citizen18', 'citizen15', 'hk_macao_taiwan', 'foreign_permanent') THEN number END AS citizen_id,
    CASE kind
        WHEN 'invalid' THEN CASE  -- what is shorter names a place or a day, and many have the same
            WHEN length(plain) = 18 THEN coalesce(number, plain)
            WHEN is_cut THEN rpad(plain, 18, '*')
            WHEN length(plain) >= 14 THEN plain
        END
        WHEN 'masked' THEN CASE
            WHEN length(plain) = 15 AND length(mask.head) <= 6 THEN masked_between(mask.head, mask.tail, 17) || '*'
            WHEN length(mask.head) + length(mask.tail) BETWEEN 3 AND 16 THEN masked_between(mask.head, mask.tail, 18)
            WHEN regexp_full_match(plain, '[0-9X*]{18}') THEN translate(left(plain, 17), 'X', '*') || right(plain, 1)
        END
        WHEN 'destroyed' THEN CASE
            WHEN scientific.exponent = '17' THEN rpad(told_digits(scientific.digits), 18, '*')
            WHEN scientific.exponent = '14'
                THEN rpad(regexp_replace(told_digits(scientific.digits), '^([0-9]{6})', '\119'), 18, '*')
            WHEN number IS NOT NULL THEN left(number, 15) || '***'
        END
    END AS citizen_id_claim,
    CASE WHEN NOT coalesce(is_sound, FALSE) AND kind IN ('hk_macao_taiwan', 'foreign_permanent', 'passport', 'other') THEN plain END
        AS document_no,
    CASE WHEN kind IN ('citizen18', 'citizen15', 'hk_macao_taiwan', 'foreign_permanent', 'destroyed') AND is_dated THEN birth_date END
        AS id_birth_date,
    CASE WHEN is_sound AND kind IN ('citizen18', 'citizen15', 'hk_macao_taiwan', 'foreign_permanent')
        THEN CASE WHEN TRY_CAST(substr(number, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END END AS id_sex_code
FROM kinds;
