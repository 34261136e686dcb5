"""The whole nightly merge of fictitious cities, beside DuckDB's bare scan of the same bytes.

    python benchmarks/merge/run.py --popbase .venv/bin/popbase --work DIR [--people 100000 1000000] [--docs DOCS]

For each size: a city is written, its files are read by `read_csv` into a table and nothing else (the bare scan), then
a home is merged from empty by `popbase run`, through Dagster and with all checks, and then its second night, in which
a few rows differ. The smallest size is merged once more with DuckDB's memory unbounded, and both bases are compared,
row for row. DIR keeps results.json, to which every size is added; the report is written from it.
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

import duckdb
from report import write_report
from stages import watch

FIRST = date(2026, 11, 1)
SEED = 5
THREADS = 2
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
import pipelines.merge, pipelines.resources
pipelines.resources.MEMORY_LIMIT = pipelines.merge.LINKAGE_LIMIT = "64GiB"
from pipelines.cli import app
app()
"""


def main() -> None:
    """Measure each size, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--popbase", type=Path, default=Path(".venv/bin/popbase"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--people", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--docs", type=Path, help="folder for merge.md and its plots")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for people in options.people:
        keep(options.work, str(people), measure(options.popbase, options.work, people))
    if options.people:
        keep(options.work, "unbounded", compare(options.popbase, options.work, min(options.people)))
    if options.docs:
        write_report(json.loads(results_file(options.work).read_text(encoding="utf-8")), options.docs)


def measure(popbase: Path, work: Path, people: int) -> dict:
    """The bare scan of a city's first night, and its two nights."""
    city, home = work / f"city_{people}", work / f"home_{people}"
    if not (city / "night_001").exists():
        command = ["synth", "--people", str(people), "--seed", str(SEED), "--nights", "2", "--out", city]
        subprocess.run([popbase, *command], check=True, stdout=subprocess.DEVNULL)
    files = sorted(path for path in (city / "night_000").rglob("*.csv") if path.stat().st_size)
    bare = scan(work, files)
    shutil.rmtree(home, ignore_errors=True)
    full = merge([popbase], home, city / "night_000", FIRST)
    changed = merge([popbase], home, city / "night_001", FIRST + timedelta(days=1))
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(f"{people:,} people: {full['wall']:.0f} s, {full['wall'] / bare:.1f} times the bare scan", flush=True)
    return {"people": people, "megabytes": megabytes, "bare": bare, "full": full, "changed": changed}


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
    """Merge a night with and without a bound of DuckDB's memory; the rows in which the bases differ, by table."""
    extracts = work / f"city_{people}" / "night_000"
    programs = {"bounded": [popbase], "unbounded": [popbase.with_name("python"), "-c", UNBOUNDED]}
    costs = {}
    with duckdb.connect() as con:
        for name, program in programs.items():
            shutil.rmtree(home := work / f"home_{name}", ignore_errors=True)
            costs[name] = merge(program, home, extracts, FIRST)
            con.execute(f"ATTACH '{home / 'published' / 'population_base.duckdb'}' AS {name} (READ_ONLY)")
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'bounded'").fetchall()
        differ = {table: _differ(con, table) for (table,) in tables}
    return {"people": people, "differ": differ} | costs


def _differ(con: duckdb.DuckDBPyConnection, table: str) -> int:
    [(count,)] = con.execute(f"""
        SELECT count(*) FROM (
            (FROM bounded.{table} EXCEPT ALL FROM unbounded.{table})
            UNION ALL (FROM unbounded.{table} EXCEPT ALL FROM bounded.{table}))
    """).fetchall()
    return count


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
