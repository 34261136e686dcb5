"""Nights struck by faults at moments spread over all their stages, run again, and compared with undisturbed ones.

    python benchmarks/faults.py WORK [--points 200] [--seed 1]

A small fictitious city is merged for two nights. A *point* is one change of a file (write, sync, rename, removal) by
anything in the process, at which the process is killed, killed in the middle of a write, killed with all that was not
synced lost as by a power cut, or from which on the disk is full. Points are spread evenly over the changes of an
undisturbed night; each scenario has two of them, the second while the night is run again. After that come: files of the
intake that cannot be removed, a clock two days back, two runs started together. What the next run publishes must be row
for row what undisturbed nights publish. Needs a C compiler (`cc`) and Linux. Exit code 1 when any home differs.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
from forks import in_child

from pipelines.home import Home
from pipelines.runner import run_night
from sources.synth.generate import generate

KILL, TORN, POWER, FULL, LOCKED = 1, 2, 3, 4, 5
NAMES = {KILL: "killed", TORN: "torn", POWER: "power cut", FULL: "disk full"}
NIGHTS = (date(2026, 11, 1), date(2026, 11, 2))
PEOPLE = 200
TABLES = (
    "person", "person_version", "crosswalk", "person_provenance", "change_log", "conflict", "household", "dwelling",
    "person_dwelling", "employer", "person_employment", "person_relation", "stat_population",
)  # fmt: skip
SHIM = Path(__file__).with_name("faults_shim.c")
DAYS_BACK = 2


def main() -> int:
    """Run the scenarios, and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    preload(options.work)
    rng = random.Random(options.seed)  # noqa: S311 - for chance, not for secrets
    shutil.rmtree(options.work / "homes", ignore_errors=True)
    if not (city := options.work / "city").exists():
        in_child(lambda: generate(PEOPLE, seed=3, nights=len(NIGHTS), out=city, first_night=NIGHTS[0]))
    # The same keys for all homes, so that equal persons have equal ids and pseudonyms.
    os.environ["POPBASE_IDENTITY_KEY"] = os.environ["POPBASE_PROJECT_KEY_DEFAULT"] = "5a" * 32

    templates, wanted, steps = [], [], []
    for number in range(len(NIGHTS)):
        home = prepared(options.work, city, f"undisturbed{number}", number, templates)
        steps.append(measure(home, number))
        wanted.append(told(home))
        templates.append(home)
        print(f"{NIGHTS[number]}: {steps[-1][-1][0]:,} changes of files in an undisturbed night", flush=True)

    kinds, stages, wrong = Counter(), Counter(), 0
    scenarios = -(-options.points // 2)
    for scenario in range(scenarios):
        number, kind = scenario % 2, (KILL, TORN, POWER, FULL)[scenario // 2 % 4]
        home = prepared(options.work, city, "struck", number, templates)
        changes = steps[number][-1][0]
        points = [int(changes * (scenario + rng.random()) / scenarios) + 1, rng.randrange(changes) + 1]
        for point in points:
            was_struck = in_child(partial(strike, home, number, kind, point))
            kinds[NAMES[kind] if was_struck else f"{NAMES[kind]}: the night ended before"] += 1
        stages[stage(steps[number], points[0])] += 1
        wrong += finish(home, number, wanted[number], f"{NAMES[kind]} at {points} of {changes}")
    for name, strange in strange_nights().items():
        home = prepared(options.work, city, "struck", 1, templates)
        strange(home)
        wrong += finish(home, 1, wanted[1], name)
        print(f"{name}: done", flush=True)
    print("points:", ", ".join(f"{name} {n}" for name, n in sorted(kinds.items())))
    print("first points by stage:", ", ".join(f"{name} {n}" for name, n in stages.most_common()))
    print(f"{2 * scenarios} points and {len(strange_nights())} strange nights, {wrong} homes differ")
    return int(wrong > 0)


def preload(work: Path) -> None:
    """Build the shim, and begin again with it."""
    if "LD_PRELOAD" in os.environ:
        return
    work.mkdir(parents=True, exist_ok=True)
    library = (work / "shim.so").absolute()
    subprocess.run(
        [shutil.which("cc") or "cc", "-O2", "-shared", "-fPIC", "-o", library, SHIM, "-ldl", "-lpthread"], check=True
    )
    os.environ["LD_PRELOAD"] = str(library)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def prepared(work: Path, city: Path, name: str, number: int, templates: list[Home]) -> Home:
    """A home in which all nights before a night are merged, with the night's files in its intake."""
    home = Home(work / "homes" / name)
    shutil.rmtree(home.root, ignore_errors=True)
    if number:
        shutil.copytree(templates[number - 1].root, home.root, symlinks=True)
    shutil.copytree(city / f"night_{number:03}", home.intake, dirs_exist_ok=True)
    return home


def measure(home: Home, number: int) -> list[tuple[int, str]]:
    """Run a night undisturbed; at which change each step began, and at last how many changes there were."""
    log = home.root.with_suffix(".steps")

    def count() -> None:
        with log.open("w") as stream:

            def note(name: str, has_ended: bool) -> None:
                if not has_ended:
                    stream.write(f"{shim.fault_count()} {name}\n")

            shim = ctypes.CDLL(None)
            shim.fault_arm(KILL, ctypes.c_long(2**62))
            run_night(home, NIGHTS[number], lambda steps: None, note)
            stream.write(f"{shim.fault_count()} end\n")

    if in_child(count):
        raise SystemExit("the undisturbed night failed")
    return [(int(at), name) for at, name in (line.split() for line in log.read_text().splitlines())]


def strike(home: Home, number: int, kind: int, point: int) -> None:
    """Run a night into a fault."""
    ctypes.CDLL(None).fault_arm(kind, ctypes.c_long(point))
    report = run_night(home, NIGHTS[number], lambda steps: None, lambda name, ended: None)
    if report.status != "published":
        raise SystemExit(1)


def finish(home: Home, number: int, wanted: list[tuple[int, int]], name: str) -> int:
    """Run the night to its end; 1 when it failed or is not what was wanted."""
    failed = in_child(lambda: strike(home, number, 0, 0))
    if not failed and told(home) == wanted:
        return 0
    print(f"{name}: {'THE NEXT RUN FAILED' if failed else 'DIFFERENT'}", flush=True)
    shutil.copytree(home.root, home.root.with_name(f"wrong{time.time_ns()}"), symlinks=True)
    return 1


def strange_nights() -> dict[str, Callable[[Home], object]]:
    """Faults of other kinds, each in the second night."""

    def together(home: Home) -> None:
        children = [os.fork() for _ in range(1)]
        if children == [0]:
            in_child(lambda: strike(home, 1, 0, 0))
            os._exit(0)
        in_child(lambda: strike(home, 1, 0, 0))
        for child in children:
            os.waitpid(child, 0)

    def back(home: Home) -> None:
        def run() -> None:
            ctypes.CDLL(None).fault_clock(ctypes.c_long(-DAYS_BACK * 86_400))
            strike(home, 1, 0, 0)

        in_child(run)

    return {
        "files of the intake cannot be removed": lambda home: in_child(lambda: strike(home, 1, LOCKED, 1)),
        "the clock goes back": back,
        "two runs together": together,
    }


def stage(steps: list[tuple[int, str]], point: int) -> str:
    """The step in which a change falls."""
    at = bisect_right([begun for begun, _ in steps], point) - 1
    return steps[at][1] if at >= 0 else "start"


def told(home: Home) -> list[tuple[int, int]]:
    """Row count and hash of each published table, asked in a process of its own: threads do not outlive a fork."""
    answer = home.root.with_suffix(".told")

    def ask() -> None:
        with duckdb.connect() as con:
            con.execute(f"ATTACH '{home.base}' AS base (READ_ONLY)")
            rows = [con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM base.{t} AS t").fetchall()[0] for t in TABLES]
        answer.write_text(json.dumps(rows))

    return [] if in_child(ask) else json.loads(answer.read_text())


if __name__ == "__main__":
    sys.exit(main())
