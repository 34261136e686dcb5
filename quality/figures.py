"""The figures of a night for people: counts, rates and codes from the warehouse, no value of a person among them.

Each figure is a small table, a list of dicts; what it is, its SQL says (`sql/figure_*.sql`).
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb

from quality.reconcile import sql

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class NightFigures:
    """What the report of a night shows.

    `events`: what became of persons. `reasons`: why rows could not be used, by department. `scores`: one line for each
    department. `history`: rows and quarantine of all nights. `weights`: compared pairs by bits. `agreement`: how often
    two departments say the same of those whom both know. `clusters`: persons whose records look like several, and
    likely missed links. `errors`: estimated rates of wrong and missed links by group. `drifts`: measures unlike before.
    """

    events: Rows
    reasons: Rows
    scores: Rows
    history: Rows
    weights: Rows
    agreement: Rows
    clusters: Rows
    errors: Rows
    drifts: Rows


def no_figures() -> NightFigures:
    """The figures of a home in which nothing was merged yet."""
    return NightFigures(**{field.name: [] for field in fields(NightFigures)})


def read_figures(con: duckdb.DuckDBPyConnection, night: date) -> NightFigures:
    """The figures of a measured night.

    Args:
        con: the warehouse; nothing but temporary tables is written.
        night: merged, measured and compared (`quality.trends`).
    """
    con.execute("SET VARIABLE check_night = $1::DATE", [night])
    figures = {field.name: _rows(con, field.name) for field in fields(NightFigures)}
    con.execute("RESET VARIABLE check_night")
    return NightFigures(**figures)


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> Rows:
    found = con.execute(sql(f"figure_{name}"))
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
