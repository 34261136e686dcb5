-- Employers by their code, else by their name, and who works for, owns or represents them. In: _wh_now,
-- _wh_industry_word (word, industry_code); variable wh_home_names. Out: _wh_employer, _wh_person_employment.

-- The name without the home county before it and the legal form behind it: what two spellings of one employer share.
-- Other places stay, they tell employers apart; and so does a name of which little would be left.
CREATE OR REPLACE TEMP MACRO bare_name(name) AS regexp_replace(regexp_replace(name, getvariable('wh_home_names'), ''),
    '(?:[(（][^)）]*[)）])?(?:有限责任公司|股份有限公司|有限公司|公司)?$', '');
CREATE OR REPLACE TEMP MACRO name_core(name) AS CASE WHEN length(bare_name(name)) >= 4 THEN bare_name(name) ELSE name END;

-- Whether one character is another, or one is missing (levenshtein counts bytes).
CREATE OR REPLACE TEMP MACRO one_edit(a, b) AS CASE length(a) - length(b)
    WHEN 0 THEN len(list_filter(range(1, length(a) + 1), lambda i: a[i] <> b[i])) = 1
    WHEN 1 THEN len(list_filter(range(length(a)), lambda i: left(a, i) || substr(a, i + 2) = b)) > 0
    WHEN -1 THEN len(list_filter(range(length(b)), lambda i: left(b, i) || substr(b, i + 2) = a)) > 0
    ELSE false END;

CREATE OR REPLACE TEMP TABLE _wh_employer_said AS
SELECT employer_code, employer_name, name_core(employer_name) AS core, count(*) AS times FROM _wh_now
WHERE coalesce(employer_code, employer_name) IS NOT NULL GROUP BY ALL;

-- A name without a code is that of the one coded employer with the same core, or with one that differs in a single
-- character that is no figure (branches and schools are told apart by theirs).
CREATE OR REPLACE TEMP TABLE _wh_employer_key AS
WITH coded AS (
    SELECT DISTINCT core, employer_code FROM _wh_employer_said WHERE employer_code IS NOT NULL
),
bare AS (
    SELECT DISTINCT core FROM _wh_employer_said WHERE employer_code IS NULL
),
same AS (
    SELECT core, min(employer_code) AS employer_code FROM bare JOIN coded USING (core)
    GROUP BY core HAVING count(DISTINCT employer_code) = 1
),
near AS (
    SELECT b.core, min(c.employer_code) AS employer_code
    FROM bare AS b
    ANTI JOIN coded AS k ON k.core = b.core
    JOIN coded AS c ON (left(c.core, 2) = left(b.core, 2) OR right(c.core, 3) = right(b.core, 3))
        AND length(b.core) >= 6 AND one_edit(c.core, b.core)
        AND regexp_replace(c.core, '[^0-9一二三四五六七八九十]', '', 'g') = regexp_replace(b.core, '[^0-9一二三四五六七八九十]', '', 'g')
    GROUP BY b.core HAVING count(DISTINCT c.employer_code) = 1
),
found AS (
    FROM same UNION ALL FROM near
)
SELECT s.employer_code AS said_code, s.employer_name AS said_name, s.core, s.times,
    coalesce(s.employer_code, f.employer_code) AS employer_code,
    CASE WHEN coalesce(s.employer_code, f.employer_code) IS NOT NULL THEN 'code|' || coalesce(s.employer_code, f.employer_code)
        ELSE 'name|' || s.core END AS employer_key
FROM _wh_employer_said AS s
LEFT JOIN found AS f ON f.core = s.core AND s.employer_code IS NULL;

CREATE OR REPLACE TEMP TABLE _wh_employer_id AS
SELECT employer_key, entity_id('E', employer_key) AS employer_id FROM (SELECT DISTINCT employer_key FROM _wh_employer_key);

CREATE OR REPLACE TEMP TABLE _wh_person_employment AS
WITH told AS (
    SELECT n.person_id, k.employer_key, CASE n.role_stem WHEN 'self' THEN 'employee' ELSE n.role_stem END AS link,
        n.employment_status AS status, n.valid_from, n.valid_to, n.recorded_date, n.department, n.extract, n.file,
        n.row_number, n.role, n.night
    FROM _wh_now AS n
    JOIN _wh_employer_key AS k
        ON k.said_code IS NOT DISTINCT FROM n.employer_code AND k.said_name IS NOT DISTINCT FROM n.employer_name
),
newest AS (
    SELECT person_id, employer_key, link, department,
        -- Of rows that are equally new, as of several insurances, one of work that goes on.
        max(struct_pack(recorded_date, night, goes_on := NOT has_ended(status), file, row_number, role, status, valid_from,
            valid_to, extract)) AS kept
    FROM told GROUP BY ALL
)
SELECT * EXCLUDE (goes_on) FROM (
    SELECT person_id, employer_id, employer_key, link, department, unnest(kept)
    FROM newest JOIN _wh_employer_id USING (employer_key));

CREATE OR REPLACE TEMP TABLE _wh_employer AS
WITH named AS (
    SELECT employer_key, min(employer_code) AS employer_code, arg_max(said_name, (times, said_name)) AS name,
        list(DISTINCT said_name ORDER BY said_name) FILTER (said_name IS NOT NULL) AS names
    FROM _wh_employer_key GROUP BY employer_key
),
led AS (
    SELECT employer_key, arg_max(person_id, (recorded_date, night, person_id)) AS legal_representative_person_id
    FROM _wh_person_employment WHERE link = 'legal_representative' GROUP BY employer_key
),
told AS (
    SELECT k.employer_key, arg_max(n.industry_code, (n.recorded_date, n.mention_id)) AS industry_code
    FROM _wh_now AS n JOIN _wh_employer_key AS k
        ON k.said_code IS NOT DISTINCT FROM n.employer_code AND k.said_name IS NOT DISTINCT FROM n.employer_name
    WHERE n.industry_code IS NOT NULL GROUP BY k.employer_key
),
guessed AS (
    SELECT employer_key, arg_max(w.industry_code, (strpos(n.name, w.word), length(w.word))) AS industry_code
    FROM named AS n JOIN _wh_industry_word AS w ON contains(n.name, w.word) GROUP BY employer_key
)
SELECT i.employer_id, n.employer_code, n.name,
    nullif(list_filter(n.names, lambda each: each <> n.name), []) AS other_names,
    coalesce(t.industry_code, g.industry_code) AS industry_code,
    CASE WHEN coalesce(t.industry_code, g.industry_code) IS NOT NULL THEN t.industry_code IS NOT NULL END AS is_industry_told,
    l.legal_representative_person_id
FROM named AS n
JOIN _wh_employer_id AS i USING (employer_key)
LEFT JOIN led AS l USING (employer_key)
LEFT JOIN told AS t USING (employer_key)
LEFT JOIN guessed AS g USING (employer_key);
