"""What a step is given: the home, the writer's lock for the whole run, and one connection for the step."""

import os
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import PrivateAttr
from structlog.typing import FilteringBoundLogger

from matching.errors import MatchingError
from pipelines.errors import PipelinesError, StepError
from pipelines.home import find_home, Home
from pipelines.instance import close_dead_runs
from pipelines.memory import give_back, step_session
from pipelines.names import NIGHTLY_MERGE
from pipelines.night_log import night_log
from pipelines.partitions import PARTITION
from pipelines.read_ahead import ReadAhead
from pipelines.writer import hold_writer, WAIT_SECONDS
from quality.engine import run_suites
from quality.errors import QualityError
from quality.gate import SuiteResult, summarise_suites
from quality.rules import Suite
from sources.errors import SourcesError
from sources.unpack import clear_workspace
from warehouse.errors import WarehouseError

SAFE = (PipelinesError, SourcesError, MatchingError, WarehouseError, QualityError)
"""Errors of our own rooms hold no personal values; all others might (DuckDB quotes what it cannot convert)."""


class House(dg.ConfigurableResource[Home]):
    """The home of the deployment. `root` may be left to the environment variable POPBASE_HOME."""

    root: str | None = None

    def home(self) -> Home:
        """The home, with its folders made."""
        return find_home(Path(self.root) if self.root else None).prepare()


class Writer(dg.ConfigurableResource["Writer"]):
    """The right to write the warehouse, held from the first step of a run to the last.

    That is as long as the resource lives, since runs execute in one process. `is_held` says that the
    caller, the command line, holds the lock already.
    """

    house: House
    is_held: bool = False
    wait_seconds: float = WAIT_SECONDS
    _log: FilteringBoundLogger = PrivateAttr()
    _ahead: ReadAhead = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Writer"]:
        """Hold the lock while the run lasts, and close runs that died holding it."""
        home, night = self.house.home(), context.dagster_run.tags.get(PARTITION) if context.dagster_run else None
        lock = nullcontext() if self.is_held else hold_writer(home, self.wait_seconds)
        with night_log(home, context.run_id or "", night) as self._log, lock, ReadAhead() as self._ahead:
            clear_workspace(home.warehouse)
            if context.instance is not None and not self.is_held:
                close_dead_runs(context.instance, NIGHTLY_MERGE, context.run_id)
            yield self

    @property
    def log(self) -> FilteringBoundLogger:
        """The log of the run."""
        return self._log

    @property
    def ahead(self) -> ReadAhead:
        """What is read ahead of the run's steps."""
        return self._ahead

    def home(self) -> Home:
        """The home."""
        return self.house.home()

    @contextmanager
    def step(self, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """One step's connection to the warehouse.

        Raises:
            StepError: instead of any error that might hold personal values.
        """
        home, began = self.home(), time.monotonic()
        self._log.info("step_began", step=name)
        try:
            with no_personal_values(name, home), step_session(home.database) as con:
                yield con
        except SAFE as error:
            self._log.error("step_failed", step=name, seconds=_since(began), error=type(error).__name__)
            raise
        finally:
            give_back()
        self._log.info("step_ended", step=name, seconds=_since(began))

    def check(
        self, con: duckdb.DuckDBPyConnection, step: str, suites: Sequence[Suite], night: date
    ) -> list[SuiteResult]:
        """Run a step's suites, and log how many there were, and how long it took."""
        began = time.monotonic()
        results = summarise_suites(run_suites(con, suites, night))
        failed = sum(not result.passed for result in results)
        self._log.info("checked", step=step, suites=len(results), failed=failed, seconds=_since(began))
        return results


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


@contextmanager
def no_personal_values(step: str, home: Home) -> Iterator[None]:
    """Let no error out that might quote data: its text stays in the restricted folder."""
    try:
        yield
    except SAFE as error:
        _keep(step, home)
        raise error from None  # Dagster stores causes and contexts with the event of the failure
    except Exception as error:  # noqa: BLE001 - any error might quote data
        _keep(step, home)
        raise StepError(step, type(error).__name__, str(home.errors.relative_to(home.root))) from None


def _keep(step: str, home: Home) -> None:
    handle = os.open(home.errors, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as stream:
        stream.write(f"--- {step}\n{traceback.format_exc()}\n")
