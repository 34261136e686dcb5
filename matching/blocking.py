"""Candidate pairs: which units are compared at all.

Every rule joins units on one or two shared key values in DuckDB; a pair found by several rules is
compared once; a block beyond the limit is skipped and the skip recorded.
"""

import duckdb

from matching.model import BlockingRule, Model

_BLOCK = """
CREATE OR REPLACE TEMP TABLE _block AS
SELECT {value} AS value, a.unit_id FROM _key a {join} WHERE a.kind = {first}
"""

_PAIRS = """
INSERT INTO _found
WITH sized AS (
    SELECT value, unit_id, count(*) OVER (PARTITION BY value) AS n FROM (SELECT DISTINCT value, unit_id FROM _block)
), kept AS (
    SELECT value, unit_id, is_backbone FROM sized JOIN _unit USING (unit_id)
    WHERE n BETWEEN 2 AND getvariable('block_size')
)
SELECT a.unit_id, b.unit_id FROM kept a JOIN kept b ON a.value = b.value AND a.unit_id < b.unit_id
WHERE NOT (a.is_backbone AND b.is_backbone)
"""

_SKIPPED = """
INSERT INTO match_skipped_block
SELECT $rule, count(*) AS units, count(*) * (count(*) - 1) // 2 AS pairs
FROM (SELECT DISTINCT value, unit_id FROM _block)
GROUP BY value HAVING count(*) > getvariable('block_size')
"""


def find_pairs(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Fill `_pair` (unit_id_l < unit_id_r, each pair once) and `match_skipped_block` from `_key`."""
    con.execute("CREATE OR REPLACE TEMP TABLE _found (unit_id_l BIGINT, unit_id_r BIGINT)")
    con.execute("CREATE OR REPLACE TEMP TABLE match_skipped_block (rule VARCHAR, units BIGINT, pairs BIGINT)")
    for rule in model.blocking:
        con.execute(block_sql(rule))
        con.execute(_PAIRS)
        con.execute(_SKIPPED, {"rule": rule.rule})
    con.execute("CREATE OR REPLACE TEMP TABLE _pair AS SELECT DISTINCT * FROM _found")
    con.execute("DROP TABLE _found")


def block_sql(rule: BlockingRule) -> str:
    """The statement that lays out the blocks of one rule."""
    kinds = [f"'{kind}'" for kind in rule.keys]
    if len(kinds) == 1:
        return _BLOCK.format(value="a.value", join="", first=kinds[0])
    join = f"JOIN _key b ON b.unit_id = a.unit_id AND b.kind = {kinds[1]}"
    return _BLOCK.format(value="hash(a.value, b.value)", join=join, first=kinds[0])
