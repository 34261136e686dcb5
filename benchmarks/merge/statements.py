"""On which statements a night spends its time: `popbase run`, each statement timed where it is given to DuckDB.

    .venv/bin/python benchmarks/merge/statements.py HOME --night 2026-11-01 [--least 1.0]

Files wait in HOME/intake. Prints every statement (or script of statements) that took `--least` seconds, with the moment
at which it ended and the resident set then. What Python does between them is what is missing in the moments.
"""

# ruff: noqa: ANN401 - it stands for any connection

import argparse
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import warehouse.database
from pipelines.home import Home
from pipelines.runner import run_night

SHOWN = 110
PAGE = 4096


class Timed:
    """A connection that prints its slow statements; in all else it is the connection."""

    def __init__(self, con: Any, began: float, least: float) -> None:
        """Args: the connection, when the run began, and from how many seconds on a statement is slow."""
        self._con, self._began, self._least = con, began, least

    def __getattr__(self, name: str) -> Any:
        """What is not timed."""
        return getattr(self._con, name)

    def __enter__(self) -> Any:
        """As the connection does."""
        return self

    def __exit__(self, *_: object) -> None:
        """As the connection does."""
        self._con.close()

    def execute(self, query: str, *values: Any) -> Any:
        """Run a statement, timed."""
        return self._timed(query, self._con.execute, query, *values)

    def sql(self, query: str) -> Any:
        """Make a relation; it runs when it is read, so only what it takes to begin is seen."""
        return self._timed(query, self._con.sql, query)

    def commit(self) -> Any:
        """Commit, timed."""
        return self._timed("COMMIT", self._con.commit)

    def _timed(self, text: str, run: Any, *given: Any) -> Any:
        began = time.monotonic()
        try:
            return run(*given)
        finally:
            now = time.monotonic()
            if now - began >= self._least:
                shown = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", text)).strip()[:SHOWN]
                print(f"{now - self._began:8.1f} {now - began:7.1f} s {resident():6,} MiB  {shown}", flush=True)


def resident() -> int:
    """MiB of the resident set."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE >> 20


def main() -> None:
    """Run the night."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--night", type=date.fromisoformat, required=True)
    parser.add_argument("--least", type=float, default=1.0)
    options = parser.parse_args()
    connect, began = warehouse.database._connect, time.monotonic()  # noqa: SLF001 - there is no other place to see all
    warehouse.database._connect = lambda *given, **named: Timed(connect(*given, **named), began, options.least)  # type: ignore[assignment,return-value]  # noqa: SLF001
    report = run_night(Home(options.home.resolve()), options.night, lambda *_: None, lambda *step: print(*step))
    print(f"{time.monotonic() - began:8.1f} {report.status}")


if __name__ == "__main__":
    main()
