"""`popbase purge`: wires a purge to a home, its contracts and its archive."""

from datetime import date, datetime, UTC
from typing import Final

import duckdb
import pyarrow as pa

from matching.state import forget
from pipelines.home import Home
from pipelines.judged import judgements_kept
from pipelines.merge import KEY_FILE
from pipelines.trust import create_trust_tables, SOURCE
from pipelines.writer import hold_writer, process_owner, remove_rehearsal
from sources.contract import load_contracts
from sources.intake import archive_path
from warehouse.database import transaction, warehouse_session
from warehouse.identity_key import warehouse_key
from warehouse.judged_entries import erase_entries
from warehouse.purge import is_rewrite_due, mark_rewritten, purge, Purged, remaining, rewrite

TERMS: Final = "contract_terms"


def erase(home: Home, today: date) -> tuple[Purged, int]:
    """Erase what the contracts' terms of retention no longer allow to be kept; see `warehouse.purge`.

    What a purge that was killed left over, the next one removes. What the linkage keeps of the records goes as well, so
    that the next run links everything anew; ids stay. So do copies that a killed rehearsal left, and the log of errors,
    which may quote records.

    Returns:
        What was erased, and how much past its time is still there: 0.

    Raises:
        WriterBusyError: a run is writing this home.
        WarehouseError: the warehouse or its key cannot be opened.
    """
    with hold_writer(home):
        remove_rehearsal(home)
        home.errors.unlink(missing_ok=True)
        with warehouse_session(home.database) as con:
            key = warehouse_key(con, home.warehouse / KEY_FILE)
            contracts = load_contracts()
            create_trust_tables(con, contracts)
            terms = [{"department": c.department, "retention_days": c.retention_days} for c in contracts]
            con.register(TERMS, pa.Table.from_pylist(terms))
            now = datetime.now(UTC)
            with transaction(con):
                with judgements_kept(con, key, now):
                    done = purge(con, terms=TERMS, source_trust=SOURCE, today=today, by=process_owner(), at=now)
                erase_entries(con)
                if done.mentions:
                    forget(con)
            left = remaining(con, terms=TERMS, today=today) + _remove(con, home) + home.rehearsal.exists()
            is_due = is_rewrite_due(con)
        if is_due:
            rewrite(home.database)
            with warehouse_session(home.database) as con:
                mark_rewritten(con)
    return done, left


def _remove(con: duckdb.DuckDBPyConnection, home: Home) -> int:
    """Take the originals of purged deliveries out of the archive, and return how many are still there."""
    gone = con.execute("""
        SELECT sha256 FROM delivery WHERE sha256 IS NOT NULL GROUP BY sha256 HAVING bool_and(purged_at IS NOT NULL)
    """).fetchall()
    paths = [archive_path(home.archive, sha256) for (sha256,) in gone]
    for path in paths:
        path.unlink(missing_ok=True)
    return sum(path.exists() for path in paths)
