"""The log of identified look-ups: appended only, and chained, so that an entry cannot be changed or taken out unseen.

Each digest is HMAC-SHA-256, by the identity key, of the digest before and the entry. Entries cut off at the end are
seen when the number of entries and the last digest, which `verify_log` gives, were noted elsewhere.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, UTC

import duckdb

from warehouse.errors import AccessError

SHORTEST_PURPOSE = 8
"""Characters; a purpose is a sentence that somebody else understands."""


@dataclass(frozen=True)
class LogState:
    """How many entries there are, the digest of the last, and the first that does not fit, if any."""

    entries: int
    last_digest: str
    first_broken: int | None


def record_access(
    con: duckdb.DuckDBPyConnection, key: bytes, *, actor: str, action: str, purpose: str, person_id: str | None
) -> int:
    """Append an entry, before anything is shown.

    Args:
        con: the warehouse.
        key: the identity key.
        actor: who looks.
        action: what for, such as `lookup` or `subject`.
        purpose: why, in words.
        person_id: who was found, if anybody.

    Returns:
        The number of the entry.

    Raises:
        AccessError: there is no purpose worth the name.
    """
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise AccessError(f"say what the look-up is for in {SHORTEST_PURPOSE} characters or more; it is kept")
    last = con.execute("SELECT entry_id, digest FROM access_log ORDER BY entry_id DESC LIMIT 1").fetchall()
    entry_id, before = (last[0][0] + 1, last[0][1]) if last else (1, "")
    entry = (entry_id, datetime.now(UTC), actor, action, purpose.strip(), person_id)
    con.execute("INSERT INTO access_log VALUES (?, ?, ?, ?, ?, ?, ?)", [*entry, _digest(key, before, entry)])
    return int(entry_id)


def verify_log(con: duckdb.DuckDBPyConnection, key: bytes) -> LogState:
    """Compute the chain again."""
    rows = con.execute(
        "SELECT entry_id, logged_at, actor, action, purpose, person_id, digest FROM access_log ORDER BY entry_id"
    ).fetchall()
    before, broken = "", None
    for number, (*entry, digest) in enumerate(rows, start=1):
        fits = entry[0] == number and hmac.compare_digest(digest, _digest(key, before, tuple(entry)))
        if broken is None and not fits:
            broken = number
        before = digest
    return LogState(len(rows), before, broken)


def _digest(key: bytes, before: str, entry: tuple[object, ...]) -> str:
    said = [each.astimezone(UTC).isoformat() if isinstance(each, datetime) else each for each in entry]
    return hmac.digest(key, json.dumps([before, *said], ensure_ascii=False).encode(), "sha256").hex()
