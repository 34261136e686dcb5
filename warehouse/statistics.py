"""Counts by place, age, household and the like, with small cells hidden, as `statistics.yml` declares them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate, product

import duckdb
import numpy as np
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.statements import identifier, run, statement
from warehouse.suppression import find_sums, Sums, suppress

UNKNOWN, OTHER = "不详", "其他"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dimension(_Frozen):
    """What a dimension means; `open`: departments tell its values, so one that few hold could tell of somebody."""

    zh: str
    en: str
    open: bool = False


class Statistic(_Frozen):
    """A statistic: its dimensions, and the sets of them that are published."""

    zh: str
    en: str
    dimensions: dict[str, Dimension]
    sets: tuple[tuple[str, ...], ...]


class Link(_Frozen):
    """Counts of one statistic that are sums of another's.

    A cell of `total` by the dimensions of `where` and `by` is the sum of those cells of `part` by its `set` that have
    the same values in the dimensions that `by` names, and those of `part_where`; a value that lists several (`a + b`)
    is each of them. `times` names a dimension of numbers: each cell counts so often, one of an open class (`10+`) at
    least.
    """

    total: str
    where: dict[str, str] = {}
    by: dict[str, str] = {}
    part: str
    set: tuple[str, ...]
    part_where: dict[str, str] = {}
    times: str | None = None


class Statistics(_Frozen):
    """All that is counted, and which counts are sums of others'."""

    statistics: dict[str, Statistic]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Counted:
    """A statistic before anything is hidden: its dimensions as columns, its cells' values, set of dimensions, count."""

    table: pa.Table
    cells: list[tuple[str | None, ...]]
    which: list[int]
    counts: list[int]


def load_statistics() -> Statistics:
    """What is counted, by the packaged declaration."""
    text = resources.files("warehouse").joinpath("statistics.yml").read_text(encoding="utf-8")
    return Statistics.model_validate(yaml.safe_load(text))


def count_statistics(con: duckdb.DuckDBPyConnection, k: int) -> dict[str, Counted]:
    """All statistics of the base as it is, by name; the temporary table `_wh_stat_estimate` holds estimates.

    Args:
        con: the warehouse; variable `wh_night` is the day for which ages are told.
        k: the smallest count that may be told.
    """
    con.execute("SET VARIABLE wh_least = $1", [k])
    for prepared in ("statuses", "stat_persons"):
        run(con, prepared)
    counted = {name: _count(con, name, each, k) for name, each in load_statistics().statistics.items()}
    con.execute(f"CREATE OR REPLACE TEMP TABLE _wh_stat_estimate AS {statement('stat_estimate')}")
    con.execute("DROP TABLE _wh_living")
    return counted


def hide_counts(counted: dict[str, Counted], k: int) -> dict[str, pa.Table]:
    """The statistics as they may be told: without counts below k, nor what would tell such. Asks no database.

    Returns:
        By name: the dimensions (strings, null where summed over), `count` (int64, null where hidden), `is_hidden`.
    """
    declared = load_statistics()
    # Readers have all tables, so what to hide is chosen for all at once.
    first = dict(zip(counted, accumulate((len(each.cells) for each in counted.values()), initial=0), strict=False))
    counts = [count for each in counted.values() for count in each.counts]
    weighted, beyond = _weighted_sums(declared, counted, first, counts)
    sums = Sums.of(_sums(declared, counted, first), weighted)
    unpublished = range(len(counts), len(counts) + len(beyond))
    hidden = suppress(np.array(counts + beyond, np.int64), sums, k, unpublished)
    tables = {}
    for name, each in counted.items():
        is_hidden = hidden[first[name] : first[name] + len(each.cells)]
        columns = {"count": pa.array(np.array(each.counts, np.int64), mask=is_hidden), "is_hidden": pa.array(is_hidden)}
        tables[name] = pa.table({**dict(zip(each.table.column_names, each.table.columns, strict=True)), **columns})
    return tables


def _count(con: duckdb.DuckDBPyConnection, name: str, statistic: Statistic, k: int) -> Counted:
    dimensions = list(statistic.dimensions)
    values = ", ".join(
        f"coalesce({identifier(each)}::VARCHAR, '{UNKNOWN}') AS {identifier(each)}" for each in dimensions
    )
    told = ", ".join(_told(each, meaning) for each, meaning in statistic.dimensions.items())
    rare = "".join(
        f", {_rare(each)} AS (SELECT {identifier(each)} FROM known GROUP BY ALL HAVING count(*) < {k})"
        for each, meaning in statistic.dimensions.items()
        if meaning.open
    )
    columns = ", ".join(map(identifier, dimensions))
    sets = ", ".join(f"({', '.join(map(identifier, each))})" for each in statistic.sets)
    found = con.sql(f"""
        WITH known AS (SELECT {values} FROM ({statement(name)})){rare}, unit AS (SELECT {told} FROM known)
        SELECT {columns}, count(*) AS n, GROUPING_ID({columns}) AS grouping FROM unit GROUP BY GROUPING SETS ({sets})
        ORDER BY ALL
    """).to_arrow_table()
    # Bit i of GROUPING_ID, from the last dimension on, says that the dimension is summed over.
    summed = {
        sum(1 << place for place, each in enumerate(reversed(dimensions)) if each not in one): number
        for number, one in enumerate(statistic.sets)
    }
    cells = list(zip(*(found[each].to_pylist() for each in dimensions), strict=True))
    which = [summed[each] for each in found["grouping"].to_pylist()]
    return Counted(found.select(dimensions), cells, which, found["n"].to_pylist())


def _told(name: str, dimension: Dimension) -> str:
    """A dimension's value of a unit: values of an open dimension that are rare are one."""
    column = identifier(name)
    return (
        f"CASE WHEN {column} IN (FROM {_rare(name)}) THEN '{OTHER}' ELSE {column} END AS {column}"
        if dimension.open
        else column
    )


def _rare(name: str) -> str:
    """Of an open dimension: the values that fewer than k units have."""
    return identifier(f"rare_{name}")


def _sums(declared: Statistics, counted: dict[str, Counted], first: dict[str, int]) -> list[tuple[int, list[int]]]:
    """All published sums between cells, which are numbered through: `first` is the number of a statistic's first."""
    sums = []
    for name, statistic in declared.statistics.items():
        dimensions = list(statistic.dimensions)
        sets = [tuple(map(dimensions.index, each)) for each in statistic.sets]
        within = find_sums(counted[name].cells, sets, counted[name].which)
        sums += [(first[name] + total, [first[name] + part for part in parts]) for total, parts in within]
    for link in declared.links:
        if link.times is None:
            sums += [(total, [part for part, _ in parts]) for total, parts in _linked(declared, counted, first, link)]
    return sums


def _weighted_sums(
    declared: Statistics, counted: dict[str, Counted], first: dict[str, int], counts: Sequence[int]
) -> tuple[list[tuple[int, list[int], list[int]]], list[int]]:
    """All sums in which a cell counts several times; and by how much open classes exceed their least.

    The latter are further cells, numbered behind all others, which nobody is told.
    """
    sums: list[tuple[int, list[int], list[int]]] = []
    beyond: list[int] = []
    for link in declared.links:
        if link.times is not None:
            for total, found in _linked(declared, counted, first, link):
                parts = [part for part, _ in found]
                times = [cell[link.times] for _, cell in found]
                weights = [int(each.removesuffix("+")) for each in times]
                if any(each.endswith("+") for each in times):
                    least = int(np.dot([counts[part] for part in parts], weights))
                    parts, weights = [*parts, len(counts) + len(beyond)], [*weights, 1]
                    beyond.append(counts[total] - least)
                sums.append((total, parts, weights))
    return sums, beyond


def _linked(
    declared: Statistics, counted: dict[str, Counted], first: dict[str, int], link: Link
) -> Iterator[tuple[int, list[tuple[int, dict[str, str]]]]]:
    """Each total of a link, and its parts with their values."""
    parts: dict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = {}
    for n, cell in _cells(declared, counted, link.part, link.set):
        if link.part_where.items() <= cell.items():
            for values in product(*(cell[each].split(" + ") for each in link.by.values())):
                parts.setdefault(values, []).append((first[link.part] + n, cell))
    for n, cell in _cells(declared, counted, link.total, (*link.where, *link.by)):
        if link.where.items() <= cell.items():
            yield first[link.total] + n, parts.get(tuple(cell[each] for each in link.by), [])


def _cells(
    declared: Statistics, counted: dict[str, Counted], name: str, dimensions: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and values of a statistic's cells by one of its sets of dimensions."""
    statistic = declared.statistics[name]
    wanted = next(n for n, each in enumerate(statistic.sets) if set(each) == set(dimensions))
    for n, (cell, which) in enumerate(zip(counted[name].cells, counted[name].which, strict=True)):
        if which == wanted:
            yield n, {each: value for each, value in zip(statistic.dimensions, cell, strict=True) if value is not None}


def keep_estimates(con: duckdb.DuckDBPyConnection, residents: str) -> None:
    """Drop estimates of whom `stat_population`, the relation `residents`, hides: they start from the number known."""
    con.execute(f"""
        DELETE FROM _wh_stat_estimate WHERE population NOT IN (
            SELECT coalesce(population, 'all') FROM {identifier(residents)}
            WHERE NOT is_hidden AND coalesce(town, sex_code) IS NULL)
    """)
