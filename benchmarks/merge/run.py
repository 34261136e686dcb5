"""The whole nightly merge of fictitious cities, beside DuckDB's bare scan of the same bytes.

    python benchmarks/merge/run.py --popbase .venv/bin/popbase --work DIR [--people 100000 1000000] [--docs DOCS]

For each size: a city is written, its files are read by `read_csv` into a table and nothing else (the bare scan), then
a home is merged from empty by `popbase run`, through Dagster and with all checks, and then its second night, in which
a few rows differ. One city, of a million people at most, is merged once more with DuckDB's memory unbounded, and both
bases are compared. DIR keeps results.json, to which every size is added; the report is written from it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from report import write_report
from stages import watch

FIRST = date(2026, 11, 1)
SEED = 5
THREADS = 2
MOST_COMPARED = 1_000_000
KEYS = {name: "5a" * 32 for name in ("POPBASE_IDENTITY_KEY", "POPBASE_PROJECT_KEY_DEFAULT")}
"""The same each time, so that two homes can be compared."""

BARE = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], config={"threads": int(sys.argv[2])})
for number, path in enumerate(sys.argv[3:]):
    con.execute(
        f"CREATE TABLE t{number} AS FROM read_csv($1, all_varchar = true, header = true,"
        " ignore_errors = true, strict_mode = false, quote = $2)", [path, chr(34)])
"""

UNBOUNDED = """
import pipelines.memory, pipelines.merge
pipelines.memory.duckdb_limit = pipelines.merge.duckdb_limit = lambda *_: "64GiB"
from pipelines.cli import app
app()
"""


def main() -> None:
    """Measure each size, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--popbase", type=Path, default=Path(".venv/bin/popbase"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--people", type=int, nargs="*", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--docs", type=Path, help="folder for merge.md and its plots")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for people in options.people:
        measure(options.popbase, options.work, people)
    if small := [people for people in options.people if people <= MOST_COMPARED]:
        keep(options.work, "unbounded", compare(options.popbase, options.work, max(small)))
    if options.docs:
        write_report(json.loads(results_file(options.work).read_text(encoding="utf-8")), options.docs)


def measure(popbase: Path, work: Path, people: int) -> None:
    """The bare scan of a city's first night, and its two nights; the first is kept though the second be cut off."""
    city, home = work / f"city_{people}", work / f"home_{people}"
    if not (city / "night_001").exists():
        command = ["synth", "--people", str(people), "--seed", str(SEED), "--nights", "2", "--out", city]
        subprocess.run([popbase, *command], check=True, stdout=subprocess.DEVNULL)
    files = sorted(path for path in (city / "night_000").rglob("*.csv") if path.stat().st_size)
    bare = scan(work, files)
    shutil.rmtree(home, ignore_errors=True)
    full = merge([popbase], home, city / "night_000", FIRST)
    print(f"{people:,} people: {full['wall']:.0f} s, {full['wall'] / bare:.1f} times the bare scan", flush=True)
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    size = {"people": people, "megabytes": megabytes, "bare": bare, "full": full, "published": published(home)}
    keep(work, str(people), size | {"changed": None})
    keep(work, str(people), size | {"changed": merge([popbase], home, city / "night_001", FIRST + timedelta(days=1))})


def scan(work: Path, files: list[Path]) -> float:
    """Seconds of the bare scan of the same texts in UTF-8, which DuckDB reads; they lie in memory by then."""
    shutil.rmtree(folder := work / "bare", ignore_errors=True)
    folder.mkdir()
    plain = [recoded(path, folder / f"{number}.csv") for number, path in enumerate(files)]
    cost = watch([sys.executable, "-c", BARE, folder / "bare.duckdb", THREADS, *plain])
    shutil.rmtree(folder)
    return cost.wall


def recoded(path: Path, target: Path) -> Path:
    """A file's text in UTF-8."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    target.write_bytes(text.encode())
    return target


def merge(program: list, home: Path, extracts: Path, night: date) -> dict:
    """One night of a home: its cost as a whole and by stage."""
    shutil.copytree(extracts, home / "intake", dirs_exist_ok=True)
    command = [*program, "run", "--home", home, "--night", night.isoformat()]
    return asdict(watch(command, home / "logs", night.isoformat(), os.environ | KEYS))


def compare(popbase: Path, work: Path, people: int) -> dict:
    """Merge the first night that was measured once more without a bound of DuckDB's memory: which tables differ."""
    shutil.rmtree(home := work / "home_unbounded", ignore_errors=True)
    program = [popbase.with_name("python"), "-c", UNBOUNDED]
    cost = merge(program, home, work / f"city_{people}" / "night_000", FIRST)
    measured = json.loads(results_file(work).read_text(encoding="utf-8"))[str(people)]
    bounded, unbounded = measured["published"], published(home)
    differ = [table for table, told in bounded.items() if told != unbounded[table]]
    return {
        "people": people, "tables": len(bounded), "rows": sum(rows for rows, _ in bounded.values()), "differ": differ,
        "bounded": measured["full"], "unbounded": cost,
    }  # fmt: skip


def published(home: Path) -> dict[str, list]:
    """Of each published table its rows and the sum of their hashes."""
    manifest = json.loads((home / "published" / "current" / "manifest.json").read_text(encoding="utf-8"))
    return {table: [rows, manifest["sums"][table]] for table, rows in manifest["rows"].items()}


def results_file(work: Path) -> Path:
    """Where all that was measured is kept."""
    return work / "results.json"


def keep(work: Path, name: str, result: dict) -> None:
    """Add a result to those that are there."""
    path = results_file(work)
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(results | {name: result}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
