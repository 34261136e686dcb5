"""Fits standard mentions to the records that `matching` takes. No decision is taken here."""

from typing import Final

import duckdb

from warehouse.statements import run

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
