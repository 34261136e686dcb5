"""Administrative divisions (GB/T 2260, with abolished codes) and how addresses write them.

The table is `data/gbt2260_divisions.csv`; where it comes from stands in `data/build_divisions.py`.
"""

from pathlib import Path

import duckdb

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
    con.execute(
        "CREATE OR REPLACE TEMP TABLE std_division AS FROM read_csv($path, header = true, all_varchar = true)",
        {"path": str(DIVISIONS)},
    )
    con.execute(
        "SET VARIABLE home_division = (SELECT coalesce(max(successor), $home) FROM std_division WHERE code = $home)",
        {"home": home_division},
    )
    run_statements(con, "division_prefixes")
    con.execute("SET VARIABLE home_division_given = $1", [home_division])


def _is_loaded(con: duckdb.DuckDBPyConnection, home_division: str | None) -> bool:
    """Temporary tables go with a transaction that is rolled back, variables stay: both are looked at."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name IN ('std_division', 'std_division_prefix')"
        " AND getvariable('home_division_given') IS NOT DISTINCT FROM $1",
        [home_division],
    ).fetchall()
    return bool(found[0][0] == 2)
