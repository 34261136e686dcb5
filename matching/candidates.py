"""Candidate pairs: a plan of blocks for each rule, then the pairs, each once.

Blocks are counted before any pair is made. A block that is too large is split by further expressions, or skipped;
either is recorded. A pair is the number `l << 32 | r` of its two records, l < r.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import duckdb
import numpy as np
from numpy.typing import NDArray

from matching.blocks import Blocks, Keys, Members, Pairs, Records, THREADS, united
from matching.errors import SpecError
from matching.records import RECORDS
from matching.spec import Rule, Spec

Apart = NDArray[np.int8]
"""For each record the number of its table, where no two records of one table are ever paired; else -1."""


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
    """All candidate pairs, sorted, and the blocks of each rule; `possible` counts all pairs there could be."""

    pairs: Pairs
    by_rule: tuple[Members, ...]
    plan: tuple[RulePlan, ...]
    possible: int
    fixed: tuple[frozenset[str], ...] = field(default=())
    """For each rule the columns in which all its pairs agree, wholly or in part."""

    @property
    def reduction_ratio(self) -> float:
        """Share of all possible pairs that need not be compared."""
        return 1 - len(self.pairs) / self.possible if self.possible else 1.0


NO_CANDIDATES = Candidates(np.empty(0, np.int64), (), (), 0)


def find_candidates(
    con: duckdb.DuckDBPyConnection, spec: Spec, rules: Sequence[Rule], known: Candidates = NO_CANDIDATES
) -> Candidates:
    """Plan and make the candidate pairs of `_link_record`.

    Args:
        con: where the records are.
        spec: limits, and which tables are de-duplicated.
        rules: blocking rules of the spec.
        known: the candidates of other rules over the same records; they are among those returned.

    Raises:
        SpecError: a key is no SQL expression over the columns, or cannot be computed for a record.
    """
    apart = con.sql(f"SELECT {_apart_sql(spec)} AS apart FROM {RECORDS}").fetchnumpy()["apart"]
    plans, kept, budget = [], [], spec.blocking.most_pairs
    with ThreadPoolExecutor(THREADS) as pool:
        for rule, blocks in zip(rules, pool.map(lambda each: Blocks.of(*each), _keys(con, spec, rules)), strict=True):
            plan, within = _plan_rule(con, spec, rule, blocks, apart, budget)
            plans.append(plan)
            kept.append(within.members())
            budget = max(budget - plan.pairs, 0)
    return Candidates(
        united(kept, apart, known.pairs), (*known.by_rule, *kept), (*known.plan, *plans), count_possible(con, spec),
        (*known.fixed, *(columns_of(rule, spec.column_names) for rule in rules)),
    )  # fmt: skip


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


def _keys(con: duckdb.DuckDBPyConnection, spec: Spec, rules: Sequence[Rule]) -> Iterator[tuple[Keys, Records]]:
    """For each rule the rows of (hash of a key, record), sorted; missing keys have none."""
    for rule in rules:
        key = key_sql(con, spec, rule)
        try:
            found = con.execute(f"""
                SELECT k, record FROM (SELECT {key} AS k, record FROM {RECORDS}) WHERE k IS NOT NULL ORDER BY ALL
            """).fetchnumpy()
        except duckdb.Error as error:  # its text would show the value
            raise SpecError(
                spec.spec, f"blocking rule {rule.label}: some record has no such key: {type(error).__name__}"
            ) from None
        yield found["k"], found["record"]


def _plan_rule(
    con: duckdb.DuckDBPyConnection, spec: Spec, rule: Rule, blocks: Blocks, apart: Apart, budget: int
) -> tuple[RulePlan, Blocks]:
    """The plan of a rule, and the blocks that it keeps."""
    limit, split = spec.blocking.size_of(rule), 0
    for expression in spec.blocking.split_by:
        is_large = blocks.size > limit
        if not is_large.any():
            break
        split += int(is_large.sum())
        blocks = blocks.select(~is_large) + blocks.select(is_large).split(*_parts(con, expression))
    pairs = blocks.count_pairs(apart)
    if pairs[blocks.size <= limit].sum() > budget:
        limit = _limit_within(blocks.size, pairs, limit, budget)
    is_kept = blocks.size <= limit
    plan = RulePlan(
        rule.label, int(is_kept.sum()), int(pairs[is_kept].sum()), limit, split,
        int((~is_kept).sum()), int(blocks.size[~is_kept].sum()), int(pairs[~is_kept].sum()),
    )  # fmt: skip
    return plan, blocks.select(is_kept)


def _parts(con: duckdb.DuckDBPyConnection, expression: str) -> tuple[Keys, NDArray[np.bool_]]:
    """For each record the hash of an expression that splits blocks, and whether it has one."""
    found = con.execute(f"""
        SELECT hash(part) AS part, part IS NOT NULL AS known
        FROM (SELECT CAST({expression} AS VARCHAR) AS part FROM {RECORDS})
    """).fetchnumpy()
    return found["part"], found["known"]


def _limit_within(size: NDArray[np.int64], pairs: NDArray[np.int64], limit: int, budget: int) -> int:
    """The largest block size up to the limit whose pairs keep to the budget."""
    by_size = np.bincount(size[size <= limit], pairs[size <= limit])
    within = np.flatnonzero((np.cumsum(by_size) <= budget) & (by_size > 0))
    return int(within.max(initial=1))
