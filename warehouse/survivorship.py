"""The golden record: of all that a person's current records say, one value for each attribute, and where it is from.

Which value survives is declared in `survivorship.yml`. Not here: which records are the person's
(`warehouse.crosswalk`), what may leave the restricted area (`warehouse.publish`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from warehouse.crosswalk import CHANGED_PERSONS
from warehouse.settings import HOME_DIVISION, read_setting
from warehouse.statements import Changes, identifier, keep_basis, number, run, statement
from warehouse.survivorship_rules import load_rules, survivor_sql
from warehouse.versions import write_versions

_TEMPORARY = (
    "_wh_asked", "_wh_record", "_wh_survivor", "_wh_holder", "_wh_trust", "_wh_assumed",
    "_wh_nothing", "_wh_person", "_wh_community_place", "_wh_touched", "_wh_touched_part", "_wh_widowed",
)  # fmt: skip

_SCRIPTS: Final = (
    "widowed", "touched", "records", "statuses", "records_part", "person",
    "entities_touched", "entities_whole", "entities_current", "dwellings", "employers", "households",
)  # fmt: skip
"""What a base is made by: by others all of it is made anew, entities as well, which go by the persons touched."""

_VIEWS: Final = ("_wh_stated", "_wh_person_attribute", "_wh_person_runner_up")

TOUCHED_PERSONS: Final = "wh_touched_person"
"""Temporary table (person_id): whose golden record was looked at since entities were last built."""

PERSONS_PER_GIB: Final = 125_000
"""Persons whose values are chosen at a time, so that their sorts stay in memory, for each GiB that DuckDB may hold.
Each part reads all mentions: where the limit grows with the base, a larger one has no more parts."""

_KEYS: Final = {
    "person_attribute": ("person_id", "attribute"),
    "person_runner_up": ("person_id", "attribute", "place"),
    "person": ("person_id",),
}
"""The tables that this module writes, and what is unique in them."""


@dataclass(frozen=True)
class BaseCounts:
    """Persons there are, and rows that changed."""

    persons: int
    person: Changes
    person_attribute: Changes


def build_base(
    con: duckdb.DuckDBPyConnection,
    *,
    night: date,
    trust: str,
    assumed: str | None = None,
) -> BaseCounts:
    """Write `person` and `person_attribute` from the crosswalk, where they differ.

    Call it in the transaction of `warehouse.crosswalk.assign_persons`. Only persons whose records changed in the night
    are looked at, unless what all values depend on (trust, rules, the home county) is not what it was.

    Args:
        con: the warehouse, in a transaction.
        night: the night being merged.
        trust: relation ATTRIBUTE_TRUST.
        assumed: relation ASSUMED_ATTRIBUTE; none when omitted.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _wh_nothing"
        " (department VARCHAR, extract VARCHAR, role VARCHAR, attribute VARCHAR)"
    )
    assumed = assumed or "_wh_nothing"
    survivors = [survivor_sql(*each) for each in load_rules().items()]
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {CHANGED_PERSONS} (person_id VARCHAR)")
    con.execute("SET VARIABLE wh_all = $1::BOOLEAN", [_keep_basis(con, trust, assumed, survivors)])
    for prepared in ("widowed", "touched", "statuses"):
        run(con, prepared)
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {TOUCHED_PERSONS} (person_id VARCHAR)")
    con.execute(f"INSERT INTO {TOUCHED_PERSONS} FROM _wh_touched EXCEPT FROM {TOUCHED_PERSONS}")
    run(con, "records", trust=trust, assumed=assumed)
    holders = number(con, "SELECT count(*) FROM _wh_holder")
    person, person_attribute = Changes(), Changes()
    part = _part_persons(con)
    for first in range(1, max(holders, 1) + 1, part):
        con.execute("SET VARIABLE wh_first = $1::INTEGER", [first])
        con.execute("SET VARIABLE wh_last = $1::INTEGER", [first + part - 1])
        written = _build_part(con, survivors, night)
        person, person_attribute = person + written["person"], person_attribute + written["person_attribute"]
    for name in _VIEWS:
        con.execute(f"DROP VIEW IF EXISTS {name}")
    for name in _TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS {name}")
    return BaseCounts(number(con, "SELECT count(*) FROM person"), person, person_attribute)


def _part_persons(con: duckdb.DuckDBPyConnection) -> int:
    limit = number(con, "SELECT parse_formatted_bytes(current_setting('memory_limit'))")
    return max(limit * PERSONS_PER_GIB >> 30, 1)


def _build_part(con: duckdb.DuckDBPyConnection, survivors: Sequence[str], night: date) -> dict[str, Changes]:
    run(con, "records_part")
    for query in survivors:
        con.execute(f"INSERT INTO _wh_survivor {query}")
    run(con, "person")
    return {
        table: write_versions(con, table, f"_wh_{table}", key, night, "person_id IN (FROM _wh_touched_part)")
        for table, key in _KEYS.items()
    }


def _keep_basis(con: duckdb.DuckDBPyConnection, trust: str, assumed: str, survivors: Sequence[str]) -> bool:
    """Remember what all values depend on; whether it is not what it was."""
    said = [sorted(con.execute(f"FROM {identifier(relation)}").fetchall()) for relation in (trust, assumed)]
    texts = [*survivors, *(statement(name) for name in _SCRIPTS)]
    return keep_basis(con, "base_basis", f"{said} {texts} {read_setting(con, HOME_DIVISION)}")
