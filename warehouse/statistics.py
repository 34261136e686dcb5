"""Counts by place, age, household and the like, with small cells hidden, as `statistics.yml` declares them."""

from importlib import resources

import duckdb
import numpy as np
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.statements import identifier, run, statement
from warehouse.suppression import find_sums, suppress

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


class _Statistics(_Frozen):
    statistics: dict[str, Statistic]


def load_statistics() -> dict[str, Statistic]:
    """The statistics by name of their table."""
    text = resources.files("warehouse").joinpath("statistics.yml").read_text(encoding="utf-8")
    return _Statistics.model_validate(yaml.safe_load(text)).statistics


def build_statistics(con: duckdb.DuckDBPyConnection, k: int) -> dict[str, pa.Table]:
    """All statistics of the base as it is; the temporary table `_wh_stat_estimate` holds those that are no counts.

    Args:
        con: the warehouse; variable `wh_night` is the day for which ages are told.
        k: the smallest count that may be told.

    Returns:
        By name: the dimensions (strings, null where summed over), `count` (int64, null where hidden), `is_hidden`.
    """
    run(con, "stat_persons")
    tables = {name: _build(con, name, statistic, k) for name, statistic in load_statistics().items()}
    con.execute(f"CREATE OR REPLACE TEMP TABLE _wh_stat_estimate AS {statement('stat_estimate')}")
    con.execute(f"DELETE FROM _wh_stat_estimate WHERE residents_known < {k}; DROP TABLE _wh_living")
    return tables


def _told(name: str, dimension: Dimension, k: int) -> str:
    """A dimension's value of a unit: values of an open dimension that fewer than k units have are one."""
    value = f"coalesce({identifier(name)}::VARCHAR, '{UNKNOWN}')"
    if not dimension.open:
        return value
    return f"CASE WHEN count(*) OVER (PARTITION BY {identifier(name)}) < {k} THEN '{OTHER}' ELSE {value} END"


def _build(con: duckdb.DuckDBPyConnection, name: str, statistic: Statistic, k: int) -> pa.Table:
    dimensions = list(statistic.dimensions)
    values = ", ".join(
        f"{_told(each, meaning, k)} AS {identifier(each)}" for each, meaning in statistic.dimensions.items()
    )
    columns = ", ".join(map(identifier, dimensions))
    sets = ", ".join(f"({', '.join(map(identifier, each))})" for each in statistic.sets)
    found = con.sql(f"""
        WITH unit AS (SELECT {values} FROM ({statement(name)}))
        SELECT {columns}, count(*) AS n, GROUPING_ID({columns}) AS grouping FROM unit GROUP BY GROUPING SETS ({sets})
        ORDER BY ALL
    """).to_arrow_table()
    numbers = [tuple(dimensions.index(each) for each in one) for one in statistic.sets]
    # Bit i of GROUPING_ID, from the last dimension on, says that the dimension is summed over.
    summed = {
        sum(1 << (len(dimensions) - 1 - d) for d in range(len(dimensions)) if d not in one): number
        for number, one in enumerate(numbers)
    }
    which = np.array([summed[each] for each in found["grouping"].to_pylist()], np.int64)
    cells = list(zip(*(found[each].to_pylist() for each in dimensions), strict=True))
    counts = found["n"].to_numpy().astype(np.int64)
    hidden = suppress(counts, find_sums(cells, numbers, which), k)
    return pa.table({
        **{each: found[each] for each in dimensions},
        "count": pa.array(counts, mask=hidden),
        "is_hidden": pa.array(hidden),
    })  # fmt: skip
