"""What follows on nights of the sensor that failed, were blocked, or were cancelled."""

import os
import time
from datetime import date, datetime, UTC

import dagster as dg
import pytest

from pipelines.build import build_defs
from pipelines.names import NIGHTLY_MERGE
from pipelines.partitions import PARTITION
from pipelines.resources import House
from pipelines.tries import CONTENT, failed_runs, MOST_TRIES, why_not_again
from pipelines.withdrawing import vouch_for
from warehouse.database import warehouse_session

FILE = "tax/个税扣缴.csv"


@dg.asset(check_specs=[dg.AssetCheckSpec("bearable", asset="part", blocking=True)])
def part():
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False)])


BLOCKED = dg.Definitions([part], jobs=[dg.define_asset_job(NIGHTLY_MERGE)]).resolve_job_def(NIGHTLY_MERGE)


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def tick(home, instance, monkeypatch):
    """One look of the sensor after the other, long after the file was dropped."""
    (home.intake / FILE).parent.mkdir()
    (home.intake / FILE).write_text("1")
    monkeypatch.setattr("pipelines.sensors.QUIET_SECONDS", 0.0)
    sensor = build_defs(home).get_repository_def().get_sensor_def("intake_finished_arriving")
    cursor = None

    def look() -> dg.SensorResult:
        nonlocal cursor
        context = dg.build_sensor_context(
            instance=instance, cursor=cursor, resources={"house": House(root=str(home.root))}
        )
        result = sensor(context)
        cursor = result.cursor
        return result

    look()  # at the second look a file is as it was
    return look


def requested(result: dg.SensorResult) -> dg.RunRequest:
    [request] = result.run_requests
    return request


def end(instance, request, status=dg.DagsterRunStatus.FAILURE):
    tags = {**request.tags, PARTITION: request.partition_key}
    return instance.add_run(dg.DagsterRun(job_name=NIGHTLY_MERGE, status=status, tags=tags))


def test_a_night_that_failed_is_tried_again_a_few_times(tick, instance):
    keys = []
    for _ in range(MOST_TRIES):
        request = requested(tick())
        assert requested(tick()).run_key == request.run_key
        keys.append(request.run_key)
        end(instance, request)
    assert len(set(keys)) == MOST_TRIES
    last = tick()
    assert not last.run_requests and f"failed {MOST_TRIES} times" in last.skip_reason.skip_message


def test_a_night_that_failed_when_its_files_were_merged_is_tried_again(tick, instance, home):
    request = requested(tick())
    end(instance, request)
    (home.intake / FILE).unlink()
    again = requested(tick())
    assert again.run_key != request.run_key and again.tags == request.tags
    end(instance, again, dg.DagsterRunStatus.SUCCESS)
    assert "nothing is ready" in tick().skip_reason.skip_message


@pytest.mark.parametrize("stray", ["readme.txt", "tax/half.csv.part"])
def test_what_stays_in_the_intake_keeps_no_night_from_being_tried_again(tick, instance, home, stray):
    (home.intake / stray).write_text("1")
    (home.intake / FILE).unlink()
    tick()
    if tick().run_requests:
        end(instance, requested(tick()), dg.DagsterRunStatus.SUCCESS)
    (home.intake / FILE).write_text("1")
    tick()
    request = requested(tick())
    end(instance, request)
    (home.intake / FILE).unlink()
    assert requested(tick()).tags == request.tags


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.SUCCESS])
def test_a_night_that_was_cancelled_or_is_done_keeps_its_key(tick, instance, status):
    request = requested(tick())
    end(instance, request, status)
    assert requested(tick()).run_key == request.run_key


def test_a_corrected_file_has_tries_of_its_own(tick, instance, home):
    for _ in range(MOST_TRIES):
        end(instance, requested(tick()))
    (home.intake / FILE).write_text("22")
    tick()
    assert requested(tick())


def test_a_night_that_a_check_blocks_is_tried_again_once_somebody_vouched(tick, instance, home):
    request = requested(tick())
    BLOCKED.execute_in_process(instance=instance, tags=request.tags, raise_on_error=False)
    held = tick()
    assert not held.run_requests and "popbase vouch" in held.skip_reason.skip_message
    with warehouse_session(home.database) as con:
        con.execute(
            "INSERT INTO delivery (delivery_id, night, file, status, claimed_at) VALUES (1, $1, $2, 'accepted', $3)",
            [date(2026, 11, 1), FILE, datetime(2026, 11, 1, tzinfo=UTC)],
        )
    vouch_for(home, FILE, "a ward was closed")
    assert requested(tick()).run_key not in ("", request.run_key)


def test_runs_after_somebody_vouched_count_again(instance, home):
    home.vouched.touch()
    os.utime(home.vouched, (time.time() - 3600,) * 2)
    for _ in range(MOST_TRIES):
        assert why_not_again(home, instance, failed_runs(instance, "c")) is None
        instance.add_run(dg.DagsterRun(job_name=NIGHTLY_MERGE, status=dg.DagsterRunStatus.FAILURE, tags={CONTENT: "c"}))
    assert why_not_again(home, instance, failed_runs(instance, "c"))
