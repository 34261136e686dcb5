"""Administrative divisions (GB/T 2260, with abolished codes) and how addresses write them.

The table is `data/gbt2260_divisions.csv`; where it comes from stands in `data/build_divisions.py`.
"""

from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from sources.standards.statements import run_statements

DIVISIONS = Path(__file__).parent / "data" / "gbt2260_divisions.csv"


def load_divisions(con: duckdb.DuckDBPyConnection, home_division: str | None) -> None:
    """Make the temporary tables `std_division` and `std_division_prefix`.

    Args:
        con: any connection.
        home_division: code of the county that this base is kept for, of whatever year. Addresses without a
            division lie there, and so do those that give one of its former names.
    """
    if _is_loaded(con, home_division):
        return
    division, prefix, successor = _divisions_for(home_division)
    for name, rows in (("std_division", division), ("std_division_prefix", prefix)):
        con.register("division_rows", rows)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM division_rows")
    con.unregister("division_rows")
    con.execute("SET VARIABLE home_division = $1", [successor])
    con.execute("SET VARIABLE home_division_given = $1", [home_division])


def home_names(home_division: str) -> tuple[str, ...]:
    """How the home county is written at the head of a text, former names too, the longest first."""
    _, prefixes, successor = _divisions_for(home_division)
    names = [line["prefix"] for line in prefixes.to_pylist() if line["code"] == successor]
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@cache
def _divisions_for(home_division: str | None) -> tuple[pa.Table, pa.Table, str | None]:
    """All divisions, their prefixes, and today's code of the home county; made once for all connections."""
    with duckdb.connect(":memory:") as con:
        con.execute(
            "CREATE TEMP TABLE std_division AS FROM read_csv($path, header = true, all_varchar = true)",
            {"path": str(DIVISIONS)},
        )
        query = "SELECT coalesce(max(successor), $home) FROM std_division WHERE code = $home"
        [(successor,)] = con.execute(query, {"home": home_division}).fetchall()
        con.execute("SET VARIABLE home_division = $1", [successor])
        run_statements(con, "division_prefixes")
        division = con.sql("FROM std_division").to_arrow_table()
        return division, con.sql("FROM std_division_prefix").to_arrow_table(), successor


def _is_loaded(con: duckdb.DuckDBPyConnection, home_division: str | None) -> bool:
    """Temporary tables go with a transaction that is rolled back, variables stay: both are looked at."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name IN ('std_division', 'std_division_prefix')"
        " AND getvariable('home_division_given') IS NOT DISTINCT FROM $1",
        [home_division],
    ).fetchall()
    return bool(found[0][0] == 2)
