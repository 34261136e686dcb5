-- Blocks that are too large to be compared, counted when somebody asks. In: match_block;
-- variable block_sizes, by rule.
CREATE OR REPLACE TEMP VIEW match_skipped_block AS
SELECT rule, count(*) AS blocks, sum(n)::BIGINT AS units, sum(n * (n - 1) // 2)::BIGINT AS pairs
FROM (SELECT rule, k, count(*) AS n FROM match_block GROUP BY ALL HAVING count(*) > getvariable('block_sizes')[rule + 1])
GROUP BY rule;
