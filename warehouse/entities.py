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

    Ids are keyed hashes of what an entity is known by: the number of the household in the register, the door (doors of
    one registered unit are one), the code of the employer, or its name when nobody gives its code.

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
    with keyed_ids(con, key):
        for name in ("commonest", "registered", "entities_current", "dwellings", "employers", "households"):
            run(con, name)
    changes = {table: write_versions(con, table, f"_wh_{table}", keys, night) for table, keys in _KEYS.items()}
    made = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, '_wh_')")
    for (name,) in made.fetchall():
        con.execute(f'DROP TABLE temp."{name}"')
    return EntityCounts({table: number(con, f"SELECT count(*) FROM {table}") for table in _KEYS}, changes)
