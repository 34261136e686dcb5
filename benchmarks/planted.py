"""Faults of departments and of our own, planted one at a time: each must be caught by the check named for it.

    python benchmarks/planted.py WORK [--only NAME]

A small fictitious city whose departments send their registers anew each night is merged for eight nights without a
fault. Then come nights of one fault each, each in a copy of that home: files that departments send, run through
Dagster with all checks; and tables of the base that are wrong, checked where they stand. A fault is caught when the
rule named for it fails in more rows than the night before, or the file is refused for the reason named. Between them
stand nights without any fault, in which nothing may fail anew. Prints one line for each; exit code 1 when one was
missed, or a clean night failed a check.
"""

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import yaml
from forks import in_child
from planted_files import FILES_CHANGED
from planted_rows import REGISTER, ROWS_CHANGED
from planted_sheets import read_sheet, Rows, Sheet, write_sheet

from pipelines.home import Home
from pipelines.report import read_report
from pipelines.runner import run_night
from pipelines.trust import create_trust_tables
from quality.engine import run_suites
from quality.suites import base_suites
from quality.trends import compare_night, measure_night
from sources.contract import load_contracts
from sources.synth.generate import generate
from warehouse.database import warehouse_session

FIRST = date(2026, 11, 1)
NIGHTS = 8
PEOPLE = 400
KEPT = 0.97
"""Share of a register's rows that a night's file has: no two are the same, all are alike."""

FEW = 60

TABLES_CHANGED = Path(__file__).with_name("planted_tables.yml")
DEATHS = "civil_affairs/殡葬火化"


def main() -> int:
    """Plant all, and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    before = Home(options.work / "before")
    city = options.work / "city"
    if not city.exists():
        in_child(lambda: generate(PEOPLE, seed=4, nights=1, out=city, first_night=FIRST))
    if not before.base.exists():
        shutil.rmtree(before.root, ignore_errors=True)
        for number in range(NIGHTS):
            deliver(city, before, number)
            if night(before, number):
                raise SystemExit(f"a night without a fault failed: {failures(before, number)}")
    missed = 0
    for name, expected, plant in faults():
        if options.only and options.only not in name:
            continue
        home = Home(options.work / "planted")
        shutil.rmtree(home.root, ignore_errors=True)
        shutil.copytree(before.root, home.root, symlinks=True)
        found = plant(city, home)
        is_right = not found if expected is None else any(each.endswith(expected) for each in found)
        missed += not is_right
        others = sorted(found - {each for each in found if expected and each.endswith(expected)})
        print(
            f"{'caught' if is_right and expected else 'clean' if is_right else 'MISSED'}  {name}: {expected or ''}",
            end="",
        )
        print(f"  (also {', '.join(others)})" if others else "", flush=True)
    print(f"{missed} missed")
    return int(missed > 0)


def faults() -> Iterator[tuple[str, str | None, Callable[[Path, Home], set[str]]]]:
    """Name, the end of the failure's name, and how it is planted."""
    yield "a night without a fault", None, partial(sent, {})
    yield from ((name, expected, partial(sent, {file: change})) for name, file, expected, change in ROWS_CHANGED)
    yield from ((name, expected, partial(sent, {file: change})) for name, file, expected, change in FILES_CHANGED)
    late = "arrival_public_security.household_register_in_time"
    yield "a department sends nothing for twenty days", late, partial(sent, {REGISTER: None}, days=20)
    yield "another night without a fault", None, partial(sent, {})
    declared = yaml.safe_load(TABLES_CHANGED.read_text(encoding="utf-8"))
    yield from ((each["name"], each["failure"], partial(altered, each["statement"])) for each in declared)


def sent(
    changes: dict[str, Callable[[Sheet], Sheet] | Callable[[Path], None] | None], city: Path, home: Home, days: int = 1
) -> set[str]:
    """Deliver a night with changed files, run it, and say what failed."""
    number = NIGHTS - 1 + days
    deliver(city, home, number, changes)
    night(home, number)
    return anew(failures(home, number), failures(home, NIGHTS - 1))


def altered(statements: str, city: Path, home: Home) -> set[str]:
    """Change tables of the warehouse, check the base, and say what failed."""
    del city
    answer = home.root.with_suffix(".failed")

    def ask() -> None:
        with warehouse_session(home.database) as con:
            create_trust_tables(con, load_contracts())
            con.execute(statements)
            last = FIRST + timedelta(days=NIGHTS - 1)
            measure_night(con, last)
            compare_night(con, last)
            results = run_suites(con, base_suites(), last)
            answer.write_text(json.dumps({f"{r.suite}.{r.name}": r.failed_count or 1 for r in results if not r.passed}))

    answer.unlink(missing_ok=True)
    if in_child(ask):
        return {"the checks themselves failed"}
    return anew(json.loads(answer.read_text()), failures(home, NIGHTS - 1))


def deliver(
    city: Path,
    home: Home,
    number: int,
    changes: dict[str, Callable[[Sheet], Sheet] | Callable[[Path], None] | None] | None = None,
) -> None:
    """Write a night's files into the intake, each a little other than the night before; of the dead nothing is sent."""
    rng = random.Random(number)  # noqa: S311 - for chance, not for secrets
    home.prepare()
    [deaths] = (city / "night_000" / DEATHS).parent.glob(f"{Path(DEATHS).name}_*.csv")
    dead = {row["身份证号码"] for row in read_sheet(deaths).rows if row["身份证号码"]}
    for source in sorted((city / "night_000").rglob("*.csv")):
        name = f"{source.parent.name}/{source.stem.rsplit('_', 1)[0]}"
        change = (changes or {}).get(name, False)
        if change is None or not source.stat().st_size:
            continue
        target = home.intake / f"{name}_{FIRST + timedelta(days=number):%Y%m%d}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        sheet = read_sheet(source)
        rows = [row for row in sheet.rows if name == DEATHS or dead.isdisjoint(row.values())]
        sheet = replace(sheet, rows=thinned(rows, number, rng))
        if change and change.__code__.co_varnames[:1] != ("path",):
            sheet = change(sheet)
        write_sheet(sheet, target)
        if change and change.__code__.co_varnames[:1] == ("path",):
            change(target)


def thinned(rows: Rows, number: int, rng: random.Random) -> Rows:
    """Most of the rows; all of a few, below which come as many blank lines as nights have been."""
    if len(rows) > FEW:
        return [row for row in rows if rng.random() < KEPT]
    return rows + [{}] * number


def night(home: Home, number: int) -> bool:
    """Run a night; whether it was not published."""

    def run() -> None:
        report = run_night(home, FIRST + timedelta(days=number), lambda steps: None, lambda name, ended: None)
        if report.status != "published":
            raise SystemExit(1)

    return in_child(run)


def failures(home: Home, number: int) -> dict[str, float]:
    """The failed rules of a night with the rows that fail them, and why files were refused."""
    report = read_report(home.reports / f"night_{FIRST + timedelta(days=number)}.json")
    failed = {
        f"{line.check}.{rule}": float(rows) if isinstance(rows, int) else 1.0
        for line in report.checks_failed
        for rule, rows in line.failed_rules.items()
        if not line.check.startswith("files_")
    }
    refused = {f"refused.{file.reason_code}": 1.0 for file in report.files if file.reason_code}
    return failed | refused | ({"the night failed": 1.0} if report.status == "failed" else {})


def anew(found: dict[str, float], before: dict[str, float]) -> set[str]:
    """What fails in more rows than it did before."""
    return {name for name, rows in found.items() if rows > before.get(name, 0)}


if __name__ == "__main__":
    # The same keys each time, so that a run can be repeated.
    os.environ["POPBASE_IDENTITY_KEY"] = os.environ["POPBASE_PROJECT_KEY_DEFAULT"] = "5a" * 32
    sys.exit(main())
