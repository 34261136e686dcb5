"""Fits standard mentions to the records that `matching` takes. No decision is taken here."""

from collections.abc import Iterable
from typing import Final

import duckdb

from warehouse.statements import run, statement

RECORDS: Final = "linkable_mention"
RECORD_IDS: Final = "linkable_mention_id"
RELATIONS: Final = "linkable_relation"
RECORD_KINDS: Final = "linkable_mention_kind"


def create_matching_input(con: duckdb.DuckDBPyConnection, source_trust: str, wanted: str) -> None:
    """Make the temporary views `linkable_mention` (RECORD), `linkable_mention_id` and `linkable_relation` (RELATION).

    Args:
        con: the warehouse.
        source_trust: relation (department, rank): how far a department is trusted for identity, 1 best.
        wanted: name of a temporary table (record_id), made when it is not there: the mentions that
            `linkable_mention` shows, so that a night need not look at all of them.
    """
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {wanted} (record_id BIGINT)")
    run(con, "matching_input", source_trust=source_trust, wanted=wanted)


def records_basis() -> str:
    """What records are made by: by other statements they would be others."""
    return f"{statement('short_key')} {statement('matching_input')}"


def spell_keys(con: duckdb.DuckDBPyConnection, records: Iterable[int]) -> dict[str, str]:
    """The doors and places of some records, by the short keys that matching knows them by."""
    run(con, "short_key")
    query = """
        SELECT DISTINCT short_key(key), key FROM (
            SELECT unnest([dwelling_key, place_key]) AS key FROM std_address WHERE address_raw IN (
                SELECT unnest([residence_address_raw, registered_address_raw, dwelling_address_raw])
                FROM std_mention WHERE mention_id IN (SELECT unnest($1::BIGINT[]))))
        WHERE key IS NOT NULL
    """
    return dict(con.execute(query, [list(records)]).fetchall())


def create_record_kinds(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary view `linkable_mention_kind` (record_id, kind, area), by the person of the mention.

    Kinds are floating people and others, areas the towns where people live.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW {RECORD_KINDS} AS
        SELECT mention_id AS record_id, CASE WHEN is_floating THEN 'floating' ELSE 'other' END AS kind,
            residence_town AS area
        FROM crosswalk JOIN person USING (person_id)
    """)
