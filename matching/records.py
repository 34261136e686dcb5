"""Tables to be linked, brought together as one table of records in DuckDB.

Not here: encoding for comparison (`matching.columns`), nor anything about pairs.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from matching.errors import InputError, SpecError
from matching.spec import RELATIVES, Spec, Table

RECORDS = "_link_record"
"""Temporary view (record, source, record_id, then the spec's columns, VARCHAR or VARCHAR[]), ordered by `record`."""

ROWS = "_link_row"
"""The temporary table behind it."""

Tables = Mapping[str, "pa.Table | Path | str"] | str
"""Table name → Arrow table, path or relation; or one relation of all tables, whose names are its column `source`: then
the spec declares them alike."""

_READERS = {".parquet": "read_parquet({path})", ".csv": "read_csv({path}, header = true, all_varchar = true)"}


def load_records(
    con: duckdb.DuckDBPyConnection, spec: Spec, tables: Tables | None = None, names: Collection[str] | None = None
) -> int:
    """Make the temporary table `_link_record` of all tables of a spec, in the spec's order.

    Args:
        con: where it is made.
        spec: what to link.
        tables: what is missing among them is read from the path in the spec.
        names: the columns to read; all that the spec names when omitted.

    Returns:
        How many records there are.

    Raises:
        SpecError: a table or a column cannot be had.
        InputError: record ids are missing or not unique within a table.
    """
    if isinstance(tables, str):
        first, *others = spec.tables.values()
        if any(table != first for table in others):
            raise SpecError(spec.spec, f"tables that are not declared alike cannot be one relation, {tables}")
        selects = [_select_from(con, spec, tables, first, quoted(tables), "source", names)]
    else:
        selects = [
            _select(con, spec, name, table, (tables or {}).get(name), names) for name, table in spec.tables.items()
        ]
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS {' UNION ALL BY NAME '.join(selects)}")
    except duckdb.Error as error:  # its text shows the row
        names = ", ".join(spec.tables)
        raise SpecError(spec.spec, f"a row of {names} cannot be read: {type(error).__name__}") from None
    number_records(con)
    return _check_ids(con)


def number_records(con: duckdb.DuckDBPyConnection) -> None:
    """Make `_link_record` of the rows, numbered in their order."""
    # Row ids are numbers without gaps, but begin elsewhere in a transaction; a window over all rows is far slower.
    [(first,)] = con.execute(f"SELECT coalesce(min(rowid), 0) FROM {ROWS}").fetchall()
    con.execute(f"CREATE OR REPLACE TEMP VIEW {RECORDS} AS SELECT (rowid - {first})::INTEGER AS record, * FROM {ROWS}")


def relation_of(con: duckdb.DuckDBPyConnection, spec: str, name: str, given: "pa.Table | Path | str") -> str:
    """SQL for a table that is given as Arrow, as a file, or by the name of a relation.

    Raises:
        SpecError: there is no such file, or it is of no known kind.
    """
    if isinstance(given, pa.Table):
        view = f"_link_given_{name}"
        con.register(view, given)
        return quoted(view)
    text = str(given)
    if isinstance(given, str) and not Path(text.partition("#")[0]).suffix:
        return quoted(text)
    path, _, table = text.partition("#")
    if not Path(path).is_file():
        raise SpecError(spec, f"table {name}: no file {path}")
    literal = "'" + path.replace("'", "''") + "'"
    if table:
        alias = f"_link_file_{name}"
        try:
            con.execute(f"ATTACH IF NOT EXISTS {literal} AS {quoted(alias)} (READ_ONLY)")
        except duckdb.Error as error:
            raise SpecError(spec, f"table {name}: {path} cannot be opened as a DuckDB file") from error
        return f"{quoted(alias)}.{quoted(table)}"
    reader = _READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise SpecError(
            spec, f"table {name}: {Path(path).suffix or path} is neither .csv, .parquet nor file.duckdb#table"
        )
    return reader.format(path=literal)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _select(
    con: duckdb.DuckDBPyConnection,
    spec: Spec,
    name: str,
    table: Table,
    given: "pa.Table | Path | str | None",
    names: Collection[str] | None,
) -> str:
    source = given if given is not None else table.path
    if source is None:
        raise SpecError(spec.spec, f"table {name} has neither a path nor was it given")
    label = "'" + name.replace("'", "''") + "'"
    return _select_from(con, spec, name, table, relation_of(con, spec.spec, name, source), label, names)


def _select_from(
    con: duckdb.DuckDBPyConnection,
    spec: Spec,
    name: str,
    table: Table,
    relation: str,
    label: str,
    names: Collection[str] | None,
) -> str:
    """The records of a relation; `label` is SQL for the name of a record's table."""
    given_columns = {RELATIVES: "[]::VARCHAR[]"} | dict(spec.columns) | dict(table.columns)
    wanted = [each for each in spec.column_names if names is None or each in names]
    columns = {each: given_columns.get(each, quoted(each)) for each in wanted}
    types = _types(con, spec, name, relation, {"record_id": quoted(table.record_id), **columns})
    chosen = ", ".join(f"{_cast(expression, types[each])} AS {quoted(each)}" for each, expression in columns.items())
    return (
        f"SELECT {label} AS source, CAST({quoted(table.record_id)} AS VARCHAR) AS record_id, {chosen} FROM {relation}"
    )


def _types(
    con: duckdb.DuckDBPyConnection, spec: Spec, name: str, relation: str, columns: Mapping[str, str]
) -> dict[str, str]:
    chosen = ", ".join(f"{expression} AS {quoted(each)}" for each, expression in columns.items())
    try:
        described = con.execute(f"DESCRIBE SELECT {chosen} FROM {relation}").fetchall()
    except duckdb.Error:
        raise SpecError(spec.spec, f"table {name}: {_culprit(con, relation, columns)}") from None
    return {str(each): str(kind) for each, kind, *_ in described}


def _culprit(con: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> str:
    """Which column cannot be had, once one of them cannot."""
    for each, expression in columns.items():
        try:
            con.execute(f"DESCRIBE SELECT {expression} FROM {relation}")
        except duckdb.BinderException:
            return f"no column for {each}: {expression}"
        except duckdb.Error:
            return f"column {each}: {expression} cannot be read"
    return "it cannot be read"


def _cast(expression: str, kind: str) -> str:
    if kind.endswith("[]"):
        return f"CAST({expression} AS VARCHAR[])"
    return f"nullif(trim(CAST({expression} AS VARCHAR)), '')"


def _check_ids(con: duckdb.DuckDBPyConnection) -> int:
    counts = con.execute(
        f"SELECT source, count(*), count(record_id), count(DISTINCT record_id) FROM {RECORDS} GROUP BY source"
    ).fetchall()
    for source, count, present, distinct in counts:
        if present < count:
            raise InputError(source, f"{count - present} records have no record id")
        if distinct < count:
            raise InputError(source, f"record ids are not unique: {count - distinct} come again")
    return sum(count for _, count, _, _ in counts)
