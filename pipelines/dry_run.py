"""What a night would change, found out by doing it on a throw-away copy of the home.

The warehouse is copied, intake and archive are hard-linked (both are only read and unlinked). The copy lies
inside HOME, closed to others, and is removed in the end; what a killed rehearsal left, by the next run or purge.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from rich.console import Console

from pipelines.home import Home
from pipelines.progress import run_with_progress
from pipelines.report import NightReport
from pipelines.writer import hold_writer, LOCK_NAME, remove_rehearsal
from warehouse.database import warehouse_session

FINGERPRINTS = pa.schema([("person_id", pa.string()), ("fingerprint", pa.uint64())])
"""Every person of a home with a hash of all columns."""

_FINGERPRINTS = "SELECT person_id, hash(p) AS fingerprint FROM person AS p"
_CHANGES = """
SELECT count(*) FILTER (b.person_id IS NULL) AS added, count(*) FILTER (a.person_id IS NULL) AS removed,
       count(*) FILTER (a.fingerprint <> b.fingerprint) AS changed
FROM before AS b FULL JOIN after AS a USING (person_id)
"""


def rehearse_night(home: Home, night: date, console: Console) -> NightReport:
    """Run a night on a copy; the report's `persons` also says how many rows would be added, removed, changed.

    Raises:
        WriterBusyError: another run is writing this home.
        NightOrderError: a later night is merged already.
    """
    home.prepare()
    with hold_writer(home), _copied(home) as copy:
        report = run_with_progress(copy, night, console)
        with suppress(FileNotFoundError):
            copy.errors.replace(home.errors)  # where a report of a failure says that it is
        return replace(report, persons={**report.persons, **_changes(home, copy)})


@contextmanager
def _copied(home: Home) -> Iterator[Home]:
    remove_rehearsal(home)
    home.rehearsal.mkdir(mode=0o700)
    copy = Home(home.rehearsal)
    try:
        shutil.copytree(home.warehouse, copy.warehouse, ignore=shutil.ignore_patterns(LOCK_NAME))
        for source, target in ((home.intake, copy.intake), (home.archive, copy.archive)):
            shutil.copytree(source, target, symlinks=True, copy_function=_link)
        yield copy.prepare()
    finally:
        remove_rehearsal(home)


def _link(source: str, target: str) -> str:
    """A hard link; a copy where links are not possible; nothing for what is neither (a pipe, a socket)."""
    if Path(source).is_file():
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target)
    return target


def _changes(home: Home, copy: Home) -> dict[str, int]:
    """How many rows of `person` differ between a home and its copy."""
    with duckdb.connect() as con:
        for name, place in (("before", home), ("after", copy)):
            con.register(f"{name}_arrow", _fingerprints(place))
            con.execute(f"CREATE TABLE {name} AS FROM {name}_arrow")
        [row] = con.execute(_CHANGES).fetchall()
    return dict(zip(("rows_added", "rows_removed", "rows_changed"), row, strict=True))


def _fingerprints(home: Home) -> pa.Table:
    if not home.database.exists():
        return FINGERPRINTS.empty_table()
    with warehouse_session(home.database, read_only=True) as con:
        return con.sql(_FINGERPRINTS).to_arrow_table()
