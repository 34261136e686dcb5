"""One night in this process: the same job as the server's, with a progress callback. Prints nothing."""

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, UTC
from uuid import uuid4

import dagster as dg

from pipelines.build import build_defs
from pipelines.home import Home
from pipelines.instance import close_dead_runs, open_instance, prune_runs
from pipelines.memory import step_session
from pipelines.names import INTAKE, NIGHTLY_MERGE
from pipelines.partitions import add_night
from pipelines.report import NightReport
from pipelines.run_report import report_run
from pipelines.writer import hold_writer, remove_rehearsal
from warehouse.ledger import check_night

PlanCallback = Callable[[Sequence[str]], None]
"""Called once with the names of all steps."""
StepCallback = Callable[[str, bool], None]
"""Called with a step's name and whether it has ended."""


def run_night(
    home: Home, night: date, on_plan: PlanCallback, on_step: StepCallback, quiet_seconds: float = 0.0
) -> NightReport:
    """Merge what waits in a home's intake as one night.

    Args:
        home: the deployment.
        night: the label of the night.
        on_plan: told of the steps before they begin.
        on_step: told of each step's begin and end.
        quiet_seconds: how long a file must have been left alone; 0 takes all.

    Raises:
        WriterBusyError: another run is writing this home.
        NightOrderError: a later night is merged already; no run was begun.
        WarehouseError: the warehouse cannot be opened.
    """
    home.prepare()
    with hold_writer(home), _quiet_dagster(home), open_instance(home) as instance:
        remove_rehearsal(home)
        _check_night(home, night)
        close_dead_runs(instance, NIGHTLY_MERGE)
        prune_runs(instance, datetime.now(UTC))
        run_id = str(uuid4())
        instance.add_event_listener(run_id, lambda entry: _tell(entry, on_step))
        job = build_defs(home, is_writer_held=True).resolve_job_def(NIGHTLY_MERGE)
        on_plan([node.name for node in job.graph.nodes])
        job.execute_in_process(
            run_config=_run_config(quiet_seconds),
            instance=instance,
            partition_key=add_night(instance, night),
            raise_on_error=False,
            run_id=run_id,
        )
        return report_run(home, instance, run_id)


def _check_night(home: Home, night: date) -> None:
    """Before the run: one that cannot be merged would leave the report of a failed night in place of that night's."""
    if home.database.exists():
        with step_session(home.database) as con:
            check_night(con, night)


def _run_config(quiet_seconds: float) -> dict[str, object]:
    return {
        "ops": {INTAKE: {"config": {"quiet_seconds": quiet_seconds}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the report says what happened
    }


def _tell(entry: dg.EventLogEntry, on_step: StepCallback) -> None:
    event = entry.dagster_event
    if event is None or event.step_key is None:
        return
    if event.is_step_start:
        on_step(event.step_key, False)
    elif event.is_step_success or event.is_step_failure:
        on_step(event.step_key, True)


@contextmanager
def _quiet_dagster(home: Home) -> Iterator[None]:
    """Dagster's log goes to the event log alone; DAGSTER_HOME is ours while the run lasts."""
    logger, before = logging.getLogger("dagster"), os.environ.get("DAGSTER_HOME")
    level, logger.disabled = logger.level, True
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = False
        logger.setLevel(level)
        if before is None:
            os.environ.pop("DAGSTER_HOME", None)
        else:
            os.environ["DAGSTER_HOME"] = before
