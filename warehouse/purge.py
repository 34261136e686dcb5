"""Purges: what departments' terms of retention no longer allow to be kept is erased, and the proof of it is kept.

Here: rows of the warehouse, and its file written anew, since what is deleted stays in free blocks of it. Not here: the
originals in the archive (`pipelines.purging`), the base without what was erased, which the next merge makes.
"""

import os
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from warehouse.database import copy_database
from warehouse.judged_entries import ERASABLE
from warehouse.settings import drop_setting, keep_setting, read_setting
from warehouse.statements import number, run
from warehouse.withdrawal import take_out

_BY_DEPARTMENT: Final = (
    "crosswalk_version", "person_attribute_version", "person_dwelling_version", "person_employment_version",
)  # fmt: skip
"""Tables of history of which each row is one department's; any other row is several departments' in common."""

_IN_COMMON: Final = (
    "person_version", "person_runner_up_version", "dwelling_version", "employer_version", "household_version",
    "household_member_version", "person_relation_version",
)  # fmt: skip

_UNSTATED: Final = """
    address_raw NOT IN (
        SELECT stated FROM (
            SELECT unnest([residence_address_raw, registered_address_raw, dwelling_address_raw]) AS stated
            FROM std_mention
        ) WHERE stated IS NOT NULL)
"""
"""Condition of an address that no stored record states any more."""

_REWRITE_DUE: Final = "purge_rewrite_due"
"""Setting: rows were erased, and the file has not been written anew since."""

_ORIGINALS: Final = """
    SELECT DISTINCT sha256 FROM _wh_expired WHERE sha256 IS NOT NULL
        AND sha256 NOT IN (SELECT sha256 FROM delivery ANTI JOIN _wh_expired USING (delivery_id)
            WHERE sha256 IS NOT NULL AND purged_at IS NULL)
    ORDER BY 1
"""


@dataclass(frozen=True)
class Purged:
    """What a purge erased, in rows; `originals` are the contents (SHA-256) that no delivery within its term has."""

    deliveries: int
    originals: tuple[str, ...]
    quarantined_rows: int
    mentions: int
    versions: int


def purge(
    con: duckdb.DuckDBPyConnection, *, terms: str, source_trust: str, today: date, by: str, at: datetime
) -> Purged:
    """Erase what is past its time, in the transaction of the caller; `rewrite` is due then.

    Of a delivery whose night is longer ago than the term of its department: the rows that could not be used, and the
    records that later ones replaced or ended. What is in force stays while it is. Of history: rows of a department that
    ended longer ago than its term, and rows that departments have in common that ended longer ago than the longest. So
    does what came from a department without a term. Addresses go with the last record that states them.

    Args:
        con: the warehouse.
        terms: relation (department, retention_days).
        source_trust: relation SOURCE_TRUST; see `warehouse.withdrawal`.
        today: the day by which terms are reckoned.
        by: who.
        at: the present instant.
    """
    con.execute("SET VARIABLE wh_today = $1::DATE", [today])
    run(con, "purge", terms=terms)
    originals = tuple(sha256 for (sha256,) in con.execute(_ORIGINALS).fetchall())
    deliveries = number(con, "SELECT count(*) FROM _wh_expired")
    mentions = number(con, "SELECT count(*) FROM _wh_leaving")
    take_out(con, source_trust)
    rows = _deleted(con, "quarantined_row", "delivery_id IN (SELECT delivery_id FROM _wh_expired)")
    addresses = _deleted(con, "std_address", _UNSTATED)
    con.execute("DELETE FROM address_key WHERE address NOT IN (SELECT md5_number_upper(address_raw) FROM std_address)")
    versions = sum(_deleted(con, table, condition) for table, condition in _ended(terms))
    con.execute(
        """
        UPDATE delivery SET purged_at = coalesce(purged_at, $1), mentions = CASE WHEN mentions IS NOT NULL THEN
            (SELECT count(*) FROM std_mention AS m WHERE m.delivery_id = delivery.delivery_id) END
        WHERE delivery_id IN (SELECT delivery_id FROM _wh_past)
        """,
        [at],
    )
    con.execute("DROP TABLE _wh_past; DROP TABLE _wh_expired")
    done = Purged(deliveries, originals, rows, mentions, versions)
    if addresses or done != Purged(0, (), 0, 0, 0):
        con.execute(
            "INSERT INTO purge VALUES ($at, $by, $deliveries, $originals, $quarantined_rows, $mentions, $versions)",
            {**asdict(done), "originals": len(originals), "at": at, "by": by},
        )
        keep_setting(con, _REWRITE_DUE, at.isoformat())
    return done


def is_rewrite_due(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether free blocks of the file may hold what was erased, by this purge or by one that was killed."""
    return read_setting(con, _REWRITE_DUE) is not None


def mark_rewritten(con: duckdb.DuckDBPyConnection) -> None:
    """The file was written anew since the last purge."""
    drop_setting(con, _REWRITE_DUE)


def remaining(con: duckdb.DuckDBPyConnection, *, terms: str, today: date) -> int:
    """How many rows are kept past their time: 0 after a purge."""
    con.execute("SET VARIABLE wh_today = $1::DATE", [today])
    run(con, "purge", terms=terms)
    left = number(con, "SELECT (SELECT count(*) FROM _wh_expired) + (SELECT count(*) FROM _wh_leaving)")
    left += number(con, f"SELECT count(*) FROM judged_entry WHERE {ERASABLE}")
    left += number(con, f"SELECT count(*) FROM std_address WHERE {_UNSTATED}")
    left += sum(number(con, f"SELECT count(*) FROM {table} WHERE {condition}") for table, condition in _ended(terms))
    con.execute("DROP TABLE _wh_past; DROP TABLE _wh_expired; DROP TABLE _wh_leaving")
    return left


def rewrite(path: Path) -> None:
    """Write a warehouse anew without the blocks of what was deleted, and put it in the place of the old one.

    Raises:
        OSError, duckdb.OperationalError: there is no room for a second file; the first is as it was.
        WarehouseError: it cannot be opened.
    """
    aside = path.with_name(f"{path.stem}.rewritten")
    aside.unlink(missing_ok=True)
    try:
        copy_database(path, aside)
        with aside.open("rb") as stream:
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _ended(terms: str) -> list[tuple[str, str]]:
    """Table and condition of history that ended too long ago."""
    longest = f"(SELECT max(retention_days) FROM {terms})"
    own = f"coalesce((SELECT t.retention_days FROM {terms} AS t WHERE t.department = {{0}}.department), {longest})"
    past = "to_night IS NOT NULL AND to_night + {0}::INTEGER < getvariable('wh_today')"
    by_department = [(table, past.format(own.format(table))) for table in _BY_DEPARTMENT]
    return by_department + [(table, past.format(longest)) for table in _IN_COMMON]


def _deleted(con: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return number(con, f"DELETE FROM {table} WHERE {condition}")
