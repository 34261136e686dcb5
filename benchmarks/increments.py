"""Link a home's mentions night by night, and all at once, and compare: persons, and what each night costs.

    python benchmarks/increments.py HOME WORK.duckdb [--nights 10]

HOME was merged before; its warehouse is copied to WORK. Nine tenths of all entries are linked first, then the rest in
NIGHTS equal parts, each about 1 % of the mentions; then everything from nothing with the same parameters. At the end
one part is taken back, and compared with a full run without it. Exit code 1 when a person differs.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

import duckdb

from matching.nights import link_records, LinkCounts
from matching.state import forget, WANTED
from pipelines.trust import create_trust_tables, SOURCE
from sources.contract import load_contracts
from warehouse.matching_input import create_matching_input

_PART = "hash(department, extract, record_key) % 1000"


def main() -> int:
    """Print one line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--nights", type=int, default=10)
    options = parser.parse_args()
    shutil.copy(options.home / "warehouse" / "population.duckdb", options.work)
    con = duckdb.connect(str(options.work))
    create_trust_tables(con, load_contracts())
    create_matching_input(con, SOURCE, WANTED)
    link(con, "nine tenths", "part >= 100", anew=True)
    costs = [
        link(con, f"night {night}", f"part >= {100 - 100 * night // options.nights}")
        for night in range(1, options.nights + 1)
    ]
    con.execute("CREATE TEMP TABLE by_night AS FROM match_cluster")
    full = link(con, "all at once", "true", anew=True)
    differing = compare(con)
    print(f"a night costs {min(costs) / full:.3f} to {max(costs) / full:.3f} of the whole; {differing} records differ")
    link(con, "one part taken back", "part >= 10")
    con.execute("CREATE OR REPLACE TEMP TABLE by_night AS FROM match_cluster")
    link(con, "the rest at once", "part >= 10", anew=True)
    differing += compare(con)
    print(f"{differing} records differ")
    return int(differing > 0)


def link(con: duckdb.DuckDBPyConnection, what: str, where: str, *, anew: bool = False) -> float:
    """Link the entries of some parts; wall seconds."""
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW here AS
        SELECT mention_id AS record_id FROM (SELECT *, {_PART} AS part FROM std_mention) WHERE {where}
    """)
    con.execute("""
        CREATE OR REPLACE TEMP VIEW related AS SELECT * FROM linkable_relation
        WHERE from_record_id IN (FROM here) AND to_record_id IN (FROM here)
    """)
    con.begin()
    began = time.perf_counter()
    if anew and con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'match_pair'").fetchall() != [
        (0,)
    ]:
        forget(con)
    counts: LinkCounts = link_records(con, records="linkable_mention", relations="related", record_ids="here")
    seconds = time.perf_counter() - began
    con.commit()
    print(
        f"{what:22}{counts.records:10,} mentions {counts.units_changed:9,} units made anew {seconds:8.2f} s", flush=True
    )
    return seconds


def compare(con: duckdb.DuckDBPyConnection) -> int:
    """Records whose cluster is not the same by night and at once."""
    [(count,)] = con.execute("""
        SELECT count(*) FILTER (a.cluster_id IS DISTINCT FROM b.cluster_id)
        FROM by_night a FULL JOIN match_cluster b USING (record_id)
    """).fetchall()
    return int(count)


if __name__ == "__main__":
    sys.exit(main())
