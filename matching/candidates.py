"""Candidate pairs: a plan of blocks for each rule, then the pairs, each once.

Blocks are counted before any pair is made. A block that is too large is split by further expressions, or skipped;
either is recorded. A pair is the number `l << 32 | r` of its two records, l < r.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import Template

import duckdb
import numpy as np
from numpy.typing import NDArray

from matching.errors import SpecError
from matching.records import RECORDS
from matching.spec import Rule, Spec

Pairs = NDArray[np.int64]

_SIZES = Template("""
SELECT k, n, (n * (n - 1) // 2 - CASE WHEN apart THEN first * (first - 1) // 2 + (n - first) * (n - first - 1) // 2
                                      ELSE 0 END)::BIGINT AS pairs
FROM (
    SELECT k, count(*) AS n, count(*) FILTER (apart = 0) AS first, bool_and(apart IN (0, 1)) AS apart
    FROM ($block) GROUP BY k HAVING count(*) > 1
)
""")
"""Blocks and their pairs: exact for one or two de-duplicated tables, else an upper bound."""

_SUMMARY = Template("""
SELECT count(*) FILTER (n <= $limit), coalesce(sum(pairs) FILTER (n <= $limit), 0),
       count(*) FILTER (n > $limit), coalesce(sum(n) FILTER (n > $limit), 0),
       coalesce(sum(pairs) FILTER (n > $limit), 0)
FROM ($sizes)
""")

_PAIRS = Template("""
SELECT (a.record::BIGINT << 32) | b.record AS pair
FROM ($block) a JOIN ($block) b ON a.k = b.k AND a.record < b.record
WHERE a.apart <> b.apart OR a.apart < 0
""")

_SPLIT = Template("""
UPDATE _link_block SET k = CASE WHEN s.part IS NULL THEN NULL ELSE hash(k, s.part) END
FROM (SELECT record, CAST($expression AS VARCHAR) AS part FROM $records) s
WHERE s.record = _link_block.record AND k IN (SELECT k FROM ($sizes) WHERE n > $limit)
""")

_BLOCK = "SELECT * FROM _link_block WHERE k IS NOT NULL"
"""Blocks that have been written down: those of several keys a record, or of which some are too large."""


@dataclass(frozen=True)
class RulePlan:
    """What a rule costs, known before its pairs are made; `limit` is the block size that it was held to."""

    rule: str
    blocks: int
    pairs: int
    limit: int
    blocks_split: int
    blocks_skipped: int
    records_skipped: int
    pairs_skipped: int


@dataclass(frozen=True)
class Candidates:
    """All candidate pairs, sorted, and those that each rule found; `possible` counts all pairs there could be."""

    pairs: Pairs
    by_rule: tuple[Pairs, ...]
    plan: tuple[RulePlan, ...]
    possible: int
    fixed: tuple[frozenset[str], ...] = field(default=())
    """For each rule the columns in which all its pairs agree, wholly or in part."""

    def __add__(self, other: "Candidates") -> "Candidates":
        """The candidates of more rules over the same records."""
        return Candidates(
            _united([self.pairs, other.pairs]), self.by_rule + other.by_rule, self.plan + other.plan,
            max(self.possible, other.possible), self.fixed + other.fixed,
        )  # fmt: skip

    @property
    def reduction_ratio(self) -> float:
        """Share of all possible pairs that need not be compared."""
        return 1 - len(self.pairs) / self.possible if self.possible else 1.0


NO_CANDIDATES = Candidates(np.empty(0, np.int64), (), (), 0)


def find_candidates(con: duckdb.DuckDBPyConnection, spec: Spec, rules: Sequence[Rule]) -> Candidates:
    """Plan and make the candidate pairs of `_link_record`.

    Args:
        con: where the records are.
        spec: limits, and which tables are de-duplicated.
        rules: blocking rules of the spec.

    Raises:
        SpecError: a key is no SQL expression over the columns, or cannot be computed for a record.
    """
    by_rule, plans, budget = [], [], spec.blocking.most_pairs
    keys = [key_sql(con, spec, rule) for rule in rules]
    _lay_keys(con, spec, rules, keys)
    for number, rule in enumerate(rules):
        try:
            plan, block = _plan_rule(con, spec, rule, _block_sql(con, spec, number, keys[number]), budget)
            found = con.execute(_PAIRS.substitute(block=block)).fetchnumpy()["pair"]
        except duckdb.Error as error:
            raise _no_key(spec, rule, error) from None
        by_rule.append(sorted_unique(np.asarray(found, dtype=np.int64)))
        plans.append(plan)
        budget = max(budget - plan.pairs, 0)
    con.execute("DROP TABLE IF EXISTS _link_block; DROP TABLE _link_key")
    return Candidates(
        _united(by_rule), tuple(by_rule), tuple(plans), count_possible(con, spec),
        tuple(columns_of(rule, spec.column_names) for rule in rules),
    )  # fmt: skip


def sorted_unique(numbers: Pairs) -> Pairs:
    """Distinct numbers in order; sorting is several times quicker than numpy's own `unique`, which hashes."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def apart_tables(spec: Spec) -> tuple[str, ...]:
    """Tables of which no two records are ever paired."""
    return tuple(spec.tables) if spec.task == "link" else spec.constraints.one_record_per


def count_possible(con: duckdb.DuckDBPyConnection, spec: Spec) -> int:
    """All pairs that the task admits."""
    sizes = dict(con.execute(f"SELECT source, count(*) FROM {RECORDS} GROUP BY source").fetchall())
    total = sum(sizes.values())
    return int(total * (total - 1) // 2 - sum(n * (n - 1) // 2 for t, n in sizes.items() if t in apart_tables(spec)))


def columns_of(rule: Rule, names: Sequence[str]) -> frozenset[str]:
    """The columns that the keys of a rule mention."""
    words = set(re.findall(r"\w+", " ".join(rule.keys)))
    return frozenset(words & set(names))


def split_pairs(pairs: Pairs) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The two records of each pair."""
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _lay_keys(con: duckdb.DuckDBPyConnection, spec: Spec, rules: Sequence[Rule], keys: Sequence[str]) -> None:
    """Hash the keys of all rules that have one key a record, in one pass: `_link_key` (record, apart, k0, k1, …)."""
    hashed = "".join(f", {key} AS k{number}" for number, key in enumerate(keys) if not _has_many(key))
    query = f"SELECT record, {_apart_sql(spec)} AS apart{hashed} FROM {RECORDS}"
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE _link_key AS {query}")
    except duckdb.Error:
        for rule, key in zip(rules, keys, strict=True):
            try:
                con.execute(f"SELECT max({key}) FROM {RECORDS}").fetchall()
            except duckdb.Error as error:
                raise _no_key(spec, rule, error) from None
        raise


def _no_key(spec: Spec, rule: Rule, error: duckdb.Error) -> SpecError:
    """What the database says of it would show the value."""
    return SpecError(spec.spec, f"blocking rule {rule.label}: some record has no such key: {type(error).__name__}")


def _block_sql(con: duckdb.DuckDBPyConnection, spec: Spec, number: int, key: str) -> str:
    """SELECT of (k, record, apart): the block of each record, and its de-duplicated table or -1."""
    if not _has_many(key):
        return f"SELECT k{number} AS k, record, apart FROM _link_key WHERE k{number} IS NOT NULL"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _link_block AS
        SELECT {key} AS k, record, {_apart_sql(spec)} AS apart FROM {RECORDS}
    """)
    return _BLOCK


def _has_many(key: str) -> bool:
    """Whether a record may have several keys."""
    return key.startswith("unnest(")


def _apart_sql(spec: Spec) -> str:
    whens = "".join(
        f" WHEN '{name.replace(chr(39), chr(39) * 2)}' THEN {number}" for number, name in enumerate(apart_tables(spec))
    )
    return f"(CASE source{whens} ELSE -1 END)::TINYINT" if whens else "(-1)::TINYINT"


def key_sql(con: duckdb.DuckDBPyConnection, spec: Spec, rule: Rule) -> str:
    """SQL over `_link_record` for the hash of a rule's keys, null where one is missing; unnested where one is a list.

    Raises:
        SpecError: a key is no SQL expression over the columns.
    """
    try:
        described = con.execute(f"DESCRIBE SELECT {', '.join(rule.keys)} FROM {RECORDS}").fetchall()
    except duckdb.Error:
        raise SpecError(
            spec.spec, f"blocking rule {rule.label}: not an expression over {', '.join(spec.column_names)}"
        ) from None
    is_list = [str(kind).endswith("[]") for _, kind, *_ in described]
    if not any(is_list):
        present = " AND ".join(f"({key}) IS NOT NULL" for key in rule.keys)
        return f"CASE WHEN {present} THEN hash({', '.join(rule.keys)}) END"
    keys = "[0::UBIGINT]"
    for key, many in zip(rule.keys, is_list, strict=True):
        values = key if many else f"CASE WHEN ({key}) IS NULL THEN [] ELSE [{key}] END"
        keys = f"flatten(list_transform({keys}, lambda h: list_transform({values}, lambda v: hash(h, v))))"
    return f"unnest(list_distinct({keys}))"


def _plan_rule(con: duckdb.DuckDBPyConnection, spec: Spec, rule: Rule, block: str, budget: int) -> tuple[RulePlan, str]:
    """The plan of a rule, and the blocks that it keeps."""
    limit, split = spec.blocking.block_size, 0
    summary = _summary(con, block, limit)
    if summary[2]:
        if block != _BLOCK:
            con.execute(f"CREATE OR REPLACE TEMP TABLE _link_block AS {block}")
        block, split = _BLOCK, _split(con, spec, limit)
        summary = _summary(con, block, limit)
    if summary[1] > budget:
        limit = _limit_within(con, block, limit, budget)
        summary = _summary(con, block, limit)
    if summary[2]:
        block = (
            f"SELECT * FROM ({block}) WHERE k IN (SELECT k FROM ({_SIZES.substitute(block=block)}) WHERE n <= {limit})"
        )
    blocks, pairs, skipped, records, pairs_skipped = summary
    return RulePlan(rule.label, blocks, pairs, limit, split, skipped, records, pairs_skipped), block


def _split(con: duckdb.DuckDBPyConnection, spec: Spec, limit: int) -> int:
    """Split the blocks that are too large, expression by expression; how many were."""
    sizes, split = _SIZES.substitute(block=_BLOCK), 0
    for expression in spec.blocking.split_by:
        oversize = _summary(con, _BLOCK, limit)[2]
        if not oversize:
            break
        split += oversize
        con.execute(_SPLIT.substitute(expression=expression, records=RECORDS, limit=limit, sizes=sizes))
    return split


def _summary(con: duckdb.DuckDBPyConnection, block: str, limit: int) -> tuple[int, int, int, int, int]:
    """Blocks and pairs within the limit; blocks, records and pairs beyond it."""
    query = _SUMMARY.substitute(sizes=_SIZES.substitute(block=block), limit=limit)
    [(blocks, pairs, skipped, records, pairs_skipped)] = con.execute(query).fetchall()
    return int(blocks), int(pairs), int(skipped), int(records), int(pairs_skipped)


def _limit_within(con: duckdb.DuckDBPyConnection, block: str, limit: int, budget: int) -> int:
    """The largest block size up to the limit whose pairs keep to the budget."""
    query = f"""
        SELECT coalesce(max(n), 1) FROM (
            SELECT n, sum(sum(pairs)) OVER (ORDER BY n) AS upto
            FROM ({_SIZES.substitute(block=block)}) WHERE n <= {limit} GROUP BY n
        ) WHERE upto <= {budget}
    """
    [(size,)] = con.execute(query).fetchall()
    return int(size)


def _united(by_rule: Sequence[Pairs]) -> Pairs:
    return sorted_unique(np.concatenate(by_rule)) if by_rule else np.empty(0, np.int64)
