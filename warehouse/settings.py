"""Facts about a deployment that are found once and kept, and marks of work begun: a name, a value."""

from typing import Final

import duckdb

HOME_DIVISION: Final = "home_division"
"""The county that the base is kept for (GB/T 2260)."""


def read_setting(con: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """The value of a setting, or None while it has not been found."""
    rows = con.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchall()
    return rows[0][0] if rows else None


def drop_setting(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Forget a setting; nothing happens while it has not been found."""
    con.execute("DELETE FROM setting WHERE name = ?", [name])


def keep_setting(con: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    """Keep a setting until it is dropped; the first value stays."""
    con.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", [name, value])
