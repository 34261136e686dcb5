"""What the checks of the base said of a night as it is merged: the publication asks here, whoever starts it.

Not here: what is checked, and which failure blocks (`quality`).
"""

from datetime import date
from typing import Literal

import duckdb

from warehouse.errors import HeldBackError

Verdict = Literal["passed", "blocked", "overridden"]


def keep_verdict(con: duckdb.DuckDBPyConnection, night: date, verdict: Verdict) -> None:
    """Note a verdict on a night as it is merged now; merging it again makes it void."""
    con.execute(
        "UPDATE night SET verdict = $verdict, verdict_merges = coalesce(merges, 0) WHERE night = $night",
        {"night": night, "verdict": verdict},
    )


def read_verdict(con: duckdb.DuckDBPyConnection, night: date) -> Verdict | None:
    """The verdict on a night as it is merged now; None when nobody has checked that."""
    rows = con.execute(
        """
        SELECT verdict FROM night
        WHERE night = $1 AND merged_at IS NOT NULL AND verdict_merges = coalesce(merges, 0)
        """,
        [night],
    ).fetchall()
    return rows[0][0] if rows else None


def require_verdict(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Make sure that a night may be published as it is merged now.

    Raises:
        HeldBackError: a blocking check of its base failed and nobody has overridden it, or the checks were not run.
    """
    verdict = read_verdict(con, night)
    if verdict not in ("passed", "overridden"):
        raise HeldBackError(night, is_checked=verdict is not None)
