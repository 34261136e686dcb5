"""Households, dwellings, employers, and what ties persons to them and to each other, from what current records say.

Not here: who the persons are (`warehouse.crosswalk`), and which of a person's values counts (`warehouse.survivorship`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Final

import duckdb

from warehouse.identity_key import keyed_ids
from warehouse.statements import Changes, number, run
from warehouse.survivorship import TOUCHED_PERSONS
from warehouse.versions import write_versions

COLLECTIVE_MEMBERS: Final = 15
"""Members beyond which a household of the register is an institution."""

_KEYS: Final = {
    "dwelling": ("dwelling_id",),
    "person_dwelling": ("person_id", "dwelling_id", "link"),
    "employer": ("employer_id",),
    "person_employment": ("person_id", "employer_id", "link", "department"),
    "household": ("household_id",),
    "household_member": ("household_id", "person_id"),
    "person_relation": ("person_id", "relation", "other_person_id"),
}
"""The tables that this module writes, and what is unique in them."""

_STEPS: Final = {
    "dwellings": ("dwelling", "person_dwelling"),
    "employers": ("employer", "person_employment"),
    "households": ("household", "household_member", "person_relation"),
}
"""Scripts in their order, and the tables that each gives; households look at dwellings as they are written."""

_TOUCHED: Final = {
    "dwelling": "dwelling_id IN (FROM _wh_touched_dwelling)",
    "person_dwelling": "dwelling_id IN (FROM _wh_touched_dwelling)",
    "household": "household_id IN (FROM _wh_touched_household)",
    "household_member": "household_id IN (FROM _wh_touched_household)",
    "person_relation": "(person_id IN (FROM _wh_related) OR other_person_id IN (FROM _wh_related))",
}
"""Of which rows a night that touched few persons looks at no others; employers are always looked at."""

_VIEWS: Final = ("_wh_mention", "_wh_address", "_wh_relation", "_wh_householder")

_TAKEN_OUT: Final = """
    SELECT count(*) FROM (SELECT withdrawn_at AS taken_at FROM withdrawal UNION ALL SELECT purged_at FROM purge)
    WHERE taken_at >= (SELECT max(merged_at) FROM night)
"""
"""Withdrawals and purges since a night was merged."""

_FEW: Final = 5
"""A night touches few persons when it is less than one in so many."""

_INDUSTRY_WORDS: Final = """
CREATE OR REPLACE TEMP TABLE _wh_industry_word AS
SELECT split_part(line, ',', 1) AS word, split_part(line, ',', 2) AS industry_code
FROM (SELECT unnest(string_split($1, chr(10))[2:]) AS line)
"""


@dataclass(frozen=True)
class EntityCounts:
    """Rows of each table, and how they changed."""

    rows: dict[str, int]
    changes: dict[str, Changes]


def build_entities(
    con: duckdb.DuckDBPyConnection, *, night: date, key: bytes, home_names: Sequence[str] = ()
) -> EntityCounts:
    """Write the seven tables where they differ. Call it after `build_base`, in its transaction.

    Where `build_base` looked at few persons, only what hangs on them is made anew. Ids are keyed hashes of what
    each is known by: the number of the household in the register, the door (doors of one registered unit are one), the
    code of the employer, or its name when nobody gives its code.

    Args:
        con: the warehouse, in a transaction.
        night: the night being merged.
        key: from `warehouse.identity_key.load_identity_key`.
        home_names: how the home county is written before an employer's name, the longest first.
    """
    con.execute("SET VARIABLE wh_home_names = $1", [f"^(?:{'|'.join(map(re.escape, home_names))})"])
    con.execute("SET VARIABLE wh_household_members = $1::INTEGER", [COLLECTIVE_MEMBERS])
    words = resources.files("warehouse").joinpath("industry_words.csv").read_text(encoding="utf-8")
    con.execute(_INDUSTRY_WORDS, [words.strip()])
    changes = {}
    with keyed_ids(con, key):
        is_part = _is_part_enough(con)
        for name in (
            "commonest",
            "statuses",
            "entities_touched" if is_part else "entities_whole",
            "entities_current",
        ):
            run(con, name)
        for name, tables in _STEPS.items():
            run(con, name)
            for table in tables:
                touched = _TOUCHED.get(table, "true") if is_part else "true"
                changes[table] = write_versions(con, table, f"_wh_{table}", _KEYS[table], night, touched)
    for name in _VIEWS:
        con.execute(f"DROP VIEW {name}")
    made = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, '_wh_')")
    for (name,) in made.fetchall():
        con.execute(f'DROP TABLE temp."{name}"')
    con.execute(f"DROP TABLE IF EXISTS {TOUCHED_PERSONS}")
    return EntityCounts({table: number(con, f"SELECT count(*) FROM {table}") for table in _KEYS}, changes)


def _is_part_enough(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether few persons were touched, and all records that told of them are still there to say what hangs on them."""
    if not number(con, f"SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = '{TOUCHED_PERSONS}'"):
        return False
    if number(con, _TAKEN_OUT):
        return False
    touched = number(con, f"SELECT count(*) FROM {TOUCHED_PERSONS}")
    return touched * _FEW < number(con, "SELECT count(*) FROM person")
