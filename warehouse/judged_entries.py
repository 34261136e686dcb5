"""The entries of judged records: they outlive the records, so that judgements go on when an entry comes again.

Not here: what was judged, and which record a judgement goes on with (`matching.judgements`).
"""

from typing import Final

import duckdb

from warehouse.statements import run

HELD: Final = "held_mention"
"""Temporary view (record_id) of all mentions that are held."""

SUCCESSORS: Final = "entry_successor"
"""Temporary view (record_id, stand_in_id): a judged mention that is gone, and a held one of the same entry and name."""

ERASABLE: Final = """
    mention_id >> 34 IN (SELECT delivery_id FROM delivery WHERE purged_at IS NOT NULL)
    AND mention_id NOT IN (SELECT mention_id FROM std_mention SEMI JOIN judged_entry USING (mention_id))
"""
"""Of which rows of `judged_entry` the delivery is past its time, and the mention gone."""


def keep_entries(con: duckdb.DuckDBPyConnection, records: str) -> None:
    """Remember which entries some mentions are of, and by a keyed hash under which name, as long as they are held.

    A newborn is entered by its mother's name before it has one: any name may follow then.

    Args:
        con: the warehouse, inside of `keyed_ids`.
        records: relation (record_id).
    """
    con.execute(f"""
        INSERT INTO judged_entry
        SELECT mention_id, department, extract, record_key, role,
            CASE WHEN name SIMILAR TO '.+之.{{0,2}}[子女]' THEN 0 ELSE name_hash(entry_text(m), name) END
        FROM std_mention AS m SEMI JOIN {records} AS r ON r.record_id = mention_id
        WHERE record_key IS NOT NULL AND mention_id NOT IN (SELECT mention_id FROM judged_entry)
        ORDER BY mention_id
    """)


def create_successors(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary views HELD and SUCCESSORS; the latter can be read inside of `keyed_ids`."""
    run(con, "judged_entries")


def erase_entries(con: duckdb.DuckDBPyConnection) -> None:
    """Forget the entries of mentions that a purge has erased, or would have, had they not been withdrawn before."""
    con.execute(f"DELETE FROM judged_entry WHERE {ERASABLE}")
