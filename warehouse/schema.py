"""Versions of the warehouse's tables: the numbered files of `migrations/`, each applied once, whole or not at all."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import duckdb

from warehouse.errors import ChangedMigrationError, NewerWarehouseError, NotAWarehouseError

_JOURNAL: Final = """
CREATE TABLE schema_migration (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL)
"""
_NOWHERE = Path(":memory:")


@dataclass(frozen=True)
class Migration:
    """One step from a version of the tables to the next."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Digest of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load_migrations() -> tuple[Migration, ...]:
    """The migrations of this program, oldest first."""
    files = sorted(
        (file for file in resources.files("warehouse").joinpath("migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return tuple(_load(file.name, file.read_text(encoding="utf-8")) for file in files)


def migrate(
    con: duckdb.DuckDBPyConnection, path: Path = _NOWHERE, migrations: tuple[Migration, ...] | None = None
) -> int:
    """Apply the migrations that a database has not seen, in one transaction, and return their number.

    Args:
        con: a new or existing warehouse, not in a transaction.
        path: named in errors.
        migrations: those of this program when omitted.

    Raises:
        NotAWarehouseError: the database holds tables of something else.
        NewerWarehouseError: it has seen migrations that this program does not know.
        ChangedMigrationError: a migration is not the one that was applied.
    """
    known = load_migrations() if migrations is None else migrations
    waiting = known[_applied(con, path, known) :]
    if not waiting:
        return 0
    con.begin()
    try:
        if len(waiting) == len(known):
            con.execute(_JOURNAL)
        for migration in waiting:
            con.execute(migration.sql)
            con.execute(
                "INSERT INTO schema_migration VALUES (?, ?, ?, now())",
                [migration.version, migration.name, migration.sha256],
            )
    except BaseException:
        con.rollback()
        raise
    con.commit()
    return len(waiting)


def check_version(con: duckdb.DuckDBPyConnection, path: Path = _NOWHERE) -> None:
    """Make sure that the tables are exactly of this program's version.

    Raises:
        NotAWarehouseError: they are older, and the connection may not migrate them.
        NewerWarehouseError, ChangedMigrationError: as `migrate`.
    """
    known = load_migrations()
    if _applied(con, path, known) < len(known):
        raise NotAWarehouseError(path, "its tables are of an older version; run a night, or open it for writing once")


def _load(file_name: str, sql: str) -> Migration:
    version, name = file_name.removesuffix(".sql").split("_", 1)
    return Migration(int(version), name, sql)


def _applied(con: duckdb.DuckDBPyConnection, path: Path, known: tuple[Migration, ...]) -> int:
    """How many of the known migrations the database has seen."""
    tables = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()}
    if not tables:
        return 0
    if "schema_migration" not in tables:
        raise NotAWarehouseError(path, "it holds tables of something else; move it away")
    seen = con.execute("SELECT version, name, sha256 FROM schema_migration ORDER BY version").fetchall()
    for migration, (version, name, sha256) in zip(known, seen, strict=False):
        if (migration.version, migration.sha256) != (version, sha256):
            raise ChangedMigrationError(version, name)
    if len(seen) > len(known):
        raise NewerWarehouseError(path, f"its tables are of version {seen[-1][0]}; upgrade this installation")
    return len(seen)
