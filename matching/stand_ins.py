"""Judgements about records that are gone: they go on with another record of the same unit, or of the same entry.

Not here: what was judged (`matching.judgements`), nor which record is of which entry, which the caller says.
"""

from datetime import datetime

import duckdb

from matching.judgements import current_judgements
from matching.state import count
from matching.statements import run


def judged_records(con: duckdb.DuckDBPyConnection) -> str:
    """Name of a temporary view (record_id) of the records that judgements are about now, in force or not."""
    current_judgements(con)
    con.execute("CREATE OR REPLACE TEMP VIEW _judged_now AS SELECT DISTINCT now_id AS record_id FROM _judged_record")
    return "_judged_now"


def move_judgements(con: duckdb.DuckDBPyConnection, *, held: str, successors: str, moved_at: datetime) -> None:
    """Let judgements about records that are gone go on with others; where there are none, they lapse until there are.

    The newest other record of its unit stands for a record, as the linkage last knew units; else its successor. What
    was judged stays as it is: moves are rows of their own.

    Args:
        con: the connection that keeps the linkage's state, with `create_judgements` done.
        held: relation (record_id) of all records there are.
        successors: relation (record_id, stand_in_id): of records that are gone, one of the same entry and name that is
            there.
        moved_at: the present instant.
    """
    current_judgements(con)
    run(con, "stand_in_gone", held=held)
    if count(con, "_judged_gone") == 0:
        return
    con.execute("SET VARIABLE moved_at = $1::TIMESTAMPTZ", [moved_at])
    run(con, "stand_in_unit", held=held)
    run(con, "stand_in_append")
    run(con, "stand_in_gone", held=held)
    run(con, "stand_in_entry", successors=successors)
    run(con, "stand_in_append")
