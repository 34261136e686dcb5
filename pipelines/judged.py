"""Judgements of a home whose records are taken out or come again, wired from the warehouse to the linkage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from matching.judgements import create_judgements
from matching.stand_ins import judged_records, move_judgements
from warehouse.crosswalk import learn_key_names
from warehouse.identity_key import keyed_ids
from warehouse.judged_entries import create_successors, HELD, keep_entries, SUCCESSORS


@contextmanager
def judgements_kept(con: duckdb.DuckDBPyConnection, key: bytes, now: datetime) -> Iterator[None]:
    """Inside, records may be taken out: ids wait for their entries, judgements go on with others, now or then."""
    create_judgements(con)
    with keyed_ids(con, key):
        learn_key_names(con)
        keep_entries(con, judged_records(con))
    yield
    move_judged(con, key, now)


def move_judged(con: duckdb.DuckDBPyConnection, key: bytes, now: datetime) -> None:
    """Let judgements about records that are gone go on with those that came in their place."""
    create_judgements(con)
    with keyed_ids(con, key):
        create_successors(con)
        move_judgements(con, held=HELD, successors=SUCCESSORS, moved_at=now)
