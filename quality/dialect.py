"""A SQLAlchemy engine over a DuckDB connection that is already open, for Great Expectations alone.

Why not duckdb-engine: it opens (and closes) connections of its own, while one process holds the
warehouse; its results are fetched after the close, and so come empty (great_expectations#11579).
Here nothing is opened, closed, begun or committed: the borrowed connection, its open transaction and
its temporary views are used as they are, and each result is buffered by the cursor that made it.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import DBAPIConnection, ReflectedColumn, ReflectedPrimaryKeyConstraint
from sqlalchemy.pool import StaticPool

COLUMNS = "SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"


class BufferedCursor:
    """A DB-API cursor which takes all rows at once. Only counts and names pass here, so it stays small."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        """Use a connection that stays somebody else's."""
        self._con = con
        self._rows: list[Any] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and keep its rows."""
        done = self._con.execute(statement, list(parameters))
        self.description = done.description
        self._rows = done.fetchall()

    def fetchone(self) -> Any:  # noqa: ANN401 - as in DB-API
        """The next row, or None."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        """At most `size` further rows."""
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Any]:
        """All further rows."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Nothing to close."""


class BorrowedConnection:
    """A DB-API connection which leaves the life and the transaction of the real one alone."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        """Borrow a connection."""
        self._con = con

    def cursor(self) -> BufferedCursor:
        """A new cursor on the same connection."""
        return BufferedCursor(self._con)

    def commit(self) -> None:
        """Not ours to do."""

    def rollback(self) -> None:
        """Not ours to do."""

    def close(self) -> None:
        """Not ours to do."""


class BorrowedDuckDB(DefaultDialect):
    """The little of a DuckDB dialect that checks need: standard SQL, and the columns of a relation."""

    name = "duckdb"
    driver = "borrowed"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_native_boolean = True

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """The module whose `Error` SQLAlchemy wraps."""
        return duckdb

    def initialize(self, connection: sa.Connection) -> None:
        """Ask the database nothing."""
        self.default_schema_name = "main"

    def do_rollback(self, dbapi_connection: DBAPIConnection) -> None:
        """Not ours to do."""

    def get_columns(
        self, connection: sa.Connection, table_name: str, schema: str | None = None, **kw: object
    ) -> list[ReflectedColumn]:
        """Names of the columns; their types are left to DuckDB."""
        rows = connection.exec_driver_sql(COLUMNS, (str(table_name),)).fetchall()
        return [{"name": name, "type": sa.types.NullType(), "nullable": True, "default": None} for (name,) in rows]

    def get_pk_constraint(
        self, connection: sa.Connection, table_name: str, schema: str | None = None, **kw: object
    ) -> ReflectedPrimaryKeyConstraint:
        """Views have none."""
        return {"constrained_columns": [], "name": None}


def borrow(con: duckdb.DuckDBPyConnection) -> sa.Engine:
    """A SQLAlchemy engine that runs on `con`, with parameters hidden from its errors."""
    sa.dialects.registry.register("duckdb.borrowed", __name__, BorrowedDuckDB.__name__)
    return sa.create_engine(
        "duckdb+borrowed://", creator=lambda: BorrowedConnection(con), poolclass=StaticPool, hide_parameters=True
    )
