"""What the linkage keeps between nights, and which part of it a night touches. The tables are in `sql/state.sql`.

Not here: how units are made (`matching.persons`), scored (`matching.scorer`) or placed (`matching.nights`).
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from matching.columns import Column
from matching.errors import InputError
from matching.parameters import Parameters
from matching.persons import PHONE_HOLDERS
from matching.spec import RELATIVES, Spec
from matching.statements import run, statement
from matching.tables import RECORD

TABLES = (
    "match_record", "match_unit", "match_relatives", "match_block", "match_kin", "match_must", "match_judged",
    "match_early_pair", "match_early_place", "match_pair", "match_place", "match_cluster",
)  # fmt: skip
"""Tables of the state but for the parameters."""

JUDGED = "match_judged_anew"
"""Table (record_id): the records about which judgements say something new, until `forget_news`: a run that ends
between the linkage and what is made of it does not lose them."""

PLACED = "match_placed_anew"
"""Table (record_id, may be repeated): the records of which `match_cluster` was written since `forget_news`."""

WANTED = "match_wanted"
"""Temporary table (record_id): the records that are read next. A costly relation of records may join it itself."""

REST = 1536 * 2**20
"""Bytes that DuckDB may hold while others need the memory."""

_MADE = {
    "entry_key": "hash_of(record_key || '|' || role)",
    "row_key": "hash_of(batch || '|' || record_key)",
    "household_key": "hash_of(household_key)",
    "document_told": "document_no",
}
_READ = (*(name for name in RECORD.names if name not in ("record_key", "role", *_MADE)), *_MADE)
"""Columns of a record as it is read: what it only may share with others, by hash."""

_LIBRARIES = ("duckdb", "numpy", "opencc", "pypinyin", "rapidfuzz")
"""What is kept between nights holds results of theirs, such as hashes and the sounds of names."""


def create_state(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of the state where they are not there yet; those of another version of the program go.

    What is lost with them can be made anew: the next linkage is a full one.
    """
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {WANTED} (record_id BIGINT)")
    for news in (JUDGED, PLACED):
        con.execute(f"CREATE TABLE IF NOT EXISTS {news} (record_id BIGINT NOT NULL)")
    if has_state(con):
        return
    for table in ("match_basis", *TABLES):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    run(con, "state")
    con.execute(f"COMMENT ON TABLE match_basis IS '{_shape()}'")


def has_state(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables of the state are there, as this version of the program makes them."""
    made = con.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'match_basis'").fetchall()
    return made == [(_shape(),)]


def _shape() -> str:
    return hashlib.sha256(statement("state").encode()).hexdigest()


def forget_news(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing is new of any record any more; call it in the transaction that keeps what came of it."""
    for news in (JUDGED, PLACED):
        con.execute(f"DELETE FROM {news}")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the state, so that the next linkage is a full one; parameters stay."""
    for table in ("match_basis", *TABLES):
        con.execute(f"DELETE FROM {table}")


def is_made_on(con: duckdb.DuckDBPyConnection, basis: str) -> bool:
    """Whether the state is whole, and was made on this basis by this program."""
    made = con.execute("SELECT basis FROM match_basis").fetchall()
    return made == [(f"{_program()} {basis}",)] and count(con, "match_record") > 0


def mark_made_on(con: duckdb.DuckDBPyConnection, basis: str) -> None:
    """Remember what the state was made on."""
    con.execute("DELETE FROM match_basis")
    con.execute("INSERT INTO match_basis VALUES ($1)", [f"{_program()} {basis}"])


@cache
def _program() -> str:
    """A digest of this package and of what it stands on: any other could put records together otherwise."""
    versions = [metadata.version(name) for name in _LIBRARIES]
    files = [each for each in sorted(Path(__file__).parent.rglob("*")) if each.is_file() and each.suffix != ".pyc"]
    return hashlib.sha256(b"".join([str(versions).encode(), *(each.read_bytes() for each in files)])).hexdigest()


def load_parameters(con: duckdb.DuckDBPyConnection) -> tuple[Parameters, Spec, int] | None:
    """The newest parameters, the spec that they were learnt for, and their version."""
    row = con.execute("SELECT parameters, spec, version FROM match_parameters ORDER BY version DESC LIMIT 1").fetchall()
    if not row:
        return None
    [(parameters, spec, version)] = row
    return Parameters.model_validate_json(parameters), Spec.model_validate_json(spec), int(version)


def store_parameters(con: duckdb.DuckDBPyConnection, spec: Spec, parameters: Parameters) -> None:
    """Keep parameters as a new version, and how many units hold each value of the columns weighed by frequency."""
    con.execute(
        "INSERT INTO match_parameters SELECT coalesce(max(version), 0) + 1, $1, $2 FROM match_parameters",
        [spec.model_dump_json(), parameters.model_dump_json()],
    )
    con.execute("DELETE FROM match_frequency")
    for each in spec.comparisons:
        if each.frequency and each.column != RELATIVES:
            con.execute(f"""
                INSERT INTO match_frequency
                SELECT '{each.column}', hash(value), count(*)
                FROM (SELECT unnest({each.column}) AS value FROM match_unit)
                WHERE value IS NOT NULL GROUP BY value HAVING count(*) > 1 ORDER BY hash(value)
            """)


def with_frequencies(con: duckdb.DuckDBPyConnection, name: str, column: Column) -> Column:
    """A column whose values count as often as they did when the parameters were learnt; new ones count once."""
    con.register("_link_values", pa.table({"value": column.values}))
    counts = con.execute(f"""
        SELECT coalesce(f.units, 1)::BIGINT AS n FROM (SELECT value, row_number() OVER () AS i FROM _link_values) v
        LEFT JOIN match_frequency f ON f.value = hash(v.value) AND f.column_name = '{name}' ORDER BY i
    """).fetchnumpy()["n"]
    con.unregister("_link_values")
    return Column(column.codes, column.values, column.offsets, np.asarray(counts, np.int64))


def find_changes(con: duckdb.DuckDBPyConnection, record_ids: str, records: str) -> bool:
    """Read the records that came or went since the state was made, and all that could share a unit with them.

    Args:
        con: connection with the state.
        record_ids: relation (record_id) of all records there are.
        records: relation of shape RECORD; read only for the ids in `match_wanted`.

    Returns:
        Whether anything has to be done. Leaves `_record` (RECORD, with `entry_key` and `row_key` in place of
        `record_key` and `role`; keys as hashes; no words in `document_no`, but in `document_told`), `_affected`,
        `_gone` (record_id).

    Raises:
        InputError: a column is missing, or a record_id comes twice.
    """
    _check_columns(con, records)
    gone = f"SELECT record_id FROM match_record ANTI JOIN {record_ids} USING (record_id)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE _gone AS {gone}")
    _want(con, f"SELECT record_id FROM {record_ids} ANTI JOIN match_record USING (record_id)")
    _check_unique(con, record_ids)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _arrived AS {_read(records)}")
    run(con, "state_words")
    con.execute("CREATE OR REPLACE TEMP TABLE _affected (record_id BIGINT)")
    if count(con, "match_record"):
        _affect(con)
    _want(con, "SELECT record_id FROM _affected")
    if count(con, WANTED):
        con.execute(f"CREATE OR REPLACE TEMP TABLE _record AS FROM _arrived UNION ALL {_read(records)}")
    else:
        con.execute("DROP TABLE IF EXISTS _record; ALTER TABLE _arrived RENAME TO _record")
    con.execute(
        "UPDATE _record SET document_no = NULL WHERE document_no IN (SELECT document_no FROM _word WHERE is_now)"
    )
    return count(con, "_record") + count(con, "_gone") > 0


def _affect(con: duckdb.DuckDBPyConnection) -> None:
    """Find the known records that could share a unit with those that came or went."""
    con.execute(f"SET VARIABLE phone_holders = {PHONE_HOLDERS}")
    run(con, "state_records")
    known = -1
    while (found := count(con, "_touched_key")) != known:
        known = found
        run(con, "state_closure")


@contextmanager
def at_rest(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inside, arrays are worked on, and DuckDB holds no more than `REST` of what it has read, as nobody asks for it."""
    apart = con.cursor()  # the limit is one for all; what fails here does not abort the transaction of `con`
    query = "SELECT current_setting('memory_limit') AS told, parse_formatted_bytes(told)"
    [(before, limit)] = apart.execute(query).fetchall()
    if limit > REST:
        with suppress(duckdb.OutOfMemoryException):  # what cannot be put aside now stays
            apart.execute(f"SET memory_limit = '{REST}B'")
    try:
        yield
    finally:
        apart.execute(f"SET memory_limit = '{before}'")
        apart.close()


def drop_temporaries(con: duckdb.DuckDBPyConnection, kept: Collection[str] = ()) -> None:
    """Give back the memory of what the steps handed on to each other, but for what is kept."""
    names = con.execute("""
        SELECT table_name FROM duckdb_tables()
        WHERE temporary AND table_name[1] = '_' AND NOT starts_with(table_name, '_wh_')
    """).fetchall()
    for (name,) in names:
        if name not in kept:
            con.execute(f'DROP TABLE temp."{name}"')


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    [(number,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(number)


def _want(con: duckdb.DuckDBPyConnection, query: str) -> None:
    con.execute(f"DELETE FROM {WANTED}")
    con.execute(f"INSERT INTO {WANTED} {query}")


def _read(records: str) -> str:
    columns = ", ".join(f"{_MADE.get(name, name)} AS {name}" for name in _READ)
    return f"SELECT {columns} FROM {records} SEMI JOIN {WANTED} USING (record_id)"


def _check_columns(con: duckdb.DuckDBPyConnection, records: str) -> None:
    present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {records}").fetchall()}
    if missing := sorted(set(RECORD.names) - present):
        raise InputError(records, f"columns missing: {', '.join(missing)}")


def _check_unique(con: duckdb.DuckDBPyConnection, record_ids: str) -> None:
    """All ids are those of the known records that did not go, once each, and those wanted, once each."""
    [(arrived, distinct)] = con.execute(f"SELECT count(*), count(DISTINCT record_id) FROM {WANTED}").fetchall()
    stayed = count(con, "match_record") - count(con, "_gone")
    if arrived != distinct or count(con, record_ids) != stayed + arrived:
        raise InputError(record_ids, "record_id is not unique; give each record its own")
