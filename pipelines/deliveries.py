"""Carries deliveries through the rooms: archived file → rows → standard tables and receipt.

Wiring only: what a file means is decided in `sources`, what is kept in `warehouse.ledger`.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

import duckdb
import pyarrow as pa
from structlog.typing import FilteringBoundLogger

from pipelines.home import Home
from pipelines.read_ahead import ReadAhead
from sources.contract import Contract, Extract
from sources.heap import BATCH_ROWS
from sources.home_division import find_home_division
from sources.intake import archive_path
from sources.mentions import raw_mentions_sql, relations_sql
from sources.reading import read_delivery, Reading
from sources.receipt import ReceiptFacts, Status, write_receipt
from sources.standardise import count_repaired, reparse_addresses, standardise_mentions
from warehouse import ledger
from warehouse.settings import HOME_DIVISION, read_setting

SLICE_ROWS: Final = 500_000
"""Rows of a delivery that are standardised at a time, so that memory follows from this and not from the file."""


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


def standardise_deliveries(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    ahead: ReadAhead,
    contract: Contract,
    contracts: Sequence[Contract],
    night: date,
    log: FilteringBoundLogger,
) -> DepartmentCounts:
    """Read and store every delivery of a department that waits for it, and log each with its counts.

    The first delivery of the departments that follow, by name, is begun to be read.
    """
    counts = DepartmentCounts()
    waiting = sorted(ledger.pending_deliveries(con).to_pylist(), key=lambda delivery: delivery["department"])
    own = [delivery for delivery in waiting if delivery["department"] == contract.department]
    by_name = {each.department: each for each in contracts}
    begin = partial(_begin, home, ahead, by_name)
    division = _home_division(con, by_name, waiting, night, begin) if own else None
    queue = [delivery for delivery in waiting if delivery["department"] >= contract.department]
    for number, delivery in enumerate(own, 1):
        for each in queue[number - 1 : number + 1]:
            begin(each)
        reading = ahead.take(delivery["delivery_id"])
        mentions = _standardise_delivery(con, home, contract, night, delivery, reading, division)
        counts.add(reading, mentions)
        log.info(
            "delivery",
            department=contract.department,
            delivery=delivery["delivery_id"],
            extract=reading.extract.extract if reading.extract else None,
            refused=reading.refused_reason,
            delivered=reading.rows_delivered,
            accepted=reading.rows_accepted,
            quarantined=reading.rows_quarantined,
            non_data=reading.rows_non_data,
            mentions=mentions,
        )
    return counts


def _begin(
    home: Home, ahead: ReadAhead, contracts: Mapping[str, Contract], delivery: dict[str, Any]
) -> Future[Reading]:
    path, name = archive_path(home.archive, delivery["sha256"]), PurePosixPath(delivery["file"]).name
    contract = contracts[delivery["department"]]
    return ahead.begin(
        delivery["delivery_id"],
        lambda: read_delivery(path, name, contract, tuple(contracts.values()), home.warehouse),
    )


def _home_division(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    waiting: Sequence[dict[str, Any]],
    night: date,
    begin: Callable[[dict[str, Any]], Future[Reading]],
) -> str | None:
    """The county of this base: as kept, else as the first waiting register of residents tells it, for good."""
    if kept := read_setting(con, HOME_DIVISION):
        return kept
    for delivery in waiting:
        contract = contracts[delivery["department"]]
        if not any(extract.registers_residents for extract in contract.extracts):
            continue
        reading = begin(delivery).result()
        if reading.extract is None or not reading.extract.registers_residents:
            continue
        _extract_mentions(con, contract, reading.extract, next(reading.rows.slices(SLICE_ROWS)))
        if found := find_home_division(con, "raw_mention"):
            reparse_addresses(con, "std_address", found, night)
            ledger.keep_home_division(con, found)
            return found
    return None


def _extract_mentions(con: duckdb.DuckDBPyConnection, contract: Contract, extract: Extract, rows: pa.Table) -> None:
    """Register the mentions of rows as `raw_mention` (RAW_MENTION), in chunks that threads share."""
    con.register("delivered_row", rows)
    try:
        mentions = raw_mentions_sql(contract.department, extract, "delivered_row")
        con.register("raw_mention", con.sql(mentions).to_arrow_table(BATCH_ROWS))
    finally:
        con.unregister("delivered_row")


def _standardise_delivery(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    contract: Contract,
    night: date,
    delivery: dict[str, Any],
    reading: Reading,
    division: str | None,
) -> int:
    reading = _with_promise(reading, delivery["rows_promised"])
    _standardise(con, contract, reading, delivery["delivery_id"], night, division)
    repaired = count_repaired(con) if reading.extract else 0
    _write_receipt(home, night, delivery, reading, repaired)
    return ledger.store_delivery(con, delivery["delivery_id"], _facts(reading), reading.problems.batches())


def _with_promise(reading: Reading, rows_promised: int | None) -> Reading:
    """The reading, with a warning when the department promised another number of records."""
    if reading.refused_reason or rows_promised in (None, reading.rows_accepted + reading.rows_quarantined):
        return reading
    return replace(reading, warnings=(*reading.warnings, "manifest_count_differs"))


def _standardise(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    reading: Reading,
    delivery_id: int,
    night: date,
    division: str | None,
) -> None:
    """Leave `new_std_mention`, `new_std_address` and `new_std_relation` for the ledger, made slice by slice."""
    extract = reading.extract
    if extract is None:
        return
    for number, rows in enumerate(reading.rows.slices(SLICE_ROWS)):
        _extract_mentions(con, contract, extract, rows)
        standardise_mentions(
            con,
            raw_relation="raw_mention",
            delivery_id=delivery_id,
            department=contract.department,
            extract=extract.extract,
            roles=extract.roles,
            night=night,
            home_division=division,
            known_addresses_relation="std_address",
        )
        con.unregister("raw_mention")
        con.execute(f"CREATE OR REPLACE TEMP TABLE new_std_relation AS {relations_sql(extract, 'new_std_mention')}")
        for table in ("std_mention", "std_address", "std_relation"):
            if number:
                con.execute(f"INSERT INTO whole_{table} FROM new_{table}")
            else:
                con.execute(f"DROP TABLE IF EXISTS whole_{table}; ALTER TABLE new_{table} RENAME TO whole_{table}")
    for table in ("std_mention", "std_address", "std_relation"):
        con.execute(f"DROP TABLE IF EXISTS new_{table}; ALTER TABLE whole_{table} RENAME TO new_{table}")


def _write_receipt(home: Home, night: date, delivery: dict[str, Any], reading: Reading, rows_repaired: int) -> None:
    status: Status = "refused" if reading.refused_reason else "accepted"
    facts = ReceiptFacts(
        department=delivery["department"],
        file=delivery["file"],
        sha256=delivery["sha256"],
        size_bytes=archive_path(home.archive, delivery["sha256"]).stat().st_size,
        status=status,
        night=night.isoformat(),
        reason_code=reading.refused_reason,
        rows_repaired=rows_repaired,
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
        headers=tuple(sorted({*reading.headers, *reading.unknown_columns})),
    )
