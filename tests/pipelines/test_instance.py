import sqlite3
from datetime import datetime, timedelta, UTC
from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import close_dead_runs, close_orphans, open_instance, prune_runs, SILENT_SECONDS
from pipelines.writer import hold_writer, LOCK_NAME, WAIT_SECONDS

JOB = "small"


@dg.op(pool="warehouse")
def work():
    pass


@dg.job(name=JOB, executor_def=dg.in_process_executor)
def small():
    work()


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    from pipelines.home import Home

    with open_instance(Home(tmp_path_factory.mktemp("home"))) as opened:
        yield opened


def run_small(instance) -> str:
    return small.execute_in_process(instance=instance).run_id


def test_settings_are_those_nobody_else_ships(instance):
    settings = instance.get_settings("concurrency")
    assert settings["pools"] == {"default_limit": 1, "granularity": "op"}
    assert settings["runs"]["max_concurrent_runs"] == 1
    assert instance.run_monitoring_enabled
    assert instance.run_monitoring_settings["free_slots_after_run_end_seconds"] == 60
    assert not instance.telemetry_enabled


def test_all_databases_are_in_wal_mode(instance):
    run_small(instance)
    paths = list(Path(instance.root_directory).rglob("*.db"))
    assert len(paths) >= 4
    for path in paths:
        with sqlite3.connect(path) as con:
            assert con.execute("PRAGMA journal_mode").fetchone() == ("wal",), path.name


def test_slot_of_a_killed_run_is_freed(instance):
    run_small(instance)
    dead = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED)
    storage = instance.event_log_storage
    assert storage.claim_concurrency_slot("warehouse", dead.run_id, "work").is_claimed
    assert not storage.claim_concurrency_slot("warehouse", "other", "work").is_claimed
    storage.free_concurrency_slots_for_run("other")

    assert close_dead_runs(instance, JOB) == [dead.run_id]

    assert instance.get_run_by_id(dead.run_id).status == dg.DagsterRunStatus.FAILURE
    assert storage.get_concurrency_info("warehouse").active_slot_count == 0
    run_small(instance)


def test_own_run_is_not_closed(instance):
    own = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED)
    assert close_dead_runs(instance, JOB, own_run_id=own.run_id) == []
    instance.delete_run(own.run_id)


@pytest.fixture
def started(instance):
    run = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED)
    yield run
    instance.delete_run(run.run_id)


def later(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_run_whose_process_is_gone_is_closed_when_nobody_writes(instance, home, started):
    waiting = [
        instance.create_run_for_job(small, status=status).run_id
        for status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING)
    ]
    with hold_writer(home):
        assert close_orphans(home, instance, [JOB], later(SILENT_SECONDS + 60)) == []
    assert close_orphans(home, instance, ["another"], later(SILENT_SECONDS + 60)) == []
    assert close_orphans(home, instance, [JOB], later(SILENT_SECONDS + 60)) == [started.run_id]
    assert instance.get_run_by_id(started.run_id).status == dg.DagsterRunStatus.FAILURE
    for run_id in waiting:
        assert not instance.get_run_by_id(run_id).is_finished
        instance.delete_run(run_id)


def test_run_that_may_still_wait_for_the_lock_is_not_closed(instance, home, started):
    assert close_orphans(home, instance, [JOB], later(WAIT_SECONDS)) == []
    instance.report_engine_event("a step began", started)
    assert close_orphans(home, instance, [JOB], later(WAIT_SECONDS)) == []


def test_lock_is_left_alone_while_no_run_has_started(instance, home):
    assert close_orphans(home, instance, [JOB], later(SILENT_SECONDS + 60)) == []
    assert not (home.warehouse / LOCK_NAME).exists()


def test_old_runs_are_pruned_and_the_last_success_stays(instance):
    first, last = run_small(instance), run_small(instance)
    later = datetime.now(UTC) + timedelta(days=31)
    assert prune_runs(instance, datetime.now(UTC), keep_days=30) == 0
    assert prune_runs(instance, later, keep_days=30) >= 1
    kept = {run.run_id for run in instance.get_runs()}
    assert last in kept
    assert first not in kept
    shards = instance.event_log_storage.path_for_shard(first)
    assert not Path(shards).exists()
