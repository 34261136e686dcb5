"""Read the published base from many sides while it is published again and again.

    python benchmarks/readers.py HOME [--readers 50] [--publications 20]

HOME was merged before. Each publication gives other pseudonyms, so that none is the same, and the snapshots of before
are removed at once. Each reader opens the base, asks two questions that must agree, rests, and opens it again. Prints
readings, publications and errors; exit code 1 when there was an error. HOME itself is left as it is.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from warehouse.database import open_published, warehouse_session
from warehouse.names import DEFAULT_PROJECT
from warehouse.projects import Project
from warehouse.publish import publish_base

PERSONS = "SELECT count(*), count(DISTINCT person_id) FROM person"
STRANGERS = "SELECT count(*) FROM crosswalk ANTI JOIN person USING (person_id)"
REST_SECONDS = 2.0
"""Between two readings of a reader; fifty that never rest leave two cores nothing to publish with."""


def main() -> int:
    """Read and publish; 0 when no reader met an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--publications", type=int, default=20)
    options = parser.parse_args()
    told: Counter[str] = Counter()
    is_over = threading.Event()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        warehouse_session(options.home / "warehouse" / "population.duckdb") as con,
    ):
        published = Path(folder)
        [(night,)] = con.execute("SELECT max(night) FROM night WHERE merged_at IS NOT NULL").fetchall()
        publish_base(con, published, night, project=Project(DEFAULT_PROJECT, bytes(32)))
        readers = [threading.Thread(target=read, args=(published, is_over, told)) for _ in range(options.readers)]
        for reader in readers:
            reader.start()
        for number in range(1, options.publications + 1):
            done = publish_base(con, published, night, project=Project(DEFAULT_PROJECT, bytes([number] * 32)))
            told["publications"] += done.is_new
        is_over.set()
        for reader in readers:
            reader.join()
    errors = {name: count for name, count in told.items() if name not in ("readings", "publications")}
    print(f"{options.readers} readers, {told['readings']:,} readings during {told['publications']} publications")
    print(f"{sum(errors.values())} errors {errors or ''} in {time.monotonic() - began:.0f} s")
    return int(bool(errors))


def read(published: Path, is_over: threading.Event, told: Counter[str]) -> None:
    """Open the base and ask, until all is published."""
    while not is_over.is_set():
        try:
            with open_published(published / "population_base.duckdb") as con:
                [(persons, pseudonyms)] = con.execute(
                    "SELECT count(*), count(DISTINCT person_id) FROM person"
                ).fetchall()
                [(strangers,)] = con.execute(
                    "SELECT count(*) FROM crosswalk ANTI JOIN person USING (person_id)"
                ).fetchall()
            told["readings" if persons == pseudonyms > 0 == strangers else "half a base"] += 1
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is counted
            told[type(error).__name__] += 1
        is_over.wait(REST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
