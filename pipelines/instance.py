"""The Dagster instance of a HOME: opened with our dagster.yaml, rid of dead runs, and kept small.

Dagster has a retention for ticks but none for runs and their events (dagster#33785), and its daemon frees
the pool slots of runs that died only where a daemon runs. Both are done here.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.errors import WriterBusyError
from pipelines.home import Home
from pipelines.writer import hold_writer, WAIT_SECONDS

SETTINGS = "dagster.yaml"
KEEP_DAYS = 30
PRUNE_BATCH = 500
SILENT_SECONDS = WAIT_SECONDS + 60.0
"""A started run without the writer's lock either waits for it, and no longer than this, or is about to end."""

UNFINISHED = (
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
)


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The instance below a home, made on first use; a dagster.yaml that is there is the deployment's own."""
    settings = home.dagster / SETTINGS
    if not settings.exists():
        home.dagster.mkdir(parents=True, exist_ok=True)
        settings.write_text(resources.files("pipelines").joinpath(SETTINGS).read_text(encoding="utf-8"), "utf-8")
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        yield instance


def close_dead_runs(instance: dg.DagsterInstance, job_name: str, own_run_id: str | None = None) -> list[str]:
    """Mark runs that cannot be alive as failed, and free their pool slots.

    Call it only while holding the writer's lock: whoever holds it knows that no other run is working.

    Args:
        instance: whose runs.
        job_name: only runs of the job that the lock protects.
        own_run_id: the run which holds the lock, if it is one.

    Returns:
        The ids of the runs closed.
    """
    unfinished = dg.RunsFilter(job_name=job_name, statuses=list(UNFINISHED))
    return _close(instance, [run for run in instance.get_runs(unfinished) if run.run_id != own_run_id])


def close_orphans(home: Home, instance: dg.DagsterInstance, job_names: Collection[str], now: datetime) -> list[str]:
    """Close started runs whose process is gone, before they keep the next one waiting in the queue.

    The launcher of the server cannot tell, and no queued run can come to close them itself. They are dead when the
    writer's lock is free and they have said nothing for SILENT_SECONDS. Runs that do not work yet are left alone:
    `run_monitoring` sees to those that never start.

    Args:
        home: whose lock.
        instance: whose runs.
        job_names: only runs of the jobs that the lock protects.
        now: the present instant.

    Returns:
        The ids of the runs closed; none while another process writes.
    """
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    if not any(run.job_name in job_names for run in instance.get_runs(started)):
        return []  # the lock is not even touched: `popbase run` would take us for another run
    try:
        with hold_writer(home):
            records = [each for each in instance.get_run_records(started) if each.dagster_run.job_name in job_names]
            silent = [each for each in records if now.timestamp() - _last_told(instance, each) > SILENT_SECONDS]
            return _close(instance, [each.dagster_run for each in silent])
    except WriterBusyError:
        return []


def _last_told(instance: dg.DagsterInstance, record: dg.RunRecord) -> float:
    """When a run last said something, in seconds since 1970."""
    told = instance.get_records_for_run(record.dagster_run.run_id, limit=1, ascending=False).records
    return told[0].timestamp if told else record.create_timestamp.timestamp()


def _close(instance: dg.DagsterInstance, dead: Sequence[dg.DagsterRun]) -> list[str]:
    for run in dead:
        instance.report_run_failed(run, "The process of this run died; its lock is free.")
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        holder = instance.get_run_by_id(run_id)
        if holder is None or holder.is_finished:
            instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return [run.run_id for run in dead]


def prune_runs(instance: dg.DagsterInstance, now: datetime, keep_days: int = KEEP_DAYS) -> int:
    """Delete finished runs older than `keep_days`, with their events, and return how many.

    Of each job the last successful run stays, so that the asset graph always shows where its data came from.
    """
    old = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED],
        updated_before=now - timedelta(days=keep_days),
    )
    runs = [record.dagster_run for record in instance.get_run_records(old, limit=PRUNE_BATCH)]
    kept = _last_successes(instance, runs)
    pruned = [run.run_id for run in runs if run.run_id not in kept]
    for run_id in pruned:
        instance.delete_run(run_id)
        _remove_shard(instance, run_id)
    return len(pruned)


def _last_successes(instance: dg.DagsterInstance, runs: Sequence[dg.DagsterRun]) -> set[str]:
    kept: set[str] = set()
    for job_name in {run.job_name for run in runs}:
        done = dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS])
        kept.update(run.run_id for run in instance.get_runs(done, limit=1))
    return kept


def _remove_shard(instance: dg.DagsterInstance, run_id: str) -> None:
    """Dagster empties the SQLite file of a deleted run and leaves it behind."""
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        shard = Path(storage.path_for_shard(run_id))
        for path in (shard, shard.with_name(f"{shard.name}-wal"), shard.with_name(f"{shard.name}-shm")):
            path.unlink(missing_ok=True)
