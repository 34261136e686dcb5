-- The division at the head of each cleaned address, by its longest known writing.
-- In: temp table std_address_clean (raw, text). Out: std_address_head (head, division_code, digits, prefix_length).
CREATE OR REPLACE TEMP TABLE std_address_start AS
SELECT DISTINCT left(regexp_extract(text, '^[^0-9]*'), 26) AS head FROM std_address_clean;

CREATE OR REPLACE TEMP TABLE std_address_try AS
SELECT head, left(head, tried) AS prefix
FROM std_address_start, (SELECT DISTINCT prefix_length AS tried FROM std_division_prefix) AS lengths
WHERE tried <= length(head);

CREATE OR REPLACE TEMP TABLE std_address_head AS
WITH written AS (
    SELECT head, max_by(struct_pack(code := code, digits := digits, prefix_length := prefix_length),
        (digits, prefix_length)) AS best
    FROM std_address_try JOIN std_division_prefix USING (prefix)
    GROUP BY head
),
home AS (  -- a damaged prefix still holds the name of the home county
    SELECT head, max(strpos(head, name) + length(name) - 1) AS prefix_length
    FROM std_address_start, (SELECT DISTINCT name FROM std_division WHERE successor = getvariable('home_division')) AS names
    WHERE strpos(head, name) BETWEEN 2 AND 9
    GROUP BY head
),
both_ways AS (
    SELECT start.head, best, home.prefix_length, home.head IS NOT NULL AND coalesce(best.digits, 0) < 6 AS is_damaged
    FROM std_address_start AS start LEFT JOIN written USING (head) LEFT JOIN home USING (head)
)
SELECT head,
    CASE WHEN is_damaged THEN getvariable('home_division') ELSE best.code END AS division_code,
    CASE WHEN is_damaged THEN 6 ELSE coalesce(best.digits, 0) END AS digits,
    CASE WHEN is_damaged THEN prefix_length ELSE coalesce(best.prefix_length, 0) END AS prefix_length
FROM both_ways;
