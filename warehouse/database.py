"""The one module that opens database files: the restricted warehouse, the published base, snapshots being built.

Not here: what the tables are (`warehouse.schema` and `migrations/`), nor what is done with them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from warehouse.errors import (
    CorruptWarehouseError,
    DatabaseFileError,
    MissingWarehouseError,
    NewerWarehouseError,
    NotAWarehouseError,
    WarehouseBusyError,
)
from warehouse.schema import check_version, migrate
from warehouse.statements import identifier, literal

WAREHOUSE_STORAGE: Final = "v1.4.0"
"""Storage format of a new warehouse. Pinned, so that an upgrade of DuckDB never changes a file that nobody
asked to change, and the file can be rescued with the 1.4 long-term release. Rejected: v1.0.0 (weaker
compression of texts, and nobody but us reads this file), v2.0.0 (the default: no 1.x opens it)."""

VACUUM_TASKS: Final = 4
"""So many times does a checkpoint merge row groups of a table that are not full, not 100: behind the first night of a
million people, 900 MB of 3.5 GB were written a second time, and all at once."""

SNAPSHOT_STORAGE: Final = "v1.0.0"
"""Storage format of the published base: analysts have any DuckDB since 1.0, also inside other tools.
Tried: a file written by 2.0 as v1.0.0 opens in 1.0.0 and 1.4.4; one written by default opens in neither."""

_UNSOUND_OPTIMIZER: Final = "statistics_propagation"
"""Off for questions of analysts. Seen in DuckDB 2.0.0: `p LEFT JOIN l ON l.k = 'b' AND l.s = p.s LIMIT 1` gives
all rows of p when statistics say that no l.k is 'b'; without this optimizer it gives one."""

_MAGIC_AT, _MAGIC = 8, b"DUCK"

_FAULTS: Final[tuple[tuple[str, type[DatabaseFileError], str], ...]] = (
    ("could not set lock", WarehouseBusyError, "another process has it open; wait until it is done"),
    ("different configuration", WarehouseBusyError, "this process has it open already; close that connection first"),
    ("unique file handle", WarehouseBusyError, "this process has it open already; close that connection first"),
    ("with version number", NewerWarehouseError, "a newer DuckDB wrote it; upgrade this installation"),
    ("not a valid duckdb", NotAWarehouseError, "this is no DuckDB database; move it away"),
    ("permission denied", DatabaseFileError, "this user may not open it; see the owner and mode of the file"),
)


def open_warehouse(
    path: Path, *, read_only: bool = False, memory_limit: str | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the restricted warehouse, make it if there is none, and bring its tables to this version.

    Args:
        path: the database file; its folder exists and is closed to other users.
        read_only: change nothing, not even the version of the tables.
        memory_limit: as DuckDB writes it, such as `2GiB`; DuckDB's own choice when omitted.
        threads: most threads of a query.

    Raises:
        DatabaseFileError: in its kinds: busy, missing, foreign, newer, corrupt.
        ChangedMigrationError: the program's migrations are not those of the file.
    """
    _check_file(path, must_exist=read_only)
    limits = {"memory_limit": memory_limit, "threads": threads}
    config = {
        "storage_compatibility_version": WAREHOUSE_STORAGE,
        "max_vacuum_tasks": VACUUM_TASKS,
        "temp_directory": str(path.with_name(f"{path.stem}.spill")),
        **{name: value for name, value in limits.items() if value is not None},
    }
    con = _connect(path, read_only=read_only, config=config)
    try:
        if not read_only:
            path.chmod(0o600)
            migrate(con, path)
        check_version(con, path)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def warehouse_session(
    path: Path, *, read_only: bool = False, memory_limit: str | None = None, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """`open_warehouse`, closed at the end."""
    con = open_warehouse(path, read_only=read_only, memory_limit=memory_limit, threads=threads)
    try:
        yield con
    finally:
        con.close()


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the published base for questions: read only, and shut off from files and network.

    Links are followed first, so that the connection stays with one snapshot while others are published.

    Raises:
        DatabaseFileError: in its kinds.
    """
    _check_file(path, must_exist=True)
    con = _connect(path.resolve(), read_only=True, config={})
    con.execute(f"SET disabled_optimizers = {literal(_UNSOUND_OPTIMIZER)}")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commit at the end, roll back on any error."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


@contextmanager
def memory_limited(con: duckdb.DuckDBPyConnection, limit: str) -> Iterator[None]:
    """Inside, DuckDB holds no more than a limit, as DuckDB writes it; afterwards it has the limit that it had."""
    [(before,)] = con.execute("SELECT current_setting('memory_limit')").fetchall()
    con.execute(f"SET memory_limit = {literal(limit)}")
    try:
        yield
    finally:
        con.execute(f"SET memory_limit = {literal(before)}")


@contextmanager
def attached_snapshot(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> Iterator[None]:
    """A new database file of a snapshot, attached under a name while it is written."""
    con.execute(f"ATTACH {literal(str(path))} AS {identifier(name)} (STORAGE_VERSION {literal(SNAPSHOT_STORAGE)})")
    try:
        yield
        con.execute(f"CHECKPOINT {identifier(name)}")
    finally:
        con.execute(f"DETACH {identifier(name)}")


def copy_database(source: Path, target: Path) -> None:
    """Write all that is in a warehouse into a new file for its owner alone; nothing of what was deleted is in it.

    Raises:
        DatabaseFileError: in its kinds.
    """
    _check_file(source, must_exist=True)
    with _connect(source, read_only=False, config={}) as con:
        name = con.execute("SELECT current_database()").fetchall()[0][0]
        con.execute(f"ATTACH {literal(str(target))} AS _copy (STORAGE_VERSION {literal(WAREHOUSE_STORAGE)})")
        target.chmod(0o600)
        con.execute(f"COPY FROM DATABASE {identifier(name)} TO _copy")
        con.execute("CHECKPOINT _copy")
        con.execute("DETACH _copy")


def _connect(path: Path, *, read_only: bool, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    alone = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    try:
        con = duckdb.connect(str(path), read_only=read_only, config={**alone, **config})
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET enable_progress_bar = false")
    except duckdb.Error as error:
        raise _explain(path, error) from error
    return con


def _explain(path: Path, error: duckdb.Error) -> DatabaseFileError:
    text = str(error).lower()
    for sign, kind, fault in _FAULTS:
        if sign in text:
            return kind(path, fault)
    return CorruptWarehouseError(path, "it cannot be read; restore it from its backup")


def _check_file(path: Path, *, must_exist: bool) -> None:
    if not path.exists():
        if must_exist:
            raise MissingWarehouseError(path, "there is no such file; run a night first")
        if not path.parent.is_dir():
            raise MissingWarehouseError(path, "its folder does not exist; make it first")
        return
    if not path.is_file():
        raise NotAWarehouseError(path, "this is no file; move it away")
    if path.stat().st_size == 0 and not must_exist:
        path.unlink()  # what a kill at the very first opening leaves; DuckDB refuses to fill it
        return
    with path.open("rb") as stream:
        if stream.read(_MAGIC_AT + len(_MAGIC))[_MAGIC_AT:] != _MAGIC:
            raise NotAWarehouseError(path, "this is no DuckDB database; move it away")
