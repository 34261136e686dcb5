"""Kill nights at moments spread over their length, run them again, and compare with an undisturbed home.

    python benchmarks/kills.py EXTRACTS WORK [--kills 5]

EXTRACTS holds night_000 and night_001; WORK must not exist. For every try both nights are killed once
(SIGKILL, the whole process group) and run again; persons with their history, crosswalk, provenance, links
and counts as published must equal, row for row, those of the home that nobody disturbed. Exit code 1 when they do not.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

POPBASE = Path(sys.executable).with_name("popbase")
NIGHTS = ("2026-11-01", "2026-11-02")
TABLES = (
    "person", "person_version", "crosswalk", "person_provenance", "change_log", "conflict", "household", "dwelling",
    "person_dwelling", "employer", "person_employment", "person_relation", "stat_population",
)  # fmt: skip
FIRST_SHARE = 0.35
"""Kills fall between this share of a night's length and its end; before, nothing has been written."""


def main() -> int:
    """Compare, and print one line for each try."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracts", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    # The same keys for all homes, so that equal persons have equal ids and pseudonyms.
    os.environ["POPBASE_IDENTITY_KEY"] = os.environ["POPBASE_PROJECT_KEY_DEFAULT"] = "5a" * 32
    began = time.monotonic()
    wanted = merge(options.extracts, options.work / "undisturbed", None)
    length = (time.monotonic() - began) / len(NIGHTS)
    different = 0
    for number in range(options.kills):
        moment = length * (FIRST_SHARE + (1 - FIRST_SHARE) * number / options.kills)
        same = merge(options.extracts, options.work / f"killed_{number}", moment) == wanted
        different += not same
        print(f"killed after {moment:5.1f} s of {length:.1f} s: {'same' if same else 'DIFFERENT'}", flush=True)
    print(f"{options.kills * len(NIGHTS)} kills, {different} homes differ")
    return int(different > 0)


def merge(extracts: Path, home: Path, kill_after: float | None) -> list[tuple[int, int]]:
    """Merge the nights, each killed once when `kill_after` seconds are given; row count and hash of each table."""
    for number, night in enumerate(NIGHTS):
        shutil.copytree(extracts / f"night_{number:03}", home / "intake", dirs_exist_ok=True)
        if kill_after is not None:
            run(home, night, kill_after)
        run(home, night, None)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{home}/published/population_base.duckdb' AS base (READ_ONLY)")
        return [con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM base.{t} AS t").fetchall()[0] for t in TABLES]


def run(home: Path, night: str, kill_after: float | None) -> None:
    """One `popbase run`, killed after some seconds or left to its end."""
    command = [POPBASE, "run", "--home", home, "--night", night]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(kill_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
