"""Running the statements of `sources/sql`. What they mean is written in each file; no SQL here."""

from datetime import date
from functools import cache
from pathlib import Path

import duckdb

SQL = Path(__file__).parent.parent / "sql"


@cache
def read_statements(name: str) -> str:
    """The text of `sources/sql/<name>.sql`."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def run_statements(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Run files of statements in order; they read and replace temporary tables by fixed names."""
    for name in names:
        con.execute(read_statements(name))


def prepare_statements(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Make the macros that the statements use; dates after `night` lie in the future."""
    con.execute("SET VARIABLE night = $1", [night])
    run_statements(con, "macros")
