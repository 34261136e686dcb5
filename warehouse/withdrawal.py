"""Withdrawals: a delivery's effect taken out of the base again, while what nights published stays told.

Here: its mentions leave the standard tables, and ids that they founded go on with another record of the same person.
Not here: the base without them, which the next merge makes (`matching` links again what they linked).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from warehouse.database import transaction
from warehouse.errors import UnknownDeliveryError
from warehouse.statements import number, run

_OPEN: Final = "SELECT count(*) FROM delivery WHERE delivery_id = $1 AND status = 'accepted'"
_LEAVING: Final = (
    "CREATE OR REPLACE TEMP TABLE _wh_leaving AS SELECT mention_id FROM std_mention WHERE delivery_id = $1"
)


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal took: mentions; and what of the ids they founded: those that go on, those that sleep."""

    mentions: int
    ids_kept: int
    ids_sleeping: int


def withdraw_delivery(
    con: duckdb.DuckDBPyConnection, delivery_id: int, *, source_trust: str, reason: str, by: str, at: datetime
) -> Withdrawn:
    """Take a delivery back, in one transaction; the next merge makes the base what it is without it.

    An id goes on while any other record of its person is held. Of whom nothing else is known the id sleeps: it is
    theirs again when the same entry is delivered once more under the same name. Archive and receipt stay, and the
    content may be delivered again.

    Args:
        con: the warehouse.
        delivery_id: of an accepted delivery, merged or not.
        source_trust: relation SOURCE_TRUST, by which the next founding record is chosen.
        reason: why; it must name no person.
        by: who.
        at: the present instant.

    Raises:
        UnknownDeliveryError: there is no such accepted delivery.
    """
    with transaction(con):
        if not number(con, _OPEN, [delivery_id]):
            raise UnknownDeliveryError(delivery_id)
        con.execute(_LEAVING, [delivery_id])
        mentions = number(con, "SELECT count(*) FROM _wh_leaving")
        founded, kept = take_out(con, source_trust)
        con.execute("DELETE FROM quarantined_row WHERE delivery_id = $1", [delivery_id])
        con.execute("UPDATE delivery SET status = 'withdrawn', mentions = 0 WHERE delivery_id = $1", [delivery_id])
        con.execute("INSERT INTO withdrawal VALUES ($1, $2, $3, $4, $5)", [delivery_id, at, by, reason, mentions])
    return Withdrawn(mentions, kept, founded - kept)


def take_out(con: duckdb.DuckDBPyConnection, source_trust: str) -> tuple[int, int]:
    """Take the mentions of `_wh_leaving` (mention_id) out of the stored records, in the transaction of the caller.

    Returns:
        How many ids they founded, and how many of these go on with another record.
    """
    run(con, "withdraw", source_trust=source_trust)
    founded = number(con, "SELECT count(*) FROM _wh_lost_key")
    kept = number(con, "SELECT count(*) FROM _wh_next_founder")
    con.execute("DROP TABLE _wh_leaving; DROP TABLE _wh_lost_key; DROP TABLE _wh_next_founder")
    return founded, kept
