"""Merge the nights of a folder of extracts one after another, and say what each cost.

    python benchmarks/nights.py EXTRACTS HOME [--first-night 2026-11-01]

EXTRACTS holds night_000, night_001, … as `popbase synth` writes them. HOME must not exist. Every night is
merged by a `popbase run` process of its own; the last one a second time, which must change nothing.
Wall seconds, CPU seconds and peak memory (MiB, of the largest process) are the kernel's figures.
"""

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

POPBASE = Path(sys.executable).with_name("popbase")


def main() -> None:
    """Run the nights and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracts", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--first-night", type=datetime.date.fromisoformat, default=datetime.date(2026, 11, 1))
    options = parser.parse_args()
    options.home.mkdir(parents=True)
    nights = sorted(options.extracts.glob("night_*"))
    print(f"{'night':12}{'exit':>6}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}")
    for number, folder in enumerate(nights):
        shutil.copytree(folder, options.home / "intake", dirs_exist_ok=True)
        report(options.home, options.first_night + datetime.timedelta(days=number))
    report(options.home, options.first_night + datetime.timedelta(days=len(nights) - 1))


def report(home: Path, night: datetime.date) -> None:
    """Merge what waits in the intake as one night, and print its cost."""
    began = time.monotonic()
    process = subprocess.Popen(
        [POPBASE, "run", "--home", home, "--night", night.isoformat()], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall, cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    print(f"{night!s:12}{os.waitstatus_to_exitcode(status):6}{wall:9.1f}{cpu:9.1f}{usage.ru_maxrss / 1024:10.0f}")


if __name__ == "__main__":
    main()
