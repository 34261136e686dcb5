"""The golden record: of all that a person's current records say, one value for each attribute, and where it is from.

Which value survives is declared in `survivorship.yml`. Not here: which records are the person's
(`warehouse.crosswalk`), what may leave the restricted area (`warehouse.publish`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.statements import Changes, number, run
from warehouse.survivorship_rules import load_rules, Rule, survivor_sql
from warehouse.versions import write_versions

_TEMPORARY = (
    "_wh_record", "_wh_survivor", "_wh_holder", "_wh_trust", "_wh_assumed", "_wh_nothing", "_wh_person_attribute",
    "_wh_person_runner_up", "_wh_person",
)  # fmt: skip


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
    rules: Mapping[str, Rule] | None = None,
) -> BaseCounts:
    """Write `person` and `person_attribute` from the crosswalk, where they differ.

    Call it in the transaction of `warehouse.crosswalk.assign_persons`.

    Args:
        con: the warehouse, in a transaction.
        night: the night being merged.
        trust: relation ATTRIBUTE_TRUST.
        assumed: relation ASSUMED_ATTRIBUTE; none when omitted.
        rules: by attribute, applied in order; the packaged ones when omitted.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _wh_nothing"
        " (department VARCHAR, extract VARCHAR, role VARCHAR, attribute VARCHAR)"
    )
    run(con, "records", trust=trust, assumed=assumed or "_wh_nothing")
    for attribute, rule in (load_rules() if rules is None else rules).items():
        con.execute(f"INSERT INTO _wh_survivor {survivor_sql(attribute, rule)}")
    run(con, "person")
    attributes = write_versions(con, "person_attribute", "_wh_person_attribute", ["person_id", "attribute"], night)
    write_versions(con, "person_runner_up", "_wh_person_runner_up", ["person_id", "attribute", "place"], night)
    persons = write_versions(con, "person", "_wh_person", ["person_id"], night)
    con.execute("DROP VIEW IF EXISTS _wh_stated")
    for name in _TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS {name}")
    return BaseCounts(number(con, "SELECT count(*) FROM person"), persons, attributes)
