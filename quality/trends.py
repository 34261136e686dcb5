"""What each night measures of itself, kept for ever, and whether tonight is as other nights were.

A measure drifts when it is further from its usual value than strange nights, chance and a least distance explain
(`sql/trend.sql`). While there are too few nights to tell it is neither usual nor a drift.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from quality.rules import NIGHT, NoneFound, Suite
from quality.statements import sql
from warehouse.statements import literal

TREND: Final = "base_trend"
LEAST_NIGHTS: Final = 7
LEAST_WEEKDAYS: Final = 4
"""Nights to compare with at least; of the same weekday, at least so many to leave the others out."""
LEAST_COUNTED: Final = 100
"""Fewer of them have no distribution worth comparing."""


@dataclass(frozen=True)
class Measure:
    """A measure: the least distance that counts, in its unit or as a share of the usual value; and a fixed budget."""

    name: str
    title: str
    least: float = 0.0
    share: float = 0.0
    budget: float | None = None


MEASURES: Final = (
    Measure("rows", "rows delivered", share=0.3),
    Measure("quarantine_rate", "share of rows that could not be used", least=0.05),
    Measure("filled", "share of mentions with an attribute", least=0.05),
    Measure("understood", "share of values that could be understood or agree", least=0.05),
    Measure("codes", "codes, by population stability index", least=0.1),
    Measure("linked_rate", "share of mentions whose person has other records", least=0.05),
    Measure("new_person_rate", "share of mentions whose person is new", least=0.05),
    Measure("match_weights", "weights of compared pairs, by population stability index", least=0.1),
    Measure("cluster_sizes", "records of persons, by population stability index", least=0.1),
    Measure("persons", "persons", share=0.02),
    Measure("households", "households", share=0.05),
    Measure("id_churn", "share of ids merged, split or withdrawn", least=0.001, budget=0.01),
)


def measure_night(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write what a merged night measures of itself (`night_metric`), in place of what it measured before.

    Args:
        con: the warehouse, not in a transaction; its temporary tables and variables named check_ are ours.
        night: merged already.
    """
    con.execute("SET VARIABLE check_night = $1::DATE", [night])
    con.execute(sql("metrics"))
    con.execute("RESET VARIABLE check_night")


def compare_night(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Write how a night's measures compare with those of the nights before it (`night_trend`)."""
    for name, value in (
        ("night", night),
        ("least_nights", LEAST_NIGHTS),
        ("least_weekdays", LEAST_WEEKDAYS),
        ("least_counted", LEAST_COUNTED),
    ):
        con.execute(f"SET VARIABLE check_{name} = $1", [value])
    con.execute("CREATE OR REPLACE TEMP TABLE check_budget (metric VARCHAR, least DOUBLE, share DOUBLE, budget DOUBLE)")
    budgets = [(each.name, each.least, each.share, each.budget) for each in MEASURES]
    con.executemany("INSERT INTO check_budget VALUES ($1, $2, $3, $4)", budgets)
    con.execute(sql("trend"))
    con.execute("DROP TABLE check_budget; RESET VARIABLE check_night")


def trend_suite() -> Suite:
    """Tonight is as other nights were: one rule for each measure, which departments and items are in `night_trend`."""
    tonight = f"SELECT * FROM night_trend WHERE night = {NIGHT}"
    return Suite(
        name=TREND,
        title="Measures of tonight, beside those of the nights before",
        table="night_trend",
        subject=tonight,
        rules=tuple(
            NoneFound(
                name=f"{each.name}_as_usual",
                severity="warn",
                query=f"{tonight} AND metric = {literal(each.name)} AND state = 'drift'",
            )
            for each in MEASURES
        ),
    )


@dataclass(frozen=True)
class Trends:
    """Trends of a night: rules without enough history, and each drift in words, without personal values."""

    undecided: tuple[str, ...]
    drifts: tuple[str, ...]


def read_trends(con: duckdb.DuckDBPyConnection, night: date) -> Trends:
    """The trends of a compared night."""
    decided = "SELECT DISTINCT metric FROM night_trend WHERE night = $1 AND state <> 'too_early'"
    known = {metric for (metric,) in con.execute(decided, [night]).fetchall()}
    rows = con.execute(
        """
        SELECT metric, concat_ws('/', nullif(department, ''), nullif(extract, ''), nullif(item, '')) AS place, value,
            coalesce(usual, 0), nights
        FROM night_trend WHERE night = $1 AND state = 'drift' ORDER BY ALL
        """,
        [night],
    ).fetchall()
    return Trends(
        tuple(f"{each.name}_as_usual" for each in MEASURES if each.name not in known),
        tuple(
            f"{metric} {place}: {value:.4g}, usual {usual:.4g} of {nights} nights"
            for metric, place, value, usual, nights in rows
        ),
    )
