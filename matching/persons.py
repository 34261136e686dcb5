"""Mentions of persons made ready for the engine: units that are certainly one person, and what each is known by.

Records under one valid number whose names agree, and successive states of one entry, are one unit before any
probability is asked for. Units, not records, are compared; the spec is `models/person.yml`.
"""

from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from matching.kinds import KINDS
from matching.statements import run

PHONE_HOLDERS: Final = 12
"""Names beyond which a phone is an agent's, not a family's."""

PART_RECORDS: Final = 2_000_000
"""Records of the units that are described at a time, as many as fit into memory."""

HOUSEHOLD_MEMBERS: Final = 15
"""Members beyond which a household number is an institution's."""

AGREEMENT: Final = {
    "equal": "same", "same_folded": "same", "former_name": "similar", "same_sound_and_tone": "similar",
    "same_sound": "similar", "reordered_or_truncated": "similar", "hidden_character": "slip",
    "one_near_of_three": "slip", "one_of_three": "slip", "unnamed_newborn": "slip", "surname_differs": "slip",
    "surname_differs_of_two": "slip", "one_near_of_two": "slip_of_two", "one_of_two": "slip_of_two",
}  # fmt: skip
"""Level of two names under one number → how far they agree; what is not named here does not."""


def make_units(con: duckdb.DuckDBPyConnection) -> None:
    """Put records into units, and say what each unit is known by.

    Args:
        con: connection with the temporary tables `_record` (`state.find_changes`: whole units only) and
            `_judged_apart`, and the table `match_record`.

    Leaves `_unit_record` (record_id, unit_id, match_rule).
    """
    run(con, "persons_name")
    run(con, "number_holder")
    level_pairs(con, "chinese_name", "SELECT name AS l, main_name AS r FROM _id_main_pair", "_name_level")
    con.register("_agreement", pa.table({"level": list(AGREEMENT), "agreement": list(AGREEMENT.values())}))
    run(con, "persons_record")
    con.unregister("_agreement")


def describe_units(con: duckdb.DuckDBPyConnection) -> None:
    """Make `_person_unit` from `_record` and `_unit_record`, so many records at a time."""
    con.execute(f"SET VARIABLE phone_holders = {PHONE_HOLDERS}")
    run(con, "persons_phone")
    [(records,)] = con.execute("SELECT count(*) FROM _record").fetchall()
    parts = records // PART_RECORDS + 1
    con.execute(f"SET VARIABLE parts = {parts}")
    for part in range(parts):
        con.execute(f"SET VARIABLE part = {part}")
        run(con, "persons_unit")
        if part:
            con.execute("INSERT INTO _person_unit FROM _described")
        else:
            con.execute("DROP TABLE IF EXISTS _person_unit; ALTER TABLE _described RENAME TO _person_unit")


def level_pairs(con: duckdb.DuckDBPyConnection, kind: str, pairs: str, target: str) -> None:
    """Make a temporary table (l, r, level) of the distinct pairs of different texts that a query (l, r) gives."""
    distinct = (
        con.sql(f"SELECT DISTINCT l, r FROM ({pairs}) WHERE l <> r ORDER BY ALL").to_arrow_table().combine_chunks()
    )
    both = (
        pa.chunked_array([distinct["l"].chunk(0), distinct["r"].chunk(0)])
        if len(distinct)
        else pa.chunked_array([[]], pa.string())
    )
    encoded = both.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.int32).reshape(2, -1)
    comparison = KINDS[kind]
    levels = comparison.compare(comparison.prepare(encoded.dictionary), codes[0], codes[1])
    names = np.array([*comparison.levels, "neutral"], object)[levels]
    con.register("_levelled", distinct.append_column("level", pa.array(names, pa.string())))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS FROM _levelled")
    con.unregister("_levelled")
