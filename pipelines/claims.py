"""Carries files from the intake into archive and ledger, answers for those that will not be read, clears the intake.

Wiring only: what may be opened is decided in `sources.intake`, what is new in `warehouse.ledger`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.home import Home
from sources.companions import read_promise, remove_companions
from sources.errors import IntakeError
from sources.intake import archive_file, FoundFile, remove_from_intake, scan_intake
from sources.receipt import ReceiptFacts, write_receipt
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
    lines = [_archived(home, file, now, quiet_seconds) for file in found if file.state != "arriving"]
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


def clear_intake(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> int:
    """Take away the files that a merged night holds, and return how many could not be."""
    files = con.execute(
        "SELECT file, sha256 FROM delivery WHERE night = ? AND merged_at IS NOT NULL AND sha256 IS NOT NULL", [night]
    ).fetchall()
    removed = [remove_from_intake(home.intake, file, sha256) for file, sha256 in files]
    for (file, _), is_gone in zip(files, removed, strict=True):
        if is_gone:
            remove_companions(home.intake, file)
    return removed.count(False)


def _archived(home: Home, file: FoundFile, now: datetime, quiet_seconds: float) -> dict[str, Any]:
    """A line of FOUND: the content's hash, or the reason why the file may not be opened."""
    sha256, reason_code = None, file.reason_code
    promise = read_promise(home.intake, file.companions)
    if reason_code is None:
        try:
            sha256 = archive_file(home.intake, file, home.archive)
        except IntakeError as error:
            reason_code = error.reason_code
    if sha256 and promise.sha256 not in (None, sha256):
        # The digest may have come before the end of the file did.
        is_young = now.timestamp() - file.modified_at < quiet_seconds
        sha256, reason_code = None, "file_changed" if is_young else "checksum_differs"
    return {
        "file": file.path,
        "department": file.department,
        "sha256": sha256,
        "size_bytes": file.size_bytes,
        "reason_code": reason_code,
        "rows_promised": promise.rows,
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
