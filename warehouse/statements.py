"""SQL of this room: read from `sql/`, names quoted in one place, and tables changed only where they differ.

No decision about data is taken here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

import duckdb

DIFFERENCE: Final = "_wh_difference"


@dataclass(frozen=True)
class Changes:
    """Rows that a table gained, lost, or holds with other values."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        """The changes of two parts of a table."""
        return Changes(self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted)

    @property
    def total(self) -> int:
        """All rows that are not as before."""
        return self.inserted + self.updated + self.deleted


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places where DuckDB binds none (ATTACH, COPY, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"


def statement(name: str, **relations: str) -> str:
    """The text of `sql/<name>.sql`, with each `{relation}` replaced by an identifier."""
    text = resources.files("warehouse").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    for key, relation in relations.items():
        text = text.replace("{" + key + "}", identifier(relation))
    return text


def run(con: duckdb.DuckDBPyConnection, name: str, **relations: str) -> None:
    """Run the statements of `sql/<name>.sql`; values reach them as variables (`getvariable`)."""
    con.execute(statement(name, **relations))


def keep_basis(con: duckdb.DuckDBPyConnection, table: str, basis: str) -> bool:
    """Remember in a table (basis) what rows were made on, by its digest; whether it is not what it was."""
    digest = hashlib.sha256(basis.encode()).hexdigest()
    if con.execute(f"SELECT basis FROM {identifier(table)}").fetchall() == [(digest,)]:
        return False
    con.execute(f"DELETE FROM {identifier(table)}")
    con.execute(f"INSERT INTO {identifier(table)} VALUES ($1)", [digest])
    return True


def number(con: duckdb.DuckDBPyConnection, query: str, values: object = None) -> int:
    """The one number that a query gives; null is 0."""
    rows = con.execute(query, values).fetchall()
    return int(rows[0][0] or 0) if rows else 0


def write_differences(
    con: duckdb.DuckDBPyConnection, target: str, source: str, key: Sequence[str], touched: str = "true"
) -> Changes:
    """Make a table hold exactly the rows of a relation, touching only rows that differ.

    Args:
        con: the warehouse, inside of the caller's transaction.
        target: the table; its columns are taken from the source by name.
        source: a relation with at least the table's columns.
        key: columns that are unique in both and never null.
        touched: a condition over rows of both; all others are the same, and are not looked at.
    """
    if not number(con, f"SELECT count(*) FROM (FROM {identifier(target)} LIMIT 1)"):
        return Changes(inserted=_insert(con, target, f"SELECT * FROM {identifier(source)}"))
    columns = ", ".join(map(identifier, columns_of(con, target)))
    keys = ", ".join(map(identifier, key))
    here, there = (f"(FROM {identifier(name)} WHERE {touched})" for name in (target, source))
    difference = f"SELECT {columns} FROM {there} EXCEPT SELECT {columns} FROM {here}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {DIFFERENCE} AS {difference}")
    deleted = number(con, f"SELECT count(*) FROM (SELECT {keys} FROM {here} ANTI JOIN {there} USING ({keys}))")
    changed = number(con, f"SELECT count(*) FROM {DIFFERENCE}")
    updated = number(con, f"SELECT count(*) FROM {DIFFERENCE} SEMI JOIN {here} USING ({keys})") if changed else 0
    if deleted:
        con.execute(
            f"DELETE FROM {identifier(target)} WHERE ({touched}) AND ({keys}) NOT IN (SELECT ({keys}) FROM {there})"
        )
    if updated:
        con.execute(f"DELETE FROM {identifier(target)} WHERE ({keys}) IN (SELECT ({keys}) FROM {DIFFERENCE})")
    if changed:
        _insert(con, target, f"SELECT * FROM {DIFFERENCE}")
    con.execute(f"DROP TABLE {DIFFERENCE}")
    return Changes(changed - updated, updated, deleted)


def columns_of(con: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """The names of a relation's columns."""
    return [row[0] for row in con.execute(f"DESCRIBE {identifier(relation)}").fetchall()]


def _insert(con: duckdb.DuckDBPyConnection, target: str, query: str) -> int:
    columns = ", ".join(map(identifier, columns_of(con, target)))
    return number(con, f"INSERT INTO {identifier(target)} ({columns}) SELECT {columns} FROM ({query})")
