"""Tables with a history: `<name>_version` keeps every row from the night it was learnt until the night it was not so.

The view `<name>` shows what holds now. Only rows that differ are written, so a night costs what it changed.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from warehouse.statements import Changes, columns_of, identifier, number

_NEW, _ENDED = "_wh_version_new", "_wh_version_ended"


def write_versions(
    con: duckdb.DuckDBPyConnection,
    table: str,
    source: str,
    key: Sequence[str],
    night: date,
    touched: str = "true",
    changed: str | None = None,
) -> Changes:
    """Make the view of a table show exactly the rows of a relation, as learnt in a night.

    What the same night wrote before leaves no trace, so a night that is continued has one version of each row.

    Args:
        con: the warehouse, inside of the caller's transaction.
        table: the view; its rows live in `<table>_version`.
        source: a relation with at least the view's columns.
        key: columns that are unique in the view and never null.
        night: no version is newer.
        touched: a condition over rows of the view: those for which it is false stay as they are, and the source has
            none of them; all are looked at when omitted.
        changed: name of a temporary table (person_id) to be made of the persons whose rows came, changed or went.
    """
    versions, here = identifier(f"{table}_version"), identifier(source)
    view = f"(SELECT * FROM {identifier(table)} WHERE {touched})"
    columns = ", ".join(map(identifier, columns_of(con, table)))
    keys = ", ".join(map(identifier, key))
    con.execute("SET VARIABLE wh_version_night = $1::DATE", [night])
    if not number(con, f"SELECT count(*) FROM (FROM {versions} WHERE {touched} LIMIT 1)"):
        if changed:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {changed} AS SELECT DISTINCT person_id FROM {here}")
        return Changes(inserted=_insert(con, versions, columns, source))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_NEW} AS SELECT {columns} FROM {here} EXCEPT SELECT {columns} FROM {view}"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {_ENDED} AS
        SELECT {keys} FROM {view} ANTI JOIN {here} USING ({keys})
        UNION ALL SELECT {keys} FROM {view} SEMI JOIN {_NEW} USING ({keys})
    """)
    if changed:
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {changed} AS
            SELECT person_id FROM {_NEW} UNION SELECT person_id FROM {view} WHERE ({keys}) IN (FROM {_ENDED})
        """)
    ended, new = number(con, f"SELECT count(*) FROM {_ENDED}"), number(con, f"SELECT count(*) FROM {_NEW}")
    updated = number(con, f"SELECT count(*) FROM {_ENDED} SEMI JOIN {_NEW} USING ({keys})")
    current = f"to_night IS NULL AND ({keys}) IN (FROM {_ENDED})"
    if ended:
        con.execute(f"DELETE FROM {versions} WHERE {current} AND from_night = getvariable('wh_version_night')")
        con.execute(f"UPDATE {versions} SET to_night = getvariable('wh_version_night') WHERE {current}")
    if new:
        _reopen(con, versions, columns, keys)
        _insert(con, versions, columns, _NEW)
    con.execute(f"DROP TABLE {_NEW}; DROP TABLE {_ENDED}")
    return Changes(new - updated, updated, ended - updated)


def _insert(con: duckdb.DuckDBPyConnection, versions: str, columns: str, source: str) -> int:
    return number(
        con,
        f"INSERT INTO {versions} ({columns}, from_night)"
        f" SELECT {columns}, getvariable('wh_version_night') FROM {identifier(source)}",
    )


def _reopen(con: duckdb.DuckDBPyConnection, versions: str, columns: str, keys: str) -> None:
    """Rows that this night ended before, and that are so again."""
    ended = f"SELECT {columns} FROM {versions} WHERE to_night = getvariable('wh_version_night')"
    con.execute(f"CREATE OR REPLACE TEMP TABLE _wh_version_again AS FROM {_NEW} INTERSECT {ended}")
    if number(con, "SELECT count(*) FROM _wh_version_again"):
        con.execute(f"""
            UPDATE {versions} SET to_night = NULL
            WHERE to_night = getvariable('wh_version_night') AND ({keys}) IN (SELECT ({keys}) FROM _wh_version_again)
        """)
        con.execute(f"DELETE FROM {_NEW} WHERE ({keys}) IN (SELECT ({keys}) FROM _wh_version_again)")
    con.execute("DROP TABLE _wh_version_again")
