-- Distinct date texts -> dates.
-- In: temp table std_date_folded (raw, text), variable night.
-- Out: std_date (raw, date, first_day, last_date, year, age): `date` is a whole date; `first_day` also stands for a month;
-- `last_date` is the end of a period; `year` is known even where the day is not; `age` in years, for birth dates.
CREATE OR REPLACE TEMP TABLE std_date AS
WITH spelt AS (
    SELECT raw, chinese_digits(replace(replace(replace(text, '元月', '1月'), '廿', '二十'), '卅', '三十')) AS text
    FROM std_date_folded
),
timeless AS (
    SELECT raw, regexp_replace(text, '[Tt ]+[0-9]{1,2}[:时][0-9].*$', '') AS text FROM spelt
),
bare AS (  -- of a date by the moon the year alone; blanks between figures separate them, others say nothing
    SELECT raw, CASE WHEN regexp_matches(text, '[农阴旧]历') THEN regexp_extract(text, '[0-9]{4}')
        ELSE regexp_replace(regexp_replace(regexp_replace(text,
                '^[\s''"=]*([0-9]{4}|[0-9]{2})\s+([0-9]{1,2})(?:\s+([0-9]{1,2}))?[\s''"]*$', '\1-\2-\3'),
            '[公阳新]历|[\s''"=()]+', '', 'g'), '[-.,;、。]+$', '') END AS text
    FROM timeless
),
read AS (
    SELECT raw, text,
        regexp_extract(text, '^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?(?:出?生)?$', ['y', 'm', 'd']) AS iso,
        regexp_extract(text, '^([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{6})?(?:\.0)?$', ['y', 'm', 'd']) AS compact,
        regexp_extract(text, '^([0-9]{2})[-/.年](0?[1-9]|1[0-2])[-/.月](0?[1-9]|[12][0-9]|3[01])[日号]?(?:出?生)?$', ['y', 'm', 'd']) AS short,
        regexp_extract(text, '^([0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$', ['y', 'm', 'd']) AS six,
        regexp_extract(text, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$', ['a', 'b', 'y']) AS backward,
        regexp_extract(text, '^([0-9]{4})(?:[-/.年]([0-9]{1,2})月?|(0[1-9]|1[0-2]))(?:出?生)?$', ['y', 'm', 'mm']) AS month,
        regexp_extract(text, '^([0-9]{4})年?(?:出?生)?$', 1) AS year,
        regexp_extract(text, '^((?:19|20)[0-9]{2})(?:00|[1-9][0-9])(?:出?生)?$', 1) AS year_of_no_month,
        regexp_extract(text, '^([0-9]{2})年(?:出?生)?$', 1) AS short_year,
        regexp_extract(text, '^[0-9]{5}(?:\.[0-9]+)?$') AS serial,
        regexp_extract(text, '^([0-9]{8}|[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?)[-~至到]+([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?$',
            ['first', 'y', 'm', 'd']) AS period,
        regexp_extract(text, '^满?(0|[1-9][0-9]{0,2}(?:\.0)?)(?:周?岁)?$', 1) AS age,
        regexp_full_match(text, '[0-9]{1,2}个?(?:多?月|天|日)大?') AS is_infant
    FROM bare
),
pieced AS (
    SELECT raw, text, age, is_infant, serial, period, CASE
            WHEN iso.y <> '' THEN iso
            WHEN compact.y <> '' THEN compact
            WHEN period.first <> ''
                THEN regexp_extract(period.first, '^([0-9]{4})[-/.年]?([0-9]{1,2}?)[-/.月]?([0-9]{1,2})日?$', ['y', 'm', 'd'])
            WHEN short.y <> '' THEN struct_pack(y := century(short.y) || short.y, m := short.m, d := short.d)
            WHEN month.m <> '' OR month.mm <> '' AND (left(month.y, 2) IN ('19', '20'))
                THEN struct_pack(y := month.y, m := month.m || month.mm, d := '')
            WHEN six.y <> '' THEN struct_pack(y := century(six.y) || six.y, m := six.m, d := six.d)
            WHEN TRY_CAST(backward.a AS INTEGER) > 12 THEN struct_pack(y := backward.y, m := backward.b, d := backward.a)
            WHEN TRY_CAST(backward.b AS INTEGER) > 12 OR backward.y <> '' AND backward.a = backward.b
                THEN struct_pack(y := backward.y, m := backward.a, d := backward.b)
            WHEN backward.y <> '' THEN struct_pack(y := backward.y, m := '', d := '')
            WHEN year <> '' OR year_of_no_month <> '' THEN struct_pack(y := year || year_of_no_month, m := '', d := '')
            WHEN short_year <> '' THEN struct_pack(y := century(short_year) || short_year, m := '', d := '')
        END AS piece
    FROM read
),
dated AS (
    SELECT raw, TRY_CAST(age AS SMALLINT) AS age, is_infant, TRY_CAST(piece.y AS SMALLINT) AS year,
        CASE WHEN serial <> '' THEN DATE '1899-12-30' + CAST(floor(TRY_CAST(serial AS DOUBLE)) AS INTEGER)
            ELSE TRY_CAST(piece.y || '-' || lpad(piece.m, 2, '0') || '-' || lpad(piece.d, 2, '0') AS DATE) END AS date,
        CASE WHEN piece.d = '' AND piece.m <> ''
            THEN TRY_CAST(piece.y || '-' || lpad(piece.m, 2, '0') || '-01' AS DATE) END AS first_of_month,
        CASE WHEN period.y <> ''
            THEN TRY_CAST(period.y || '-' || lpad(period.m, 2, '0') || '-' || lpad(period.d, 2, '0') AS DATE) END AS last_date
    FROM pieced
),
sifted AS (  -- default values of programs say nothing
    SELECT * REPLACE (CASE WHEN date BETWEEN DATE '1900-01-02' AND DATE '2199-12-31' THEN date END AS date),
        date <= DATE '1900-01-01' OR date >= DATE '2200-01-01' AS is_default
    FROM dated
)
SELECT raw, date, coalesce(date, first_of_month) AS first_day, coalesce(last_date, date, first_of_month) AS last_date,
    CASE WHEN date IS NOT NULL THEN year(date)
        WHEN NOT coalesce(is_default, FALSE) AND year BETWEEN 1880 AND 2199 THEN year END AS year,
    CASE WHEN is_infant THEN 0 WHEN age <= 130 THEN age END AS age
FROM sifted;
