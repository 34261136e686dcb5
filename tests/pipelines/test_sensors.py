import json
import os
import subprocess
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from pipelines.build import build_defs
from pipelines.clock import TIMEZONE
from pipelines.instance import open_instance
from pipelines.names import ASSET_JOB, NIGHTLY_MERGE
from pipelines.partitions import PARTITION
from pipelines.report import read_report
from pipelines.resources import House
from pipelines.run_report import CANCELLED
from pipelines.sensors import look_at_intake, QUIET_SECONDS, read_cursor, report_ended
from pipelines.writer import hold_writer
from sources.intake import scan_intake
from warehouse.database import warehouse_session

DEPARTMENTS = ("tax", "hrss")


def look(intake, before, now):
    return look_at_intake(intake, scan_intake(intake, DEPARTMENTS, now, QUIET_SECONDS), before)


@pytest.fixture
def intake(tmp_path):
    (tmp_path / "tax").mkdir()
    return tmp_path


LATER = float(1 << 32)
"""Long after a test wrote its file, however long the tests before it took."""


def test_file_is_taken_only_after_it_stayed_the_same(intake):
    file = intake / "tax" / "a.csv"
    file.write_text("1")
    assert look(intake, {}, time.time()).content is None
    first = look(intake, {}, LATER)
    assert (first.content, first.arriving) == (None, 1)
    second = look(intake, first.seen, LATER)
    assert second.content is not None
    assert second.arriving == 0


def test_file_that_grew_is_still_arriving(intake):
    file = intake / "tax" / "a.csv"
    file.write_text("1")
    first = look(intake, {}, LATER)
    file.write_text("12")
    assert look(intake, first.seen, LATER).content is None


def settled_key(intake):
    return look(intake, look(intake, {}, LATER).seen, LATER).content


def test_corrected_file_of_the_same_name_and_time_has_another_key(intake):
    file = intake / "tax" / "a.csv"
    file.write_text("1")
    os.utime(file, (1000, 1000))
    before = settled_key(intake)
    assert settled_key(intake) == before
    file.write_text("2")
    os.utime(file, (1000, 1000))
    assert settled_key(intake) != before


def test_old_file_dropped_late_is_not_skipped(intake):
    newer = intake / "tax" / "new.csv"
    newer.write_text("1")
    seen = look(intake, look(intake, {}, LATER).seen, LATER).seen
    older = intake / "tax" / "old.csv"
    older.write_text("2")
    os.utime(older, (1000, 1000))
    seen = look(intake, seen, LATER).seen
    assert look(intake, seen, LATER).seen["tax/old.csv"][2]


@pytest.mark.parametrize("in_its_place", [None, "a link"])
def test_file_that_went_or_became_a_link_since_the_scan_is_still_arriving(intake, in_its_place):
    file = intake / "tax" / "张三370181198402299177.csv"
    file.write_text("1")
    first = look(intake, {}, LATER)
    found = scan_intake(intake, DEPARTMENTS, LATER, QUIET_SECONDS)
    file.unlink()
    if in_its_place:
        (intake / "elsewhere").write_text("1")
        file.symlink_to(intake / "elsewhere")
    second = look_at_intake(intake, found, first.seen)
    assert (second.content, second.arriving) == (None, 1)


def test_what_dagster_keeps_holds_no_number_of_a_person(intake):
    for number in ("370181198402299177", "370181198402299185"):
        (intake / "tax" / f"诸葛铁蛋_{number}.csv").write_text(number)
    first = look(intake, {}, LATER)
    assert set(first.seen) == {"tax/***_***.csv", "tax/***_***.csv#1"}
    second = look(intake, first.seen, LATER)
    assert second.content and second.arriving == 0
    assert len({sha256 for *_, sha256 in second.seen.values()}) == 2


def test_refused_entries_start_a_night_too(intake):
    (intake / "nobody").mkdir()
    (intake / "nobody" / "a.csv").write_text("1")
    assert look(intake, {}, LATER).content is not None


def test_sensor_asks_for_one_run_and_waits_while_a_night_is_merged(home, monkeypatch):
    (home.intake / "tax").mkdir()
    (home.intake / "tax" / "个税扣缴.csv").write_text("1")
    monkeypatch.setattr("pipelines.sensors.time.time", lambda: LATER)
    repository = build_defs(home).get_repository_def()
    sensor = repository.get_sensor_def("intake_finished_arriving")
    instance = dg.DagsterInstance.ephemeral()

    def tick(cursor):
        context = dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            resources={"house": House(root=str(home.root))},
        )
        return sensor(context)

    first = tick(None)
    assert not first.run_requests
    second = tick(first.cursor)
    assert len(second.run_requests) == 1
    assert second.dynamic_partitions_requests[0].partition_keys == [second.run_requests[0].partition_key]
    run = instance.add_run(dg.DagsterRun(job_name=NIGHTLY_MERGE, status=dg.DagsterRunStatus.STARTED))
    assert not tick(second.cursor).run_requests
    monkeypatch.setattr("pipelines.instance.SILENT_SECONDS", -1)
    assert len(tick(second.cursor).run_requests) == 1
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE


def test_schedule_closes_a_run_whose_process_is_gone(home, monkeypatch):
    monkeypatch.setattr("pipelines.instance.SILENT_SECONDS", -1)
    schedule = build_defs(home).get_repository_def().get_schedule_def("nightly")
    resources = {"house": House(root=str(home.root))}
    at = datetime(2026, 11, 1, 2, tzinfo=ZoneInfo(TIMEZONE))
    with (
        open_instance(home) as instance,
        dg.build_schedule_context(instance, scheduled_execution_time=at, resources=resources) as context,
    ):
        run = instance.add_run(dg.DagsterRun(job_name=ASSET_JOB, status=dg.DagsterRunStatus.STARTED))
        assert schedule(context).partition_key == "2026-11-01"
        assert instance.get_run_by_id(run.run_id).is_finished


@pytest.fixture
def reporting(home):
    """An instance, how a night of it ends, and a tick of the sensor that reports; the first tick is over."""
    instance = dg.DagsterInstance.ephemeral()
    code = InProcessCodeLocationOrigin(LoadableTargetOrigin(module_name="pipelines.definitions"))
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(code, "repository"), NIGHTLY_MERGE)
    cursor = None

    def end(night, told=instance.report_run_canceled, origin=origin):
        run = dg.DagsterRun(job_name=NIGHTLY_MERGE, tags={PARTITION: night}, remote_job_origin=origin)
        told(instance.add_run(run))

    def tick():
        nonlocal cursor
        context = dg.build_sensor_context(
            instance=instance, cursor=cursor, resources={"house": House(root=str(home.root))}
        )
        cursor = report_ended(context).cursor
        return sorted(path.stem for path in home.reports.glob("night_*.json"))

    end("2026-10-31")
    assert tick() == []
    return instance, end, tick


def test_each_run_that_ended_is_reported_and_a_cancelled_one_says_so(home, reporting):
    instance, end, tick = reporting
    end("2026-11-01")
    end("2026-11-02", instance.report_run_failed)
    assert tick() == ["night_2026-11-01"]
    report = read_report(home.reports / "night_2026-11-01.json")
    assert (report.status, report.failure) == ("failed", CANCELLED)
    assert tick() == ["night_2026-11-01", "night_2026-11-02"]


def test_a_report_waits_while_the_next_run_holds_the_warehouse(home, reporting):
    _, end, tick = reporting
    end("2026-11-01")
    with hold_writer(home):
        assert tick() == []
    with warehouse_session(home.database):
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect('{home.database}'); print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        holder.stdout.readline()
        assert tick() == []
        holder.stdin.close()
        holder.wait()
    assert tick() == ["night_2026-11-01"]


def test_a_run_of_a_partition_that_is_no_date_keeps_no_report_waiting(home, reporting):
    with warehouse_session(home.database):
        pass
    instance, end, tick = reporting
    end("20261101", instance.report_run_failed)
    end("2026-11-02")
    assert tick() == ["night_2026-11-02"]


def test_runs_of_a_command_line_are_left_to_it(reporting):
    _, end, tick = reporting
    end("2026-11-01", origin=None)
    end("2026-11-02")
    assert tick() == ["night_2026-11-02"]


def test_cursor_survives_json():
    seen = {"tax/a.csv": (1, 2.5, "ff")}
    assert read_cursor(json.dumps(seen)) == seen
    assert read_cursor(None) == {}
