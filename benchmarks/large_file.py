"""Read and standardise one extract of each size given, and say what memory it takes.

    python benchmarks/large_file.py WORK [--mib 300 1000 5000]

The extract is the register of residents of a small fictitious city, written over and over with other numbers,
households, rooms and given names, in GB18030. Each size is claimed, read and standardised by a process of its own, in
a home of its own below WORK, with DuckDB's memory limited as in a nightly run; peak memory is the kernel's figure for
that process. `bare` is DuckDB's own `read_csv` of the same text, in UTF-8, into a table of a database file.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import duckdb

from sources.synth.generate import generate

NIGHT = date(2026, 11, 1)
PEOPLE = 20_000
COPY_BYTES = 16 * 1024 * 1024
MIB = 1024 * 1024

COPIES = """
COPY (
    WITH numbered AS (
        SELECT * REPLACE (
            substr("公民身份号码", 1, 14)
                || lpad(((substr("公民身份号码", 15, 3)::INT + 7 * copy) % 1000)::VARCHAR, 3, '0') AS "公民身份号码",
            "姓名" || substr('伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂华建国梅玲', 1 + copy % 26, 1) AS "姓名",
            "户号" || copy AS "户号",
            "户籍地址" || copy || '室' AS "户籍地址"
        )
        FROM read_csv($from, all_varchar = true), range($copies) AS copies (copy)
        WHERE regexp_full_match("公民身份号码", '[0-9]{17}[0-9X]')
    )
    SELECT * REPLACE ("公民身份号码" || substr('10X98765432', 1 + list_sum(list_transform(
        [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
        lambda weight, place: weight * substr("公民身份号码", place, 1)::INT
    ))::INT % 11, 1) AS "公民身份号码")
    FROM numbered
) TO $to (HEADER)
"""

ONE = """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
import structlog
from pipelines.claims import claim_deliveries
from pipelines.deliveries import standardise_deliveries
from pipelines.home import Home
from pipelines.memory import STEP
from pipelines.read_ahead import ReadAhead
from sources.contract import load_contracts
from warehouse.database import warehouse_session
home, night = Home(Path(sys.argv[1])), date.fromisoformat(sys.argv[2])
contracts = load_contracts()
with warehouse_session(home.database, memory_limit=STEP.lowest) as con, ReadAhead() as ahead:
    claim_deliveries(con, home, [c.department for c in contracts], night, datetime.now(UTC), 0)
    contract = next(c for c in contracts if c.department == "public_security")
    log = structlog.wrap_logger(structlog.ReturnLogger())
    counts = standardise_deliveries(con, home, ahead, contract, contracts, night, log)
    print(f"{counts.accepted:,} rows accepted, {counts.quarantined:,} quarantined")
"""

BARE = """
import sys, duckdb
con = duckdb.connect(sys.argv[2])
con.execute("SET enable_progress_bar = false")
scan = "FROM read_csv($1, all_varchar = true, header = true, quote = $2)"
con.execute(f"CREATE TABLE t AS {scan}", [sys.argv[1], chr(34)])
"""


def main() -> None:
    """Measure each size and print one line for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--mib", type=int, nargs="+", default=[300, 1000, 5000])
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"{'MiB':>6}{'peak MiB':>10}{'wall s':>9}{'CPU s':>9}{'bare s':>9}  rows")
    for size in options.mib:
        shutil.rmtree(folder := options.work / f"home{size}", ignore_errors=True)
        delivered = written_elsewhere(options.work, folder, size)
        plain = delivered.parent.parent / "plain.csv"
        bare, *_ = timed(BARE, plain, folder / "bare.duckdb")
        plain.unlink()
        wall, cpu, peak, told = timed(ONE, folder, NIGHT.isoformat())
        print(f"{delivered.stat().st_size // MIB:6}{peak:10.0f}{wall:9.1f}{cpu:9.1f}{bare:9.1f}  {told}", flush=True)
        shutil.rmtree(folder)


def write_extract(work: Path, home: Path, mib: int) -> Path:
    """An extract of about that size, in the intake of a new home; the same text in UTF-8 beside its folder."""
    if not (work / "city").exists():
        generate(PEOPLE, seed=5, nights=1, out=work / "city", first_night=NIGHT)
    [source] = (work / "city" / "night_000" / "public_security").glob("户籍人口_*.csv")
    copies = max(1, mib * MIB // source.stat().st_size)
    for folder in ("intake/public_security", "warehouse", "archive"):
        (home / folder).mkdir(parents=True)
    plain, target = home / "intake" / "plain.csv", home / "intake" / "public_security" / source.name
    recode(source, "gb18030", home / "intake" / "one.csv", "utf-8")
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        con.execute(COPIES, {"from": str(home / "intake" / "one.csv"), "to": str(plain), "copies": copies})
    (home / "intake" / "one.csv").unlink()
    recode(plain, "utf-8", target, "gb18030")
    return target


def written_elsewhere(work: Path, home: Path, mib: int) -> Path:
    """`write_extract` in a process of its own: the peak of this one is that of whatever it starts."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(write_extract, work, home, mib).result()


def recode(source: Path, encoding: str, target: Path, wanted: str) -> None:
    """Write a text in another encoding."""
    with source.open(encoding=encoding, newline="") as text, target.open("w", encoding=wanted, newline="") as copy:
        shutil.copyfileobj(text, copy, COPY_BYTES)


def timed(program: str, *arguments: object) -> tuple[float, float, float, str]:
    """Wall and CPU seconds, peak MiB and output of a program run by itself."""
    began = time.monotonic()
    command = [sys.executable, "-c", program, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    told = process.stdout.read().strip() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"exit code {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told


if __name__ == "__main__":
    main()
