"""The figures of a night for people: counts, rates and codes from the warehouse, no value of a person among them.

Each figure is a small table, a list of dicts; what it is, its SQL says (`sql/figures/`).
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb

from quality.statements import sql

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class NightFigures:
    """What the report of a night shows.

    `events`: what became of persons. `reasons`: why rows could not be used, by department. `scores`: one line for each
    department. `history`: rows and quarantine of all nights. `weights`: compared pairs by bits. `agreement`: how often
    two departments say the same of those whom both know. `denials`: records that others deny, by department and
    attribute. `clusters`: persons whose records look like several, and likely missed links; `doubts`: the same by
    department. `errors`: estimated rates of wrong and missed links by group. `drifts`: measures unlike before.
    """

    events: Rows
    reasons: Rows
    scores: Rows
    history: Rows
    weights: Rows
    agreement: Rows
    denials: Rows
    clusters: Rows
    doubts: Rows
    errors: Rows
    drifts: Rows


def read_figures(con: duckdb.DuckDBPyConnection, night: date) -> NightFigures:
    """The figures of a night; all are empty when it was not merged.

    Args:
        con: the warehouse; nothing is written there.
        night: measured and compared before (`quality.trends`).
    """
    if not con.execute("SELECT 1 FROM night WHERE night = $1 AND merged_at IS NOT NULL", [night]).fetchall():
        return no_figures()
    con.execute("SET VARIABLE check_night = $1::DATE", [night])
    con.execute(sql("signs"))
    figures = {field.name: _rows(con, field.name) for field in fields(NightFigures)}
    con.execute("RESET VARIABLE check_night")
    for made in ("TABLE check_sign", "TABLE check_record", "TYPE check_department"):
        con.execute(f"DROP {made}")
    return NightFigures(**figures)


def no_figures() -> NightFigures:
    """The figures of a night of which nothing is known."""
    return NightFigures(**{field.name: [] for field in fields(NightFigures)})


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> Rows:
    found = con.execute(sql(f"figures/{name}"))
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
