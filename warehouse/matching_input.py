"""Fits standard mentions to the records that `matching` takes. No decision is taken here."""

from importlib import resources

import duckdb

RECORDS = "match_record"
RELATIONS = "match_relation"


def create_matching_input(con: duckdb.DuckDBPyConnection, source_trust: str) -> None:
    """Make the temporary views `match_record` (RECORD) and `match_relation` (RELATION).

    Args:
        con: the warehouse.
        source_trust: relation (department, rank): how far a department is trusted for identity, 1 best.
    """
    sql = resources.files("warehouse").joinpath("sql", "matching_input.sql").read_text(encoding="utf-8")
    con.execute(sql.replace("{source_trust}", source_trust))
