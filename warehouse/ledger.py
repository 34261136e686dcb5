"""The ledger of deliveries: what arrived in which night, what became of it, and what was taken from it.

Here: claiming files once, storing a delivery's standard tables whole or not at all, closing a night. Not here:
reading files (`sources`), who the persons are (`warehouse.crosswalk`).
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final, Literal

import duckdb
import pyarrow as pa

from warehouse.database import transaction
from warehouse.errors import NightOrderError, UnknownDeliveryError
from warehouse.settings import HOME_DIVISION, keep_setting
from warehouse.statements import number, run
from warehouse.tables import CLAIM, FOUND

_FACTS: Final = (
    "extract",
    "status",
    "reason_code",
    "encoding",
    "delimiter",
    "rows_delivered",
    "rows_accepted",
    "rows_quarantined",
    "rows_non_data",
    "headers",
)


@dataclass(frozen=True)
class DeliveryFacts:
    """What reading a delivery found. A refused delivery has no extract, or one that it did not fit."""

    status: Literal["accepted", "refused"]
    rows_delivered: int
    rows_accepted: int
    rows_quarantined: int
    rows_non_data: int
    extract: str | None = None
    reason_code: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    headers: tuple[str, ...] = ()


def newest_merged(con: duckdb.DuckDBPyConnection) -> date | None:
    """The newest night that is merged, published or not."""
    [(night,)] = con.execute("SELECT max(night) FROM night WHERE merged_at IS NOT NULL").fetchall()
    return night  # type: ignore[no-any-return]


def is_published(con: duckdb.DuckDBPyConnection, night: date) -> bool:
    """Whether readers see a night as it is merged now: one that was published, merged again and held back is not."""
    as_now = "(verdict IS NULL OR verdict <> 'blocked' AND verdict_merges = coalesce(merges, 0))"
    published = f"SELECT count(*) FROM night WHERE night = ? AND status = 'published' AND {as_now}"
    return number(con, published, [night]) > 0


def check_night(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Make sure that a night may be merged: nights go forward, and the newest may be continued.

    Raises:
        NightOrderError: a later night is merged already.
    """
    last_merged = newest_merged(con)
    if last_merged is not None and night < last_merged:
        raise NightOrderError(night, last_merged)


def claim_deliveries(con: duckdb.DuckDBPyConnection, night: date, found: pa.Table, claimed_at: datetime) -> pa.Table:
    """Register the files of an intake as deliveries of a night, in one transaction.

    The same files claimed again change nothing, and unfinished deliveries of another night become deliveries
    of this one. Content that a department has delivered before is a duplicate.

    Args:
        con: the warehouse.
        night: the night's label.
        found: shape FOUND, at most one line for each file.
        claimed_at: the present instant.

    Returns:
        CLAIM, by file.

    Raises:
        NightOrderError: a later night is merged already.
    """
    check_night(con, night)
    con.execute("SET VARIABLE wh_night = $1::DATE", [night])
    con.execute("SET VARIABLE wh_claimed_at = $1::TIMESTAMPTZ", [claimed_at])
    con.register("_wh_found", found.select(FOUND.names).cast(FOUND))
    try:
        with transaction(con):
            run(con, "claim")
    finally:
        con.unregister("_wh_found")
    claims = con.sql("SELECT * FROM _wh_claim ORDER BY file, delivery_id").to_arrow_table()
    return claims.select(CLAIM.names).cast(CLAIM)


def pending_deliveries(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Deliveries that were claimed and not yet stored (CLAIM's first four columns, night, rows_promised), by number."""
    return con.sql("""
        SELECT delivery_id, file, department, sha256, night, rows_promised FROM delivery
        WHERE status = 'claimed' ORDER BY delivery_id
    """).to_arrow_table()


def store_delivery(
    con: duckdb.DuckDBPyConnection, delivery_id: int, facts: DeliveryFacts, problems: pa.Table | pa.RecordBatchReader
) -> int:
    """Write all that was taken from one delivery, in one transaction, in place of what was stored before.

    For an accepted delivery the temporary relations `new_std_mention`, `new_std_address` and `new_std_relation`
    (STD_MENTION, STD_ADDRESS, STD_RELATION) hold its mentions; for a refused one they are not looked at.
    Write the receipt first: after this call a run that is killed does not come back to the delivery.

    Args:
        con: the warehouse.
        delivery_id: of a claimed delivery, or of an accepted one whose night is not merged.
        facts: counts and findings.
        problems: shape ROW_PROBLEMS: the quarantined rows.

    Returns:
        The number of mentions.

    Raises:
        UnknownDeliveryError: there is no such delivery to store.
    """
    con.execute("SET VARIABLE wh_delivery_id = $1::INTEGER", [delivery_id])
    con.register("_wh_problem", problems)
    try:
        with transaction(con):
            return _store(con, delivery_id, facts)
    finally:
        con.unregister("_wh_problem")


def _store(con: duckdb.DuckDBPyConnection, delivery_id: int, facts: DeliveryFacts) -> int:
    found = number(con, "SELECT count(*) FROM delivery WHERE delivery_id = ? AND merged_at IS NULL", [delivery_id])
    if not found:
        raise UnknownDeliveryError(delivery_id)
    run(con, "store")
    con.execute("DELETE FROM quarantined_row WHERE delivery_id = ?", [delivery_id])
    con.execute(
        "INSERT INTO quarantined_row BY NAME SELECT ?::INTEGER AS delivery_id, * FROM _wh_problem", [delivery_id]
    )
    if facts.status == "accepted":
        run(con, "store_new")
        _store_addresses(con)
    mentions = number(con, "SELECT count(*) FROM std_mention WHERE delivery_id = ?", [delivery_id])
    values = {**asdict(facts), "headers": list(facts.headers), "mentions": mentions}
    assignments = ", ".join(f"{name} = ${name}" for name in (*_FACTS, "mentions"))
    con.execute(
        f"UPDATE delivery SET {assignments} WHERE delivery_id = $delivery_id", {**values, "delivery_id": delivery_id}
    )
    return mentions


def _store_addresses(con: duckdb.DuckDBPyConnection) -> None:
    run(con, "short_key")
    run(con, "store_addresses")


def vouch(con: duckdb.DuckDBPyConnection, file: str, *, because: str, by: str, at: datetime) -> None:
    """Note that a delivery is right although it looks wrong; checks of arrivals leave it alone from then on.

    Args:
        con: the warehouse.
        file: of an accepted delivery whose night is not merged.
        because: why; it must name no person.
        by: who.
        at: the present instant.

    Raises:
        UnknownDeliveryError: there is no such delivery.
    """
    waiting = "file = $file AND status = 'accepted' AND merged_at IS NULL"
    if not number(con, f"SELECT count(*) FROM delivery WHERE {waiting}", {"file": file}):
        raise UnknownDeliveryError(file)
    con.execute(
        f"UPDATE delivery SET vouched_at = $at, vouched_by = $by, vouched_because = $because WHERE {waiting}",
        {"file": file, "at": at, "by": by, "because": because},
    )


def keep_home_division(con: duckdb.DuckDBPyConnection, code: str) -> None:
    """Keep the county of the base for good, with all addresses so far as `new_std_address` now reads them."""
    with transaction(con):
        _store_addresses(con)
        keep_setting(con, HOME_DIVISION, code)


def finish_night(con: duckdb.DuckDBPyConnection, night: date, merged_at: datetime) -> bool:
    """Close a night: its deliveries are part of the base. Call it in the transaction that wrote the base.

    Returns:
        Whether the night was open; of a night that is closed already only its merges are counted.
    """
    con.execute("UPDATE night SET merges = coalesce(merges, 0) + 1 WHERE night = ?", [night])
    if not number(con, "SELECT count(*) FROM night WHERE night = ? AND status = 'open'", [night]):
        return False
    con.execute("UPDATE delivery SET merged_at = ? WHERE merged_at IS NULL AND status <> 'claimed'", [merged_at])
    con.execute(
        """
        UPDATE night SET status = 'merged', merged_at = $merged_at, deliveries = d.deliveries, mentions = d.mentions
        FROM (
            SELECT count(*) AS deliveries, coalesce(sum(mentions), 0) AS mentions
            FROM delivery WHERE night = $night AND status = 'accepted'
        ) AS d
        WHERE night.night = $night
        """,
        {"night": night, "merged_at": merged_at},
    )
    return True


def mark_published(con: duckdb.DuckDBPyConnection, night: date, snapshot_id: str, published_at: datetime) -> None:
    """Note that readers see a merged night; noted once for each snapshot."""
    con.execute(
        """
        UPDATE night SET status = 'published', snapshot_id = $snapshot_id, published_at = $published_at
        WHERE night = $night AND (status = 'merged' OR snapshot_id IS DISTINCT FROM $snapshot_id)
        """,
        {"night": night, "snapshot_id": snapshot_id, "published_at": published_at},
    )
