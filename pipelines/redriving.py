"""`popbase redrive`: deliveries read again from the archive, once a contract was mended."""

from dataclasses import dataclass
from datetime import datetime, UTC

import duckdb

from pipelines.errors import NothingToRedriveError
from pipelines.home import Home
from pipelines.judged import judgements_kept
from pipelines.merge import KEY_FILE
from pipelines.trust import create_trust_tables, SOURCE
from pipelines.writer import hold_writer, process_owner
from sources.contract import load_contracts
from sources.intake import archive_path, put_back
from warehouse.database import warehouse_session
from warehouse.identity_key import warehouse_key
from warehouse.withdrawal import withdraw_delivery

REASON = "redrive"

# Of content that was refused and delivered again since, only the last time counts.
_WANTED = """
    SELECT delivery_id, department, file, sha256, status FROM delivery
    WHERE sha256 IS NOT NULL AND purged_at IS NULL
        AND department IS NOT NULL AND merged_at IS NOT NULL AND status IN ('accepted', 'refused')
        AND (delivery_id = $delivery OR $delivery IS NULL AND department = $department
            AND (status = 'refused' OR rows_quarantined > 0))
    QUALIFY status = 'accepted' OR delivery_id = max(delivery_id) OVER (PARTITION BY department, sha256)
    ORDER BY delivery_id
"""


@dataclass(frozen=True)
class Redriven:
    """How many files lie in the intake again, and how many mentions were taken back until the next run reads them."""

    files: int
    mentions: int


def redrive(home: Home, delivery_id: int | None = None, department: str | None = None) -> Redriven:
    """Put deliveries back into the intake, and take what was read of them out of the stored records.

    The next run reads them as if they had just arrived, under the contract of then. Persons keep their ids; see
    `warehouse.withdrawal`.

    Args:
        home: the deployment.
        delivery_id: one delivery, or
        department: all of a department that were refused, or of which rows could not be used.

    Raises:
        NothingToRedriveError: there is no such delivery.
        WriterBusyError: a run is writing this home.
        WarehouseError: the warehouse or its key cannot be opened.
    """
    now = datetime.now(UTC)
    with hold_writer(home), warehouse_session(home.database) as con:
        key = warehouse_key(con, home.warehouse / KEY_FILE)
        wanted = con.execute(_WANTED, {"delivery": delivery_id, "department": department}).fetchall()
        if not wanted:
            raise NothingToRedriveError("no such delivery that was accepted or refused after reading; see `delivery`")
        create_trust_tables(con, load_contracts())
        with judgements_kept(con, key, now):
            return Redriven(len(wanted), sum(_again(con, home, now, *row) for row in wanted))


def _again(
    con: duckdb.DuckDBPyConnection, home: Home, now: datetime,
    delivery_id: int, department: str, file: str, sha256: str, status: str,
) -> int:  # fmt: skip
    """First the file, then the withdrawal: a kill between the two leaves a duplicate, which is harmless."""
    put_back(archive_path(home.archive, sha256), home.intake, file)
    if status == "refused":
        return 0
    by = process_owner()
    return withdraw_delivery(con, delivery_id, source_trust=SOURCE, reason=REASON, by=by, at=now).mentions
