"""Carries deliveries through the rooms: intake → archive and ledger → rows → standard tables and receipt.

Wiring only: what a file means is decided in `sources`, what is kept in `warehouse.ledger`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.home import Home
from sources.contract import Contract
from sources.errors import IntakeError
from sources.intake import archive_file, archive_path, FoundFile, remove_from_intake, scan_intake
from sources.mentions import raw_mentions_sql, relations_sql
from sources.reading import read_delivery, Reading
from sources.receipt import ReceiptFacts, Status, write_receipt
from sources.standardise import standardise_mentions
from warehouse import ledger
from warehouse.tables import FOUND

ELSEWHERE = "_elsewhere"
"""Folder of the receipts for files that lie in no department's folder."""

STILL_ARRIVING = frozenset({"file_changed", "file_gone"})


@dataclass(frozen=True)
class IntakeCounts:
    """Files of one look at the intake; `refused` by reason code."""

    claimed: int
    duplicate: int
    arriving: int
    refused: dict[str, int]


@dataclass
class DepartmentCounts:
    """Files and rows of a department that one run has read; `refused` by reason code."""

    files: int = 0
    delivered: int = 0
    accepted: int = 0
    quarantined: int = 0
    non_data: int = 0
    mentions: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, reading: Reading, mentions: int) -> None:
        """Count one file."""
        self.files += 1
        self.delivered += reading.rows_delivered
        self.accepted += reading.rows_accepted
        self.quarantined += reading.rows_quarantined
        self.non_data += reading.rows_non_data
        self.mentions += mentions
        if reading.refused_reason:
            self.refused[reading.refused_reason] = self.refused.get(reading.refused_reason, 0) + 1


def claim_deliveries(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    departments: Collection[str],
    night: date,
    now: datetime,
    quiet_seconds: float,
) -> IntakeCounts:
    """Archive what lies in the intake, enter it in the ledger, and answer for what will not be read."""
    ledger.check_night(con, night)
    found = scan_intake(home.intake, departments, now.timestamp(), quiet_seconds)
    arriving = [file for file in found if file.state == "arriving"]
    lines = [_archived(home, file) for file in found if file.state != "arriving"]
    finished = [line for line in lines if line["reason_code"] not in STILL_ARRIVING]
    claims = ledger.claim_deliveries(con, night, pa.Table.from_pylist(finished, FOUND), now).to_pylist()
    sizes = {line["file"]: line["size_bytes"] for line in finished}
    _answer_unread(con, home, night, claims, sizes)
    status = Counter(claim["status"] for claim in claims)
    refused = Counter(line["reason_code"] for line in finished if line["reason_code"])
    return IntakeCounts(
        status["claimed"],
        status["duplicate"],
        len(arriving) + len(lines) - len(finished),
        dict(sorted(refused.items())),
    )


def standardise_deliveries(
    con: duckdb.DuckDBPyConnection, home: Home, contract: Contract, contracts: Sequence[Contract], night: date
) -> DepartmentCounts:
    """Read and store every delivery of a department that waits for it."""
    counts = DepartmentCounts()
    waiting = ledger.pending_deliveries(con).to_pylist()
    for delivery in waiting:
        if delivery["department"] == contract.department:
            _standardise_delivery(con, home, contract, contracts, night, delivery, counts)
    return counts


def clear_intake(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> int:
    """Take away the files that a merged night holds, and return how many could not be."""
    files = con.execute(
        "SELECT file, sha256 FROM delivery WHERE night = ? AND merged_at IS NOT NULL AND sha256 IS NOT NULL", [night]
    ).fetchall()
    removed = [remove_from_intake(home.intake, file, sha256) for file, sha256 in files]
    return removed.count(False)


def _archived(home: Home, file: FoundFile) -> dict[str, Any]:
    """A line of FOUND: the content's hash, or the reason why the file may not be opened."""
    sha256, reason_code = None, file.reason_code
    if reason_code is None:
        try:
            sha256 = archive_file(home.intake, file, home.archive)
        except IntakeError as error:
            reason_code = error.reason_code
    return {
        "file": file.path,
        "department": file.department,
        "sha256": sha256,
        "size_bytes": file.size_bytes,
        "reason_code": reason_code,
    }


def _answer_unread(
    con: duckdb.DuckDBPyConnection, home: Home, night: date, claims: Sequence[dict[str, Any]], sizes: dict[str, int]
) -> None:
    """Receipts for duplicates and for what was refused at the door."""
    for claim in claims:
        if claim["is_new"] and claim["status"] in ("duplicate", "refused"):
            facts = ReceiptFacts(
                department=claim["department"],
                file=claim["file"],
                sha256=claim["sha256"],
                size_bytes=sizes[claim["file"]],
                status=claim["status"],
                night=night.isoformat(),
                reason_code=claim["reason_code"],
                first_file=_first_file(con, claim),
            )
            write_receipt(home.receipts / (claim["department"] or ELSEWHERE), facts)


def _first_file(con: duckdb.DuckDBPyConnection, claim: dict[str, Any]) -> str | None:
    """The file that brought the same content before."""
    if claim["status"] != "duplicate":
        return None
    earlier = "SELECT file FROM delivery WHERE department = ? AND sha256 = ? AND delivery_id <> ? ORDER BY delivery_id"
    files = con.execute(earlier, [claim["department"], claim["sha256"], claim["delivery_id"]]).fetchall()
    return str(files[0][0]) if files else None


def _standardise_delivery(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    contract: Contract,
    contracts: Sequence[Contract],
    night: date,
    delivery: dict[str, Any],
    counts: DepartmentCounts,
) -> None:
    path = archive_path(home.archive, delivery["sha256"])
    reading = read_delivery(path, PurePosixPath(delivery["file"]).name, contract, contracts)
    _standardise(con, contract, reading, delivery["delivery_id"], night)
    _write_receipt(home, night, delivery, reading, path.stat().st_size)
    mentions = ledger.store_delivery(con, delivery["delivery_id"], _facts(reading), reading.problems)
    counts.add(reading, mentions)


def _standardise(
    con: duckdb.DuckDBPyConnection, contract: Contract, reading: Reading, delivery_id: int, night: date
) -> None:
    """Leave `new_std_mention`, `new_std_address` and `new_std_relation` for the ledger."""
    extract = reading.extract
    if extract is None:
        return
    con.register("delivered_row", reading.rows)
    try:
        mentions = raw_mentions_sql(contract.department, extract, "delivered_row")
        con.execute(f"CREATE OR REPLACE TEMP TABLE raw_mention AS {mentions}")
    finally:
        con.unregister("delivered_row")
    standardise_mentions(
        con,
        raw_relation="raw_mention",
        delivery_id=delivery_id,
        department=contract.department,
        extract=extract.extract,
        roles=extract.roles,
        night=night,
        known_addresses_relation="std_address",
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE new_std_relation AS {relations_sql(extract, 'new_std_mention')}")


def _write_receipt(home: Home, night: date, delivery: dict[str, Any], reading: Reading, size_bytes: int) -> None:
    status: Status = "refused" if reading.refused_reason else "accepted"
    facts = ReceiptFacts(
        department=delivery["department"],
        file=delivery["file"],
        sha256=delivery["sha256"],
        size_bytes=size_bytes,
        status=status,
        night=night.isoformat(),
        reason_code=reading.refused_reason,
    )
    write_receipt(home.receipts / delivery["department"], facts, reading)


def _facts(reading: Reading) -> ledger.DeliveryFacts:
    return ledger.DeliveryFacts(
        status="refused" if reading.refused_reason else "accepted",
        extract=reading.extract.extract if reading.extract else None,
        reason_code=reading.refused_reason,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        rows_delivered=reading.rows_delivered,
        rows_accepted=reading.rows_accepted,
        rows_quarantined=reading.rows_quarantined,
        rows_non_data=reading.rows_non_data,
    )
