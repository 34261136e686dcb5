"""Read the published base from many processes while it is published again and again.

    python benchmarks/readers.py HOME [--readers 50] [--publications 20]

HOME was merged before, and is left as it is: publications go into a folder of their own, each with another code list so
that none is the same. Each reader opens the base as any tool would, asks two questions that must agree, keeps the file
open while the base is published anew, asks again, which must give the same, and closes it. Prints readings,
publications and errors; exit code 1 when there was an error.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import duckdb

from warehouse.database import warehouse_session
from warehouse.names import DEFAULT_PROJECT
from warehouse.projects import Project
from warehouse.publish import publish_base

PERSONS = "SELECT count(*), count(DISTINCT person_id), (SELECT max(code) FROM code_label) FROM person"
STRANGERS = "SELECT count(*) FROM crosswalk ANTI JOIN person USING (person_id)"
REST_SECONDS = 2.0
"""How long a reader keeps the base open; fifty that never rest leave two cores nothing to publish with."""


def main() -> int:
    """Read and publish; 0 when no reader met an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--publications", type=int, default=20)
    options = parser.parse_args()
    context, began = get_context("spawn"), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, context.Manager() as manager:
        published, is_over = Path(folder), manager.Event()
        database = options.home / "warehouse" / "population.duckdb"
        with warehouse_session(database) as con, context.Pool(options.readers) as pool:
            publish(con, published, 0)
            readers = [pool.apply_async(read, (published, is_over)) for _ in range(options.readers)]
            snapshots = {publish(con, published, number) for number in range(1, options.publications + 1)}
            is_over.set()
            told = sum((reader.get() for reader in readers), Counter())
    errors = {name: count for name, count in told.items() if name not in ("readings", "changes")}
    print(f"{options.readers} readers, {len(snapshots)} publications, {told['readings']:,} readings,", end=" ")
    print(f"{told['changes']:,} of which began with another base than the one before")
    print(f"{sum(errors.values())} errors {errors or ''} in {time.monotonic() - began:.0f} s")
    return int(bool(errors))


def publish(con: duckdb.DuckDBPyConnection, published: Path, number: int) -> str:
    """Publish the newest night with one code more; the snapshot."""
    [(night,)] = con.execute("SELECT max(night) FROM night WHERE merged_at IS NOT NULL").fetchall()
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE labels AS SELECT 'publication' AS code_list, '{number:05}' AS code, '' AS label_zh
    """)
    return publish_base(
        con, published, night, project=Project(DEFAULT_PROJECT, bytes(32)), code_labels="labels"
    ).snapshot_id


def read(published: Path, is_over: Event) -> Counter[str]:
    """Open the base, ask, and ask again, until all is published; what was met."""
    told: Counter[str] = Counter()
    last = None
    while not is_over.is_set():
        try:
            with duckdb.connect(published / "population_base.duckdb", read_only=True) as con:
                first = ask(con)
                is_over.wait(REST_SECONDS)
                told["readings" if first == ask(con) else "the base changed under a reader"] += 1
            told["changes"] += last is not None and first != last
            last = first
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is counted
            told[type(error).__name__] += 1
    return told


def ask(con: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Persons and the publication, of a base that agrees with itself."""
    [(persons, pseudonyms, publication)] = con.execute(PERSONS).fetchall()
    [(strangers,)] = con.execute(STRANGERS).fetchall()
    if not persons == pseudonyms > 0 == strangers:
        raise ValueError("half a base")
    return persons, publication


if __name__ == "__main__":
    sys.exit(main())
