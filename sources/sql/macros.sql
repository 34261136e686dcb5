-- Functions of one value, used by the statements beside this file.
CREATE OR REPLACE TEMP MACRO chinese_digits(text) AS
    CASE WHEN NOT regexp_matches(text, '[〇零○一二三四五六七八九十]') THEN text ELSE
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            translate(text, '〇零○一二三四五六七八九', '000123456789'),
            '([1-9])十([1-9])', '\1\2', 'g'), '([1-9])十', '\10', 'g'), '十([1-9])', '1\1', 'g'), '十', '10', 'g')
    END;

CREATE OR REPLACE TEMP MACRO is_shortened(text) AS  -- a long number as spreadsheets write it: many have the same
    regexp_full_match(text, '\s*[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}\s*');

CREATE OR REPLACE TEMP MACRO number_text(text) AS  -- a number that names something, as it was delivered
    CASE WHEN NOT is_shortened(text) THEN nullif(trim(text), '') END;

CREATE OR REPLACE TEMP MACRO mod_11_2(first_17) AS  -- GB 11643 check character of a number of 17 digits
    substr('10X98765432', 1 + CAST((
        7 * (first_17 // 10000000000000000 % 10) + 9 * (first_17 // 1000000000000000 % 10)
        + 10 * (first_17 // 100000000000000 % 10) + 5 * (first_17 // 10000000000000 % 10)
        + 8 * (first_17 // 1000000000000 % 10) + 4 * (first_17 // 100000000000 % 10)
        + 2 * (first_17 // 10000000000 % 10) + 1 * (first_17 // 1000000000 % 10)
        + 6 * (first_17 // 100000000 % 10) + 3 * (first_17 // 10000000 % 10)
        + 7 * (first_17 // 1000000 % 10) + 9 * (first_17 // 100000 % 10)
        + 10 * (first_17 // 10000 % 10) + 5 * (first_17 // 1000 % 10)
        + 8 * (first_17 // 100 % 10) + 4 * (first_17 // 10 % 10) + 2 * (first_17 % 10)) % 11 AS INTEGER), 1);

CREATE OR REPLACE TEMP MACRO birth_date_of(number) AS  -- positions 7 to 14
    TRY_CAST(substr(number, 7, 4) || '-' || substr(number, 11, 2) || '-' || substr(number, 13, 2) AS DATE);

CREATE OR REPLACE TEMP MACRO century(two_digit_year) AS  -- the last century in which such a year was not yet to come
    CASE WHEN two_digit_year > strftime(getvariable('night'), '%y') THEN '19' ELSE '20' END;

CREATE OR REPLACE TEMP MACRO mod_31(code) AS  -- GB 32100 check character of the first 17
    substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + CAST((31 - list_sum(list_transform(
        [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28],
        lambda weight, place: weight * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, place, 1)) - 1))) % 31) % 31
        AS INTEGER), 1);

CREATE OR REPLACE TEMP MACRO obeys_mod_31(code) AS
    regexp_full_match(code, '[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}') AND mod_31(code) = right(code, 1);

CREATE OR REPLACE TEMP MACRO phone_number(text) AS  -- one number without signs, else null
    CASE WHEN regexp_full_match(text, '(?:\+?0{0,2}86)?0?1[3-9][0-9]{9}')
            AND NOT regexp_matches(right(text, 11), getvariable('phone_placeholder_pattern')) THEN right(text, 11)
        WHEN regexp_full_match(text, '(?:\+?0{0,2}86)?0[1-9][0-9]{1,2}[2-8][0-9]{6,7}')
            THEN regexp_extract(text, '0[1-9][0-9]{1,2}[2-8][0-9]{6,7}$') END;

CREATE OR REPLACE TEMP MACRO told_digits(digits) AS  -- of a shortened number: the last was rounded, but for the 15th
    replace(CASE WHEN length(digits) = 16 THEN digits ELSE digits[:-2] END, '.', '');

CREATE OR REPLACE TEMP MACRO masked_between(head, tail, width) AS  -- head****tail
    rpad(head, CAST(width - length(tail) AS INTEGER), '*') || tail;

CREATE OR REPLACE TEMP MACRO industry_section(text) AS  -- section A to T of GB/T 4754-2017, of a letter or a division
    CASE WHEN regexp_matches(text, '^[A-Ta-t]([^A-Za-z]|$)') THEN upper(text[1])
        WHEN regexp_matches(text, '^[0-9]{2}') THEN list_last(list_filter(
            [{'from': 1, 'section': 'A'}, {'from': 6, 'section': 'B'}, {'from': 13, 'section': 'C'}, {'from': 44, 'section': 'D'},
             {'from': 47, 'section': 'E'}, {'from': 51, 'section': 'F'}, {'from': 53, 'section': 'G'}, {'from': 61, 'section': 'H'},
             {'from': 63, 'section': 'I'}, {'from': 66, 'section': 'J'}, {'from': 70, 'section': 'K'}, {'from': 71, 'section': 'L'},
             {'from': 73, 'section': 'M'}, {'from': 76, 'section': 'N'}, {'from': 80, 'section': 'O'}, {'from': 83, 'section': 'P'},
             {'from': 84, 'section': 'Q'}, {'from': 86, 'section': 'R'}, {'from': 91, 'section': 'S'}, {'from': 97, 'section': 'T'}],
            lambda each: each."from" <= TRY_CAST(text[1:2] AS INTEGER))).section END;
