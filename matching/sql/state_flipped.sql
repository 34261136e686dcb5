-- Units in blocks that have just become too large to compare, or small enough. In: _block_left, _block_laid (rule, k: rows
-- taken out and put in), match_block; variable block_sizes, by rule. Out: _flipped (unit_id).
CREATE OR REPLACE TEMP TABLE _flipped AS
WITH moved AS (
    SELECT rule, k, sum(n)::BIGINT AS n FROM (
        SELECT rule, k, 1 AS n FROM _block_laid UNION ALL SELECT rule, k, -1 FROM _block_left
    ) GROUP BY ALL HAVING sum(n) <> 0
), sized AS (
    SELECT b.rule, b.k, count(*) AS n FROM match_block b SEMI JOIN moved USING (rule, k) GROUP BY ALL
)
SELECT DISTINCT b.unit_id FROM match_block b
JOIN sized USING (rule, k) JOIN moved USING (rule, k)
WHERE (sized.n > getvariable('block_sizes')[rule + 1]) <> (sized.n - moved.n > getvariable('block_sizes')[rule + 1]);
