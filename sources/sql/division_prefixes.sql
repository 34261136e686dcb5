-- Every way to write a division at the head of an address -> the code it has today.
-- In: temp table std_division (code, name, start_year, end_year, successor), variable home_division.
CREATE OR REPLACE TEMP TABLE std_division_prefix AS
WITH division AS (
    SELECT code, name, successor, nullif(end_year, '') AS end_year,
        CASE WHEN code LIKE '__0000' THEN 'province' WHEN code LIKE '____00' THEN 'city' ELSE 'county' END AS level,
        regexp_replace(name, '(省|市|特别行政区|(壮族|回族|维吾尔)?自治区|地区|盟)$', '') AS short
    FROM std_division
),
province AS (
    SELECT left(code, 2) AS area, unnest([name, short, '']) AS name, code FROM division WHERE level = 'province'
),
city AS (
    SELECT left(code, 4) AS area, unnest([name, short]) AS name, code, successor FROM division WHERE level = 'city'
    UNION ALL
    SELECT DISTINCT left(code, 4), '', NULL, NULL FROM division WHERE level = 'county'
),
county AS (  -- without former county-level cities that have become prefectures of the same name
    SELECT left(code, 4) AS area, name, successor FROM division
    WHERE level = 'county' AND name NOT IN ('市辖区', '县', '郊区', '矿区', '新区', '城区', '市区')
        AND (end_year IS NULL OR (left(code, 2), name) NOT IN (
            SELECT (left(city.code, 2), city.name) FROM division AS city WHERE city.level = 'city' AND city.end_year IS NULL))
    UNION ALL  -- the home county is also written without its rank
    SELECT left(code, 4), regexp_replace(name, '[县市区旗]$', ''), successor FROM division
    WHERE level = 'county' AND successor = getvariable('home_division') AND length(name) > 2
),
written AS (
    SELECT province.name || city.name || county.name AS prefix, county.successor AS code, 6 AS digits,
        province.name = '' AND city.name = '' AS is_bare
    FROM county JOIN city USING (area) JOIN province ON province.area = left(county.area, 2)
    UNION ALL
    SELECT province.name || city.name, coalesce(nullif(city.successor, ''), city.code), 4, province.name = ''
    FROM city JOIN province ON province.area = left(city.area, 2)
    WHERE city.name LIKE '__%' AND (province.name <> '' OR city.name SIMILAR TO '.*(市|州|地区|盟)')
    UNION ALL
    SELECT name, code, 2, FALSE FROM division WHERE level = 'province'
)
-- A bare county name is read when it is the only one of the country, or one of the home prefecture.
SELECT prefix, digits, is_bare, length(prefix) AS prefix_length,
    max_by(code, (left(code, 4) = left(getvariable('home_division'), 4), code)) AS code
FROM written
WHERE prefix <> ''
GROUP BY ALL
HAVING NOT is_bare OR count(DISTINCT code) = 1 OR bool_or(left(code, 4) = left(getvariable('home_division'), 4));
