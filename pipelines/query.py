"""One SELECT on the published base, shown as table, CSV or JSON lines."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.errors import PipelinesError
from pipelines.home import Home
from warehouse.database import open_published
from warehouse.errors import WarehouseError

FORMATS = ("table", "csv", "json")
BATCH_ROWS = 10_000


class QueryError(PipelinesError):
    """The query cannot be answered; the text is DuckDB's, in one line."""


def run_query(home: Home, query: str, style: str, limit: int, console: Console) -> None:
    """Run a query and show its rows.

    Args:
        home: whose published base.
        query: one statement; the base is opened read-only, without access to other files.
        style: one of FORMATS; csv and json go to standard output in full.
        limit: rows shown in a table, 0 for all.
        console: where the table goes.

    Raises:
        QueryError: nothing is published, the query is wrong, or is more than one statement.
    """
    if not home.base.exists():
        raise QueryError("nothing is published yet; run a night first: popbase run")
    try:
        with open_published(home.base) as con:
            if len(con.extract_statements(query)) > 1:
                raise QueryError("more than one statement, of which only the last would be shown; give one SELECT")
            found = con.execute(query)
            if found is None or found.description is None:
                raise QueryError("no statement to answer; give one SELECT")
            names = [column[0] for column in found.description]
            _SHOW[style](names, found, limit, console)
    except (duckdb.Error, WarehouseError) as error:
        raise QueryError(" ".join(str(error).split())) from None


def _show_table(names: Sequence[str], found: duckdb.DuckDBPyConnection, limit: int, console: Console) -> None:
    rows = found.fetchmany(limit + 1) if limit else found.fetchall()
    shown = [["" if value is None else str(value) for value in row] for row in rows[: limit or None]]
    widths = (max(map(cell_len, column)) + 3 for column in zip(names, *shown, strict=True))
    if sum(widths) <= console.width:
        table = Table(header_style="bold")
        for name in names:
            table.add_column(Text(name))
        for row in shown:
            table.add_row(*map(Text, row))
        console.print(table)
    else:
        _show_records(names, shown, console)
    if limit and len(rows) > limit:
        console.print(f"first {limit} rows; --limit 0 shows all", style="dim")


def _show_records(names: Sequence[str], rows: Iterable[Sequence[str]], console: Console) -> None:
    """Rows that are wider than the screen, one field a line."""
    for number, row in enumerate(rows, start=1):
        console.rule(f"row {number}", align="left", style="dim")
        fields = Table.grid(padding=(0, 2))
        for name, value in zip(names, row, strict=True):
            fields.add_row(Text(name, style="bold"), Text(value))
        console.print(fields)


def _write_csv(names: Sequence[str], found: duckdb.DuckDBPyConnection, limit: int, console: Console) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for rows in _batches(found):
        writer.writerows(rows)


def _write_json(names: Sequence[str], found: duckdb.DuckDBPyConnection, limit: int, console: Console) -> None:
    for rows in _batches(found):
        for row in rows:
            sys.stdout.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str) + "\n")


def _batches(found: duckdb.DuckDBPyConnection) -> Iterable[list[tuple[Any, ...]]]:
    while rows := found.fetchmany(BATCH_ROWS):
        yield rows


_SHOW = {"table": _show_table, "csv": _write_csv, "json": _write_json}
