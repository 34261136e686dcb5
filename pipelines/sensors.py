"""What starts a night when files arrive, and what writes its report when the daemon ran it.

A run is keyed by the content of what waits, so that a corrected file of the same name starts another one; what
becomes of one that failed is decided in `pipelines.tries`.
The cursor is what the last tick saw of the files, never a clock: an old file dropped late is not skipped.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, UTC
from pathlib import Path
from typing import Final

import dagster as dg

from pipelines.clock import today
from pipelines.errors import NightError, WriterBusyError
from pipelines.instance import close_orphans
from pipelines.jobs import nightly_merge
from pipelines.names import NIGHTLY_MERGE, WRITING_JOBS
from pipelines.partitions import NIGHTS, PARTITION
from pipelines.resources import House
from pipelines.run_report import report_run
from pipelines.tries import build_request, failed_runs, left_over, why_not_again
from pipelines.writer import hold_writer
from sources.errors import IntakeError
from sources.intake import FoundFile, scan_intake
from sources.safe_files import opened
from warehouse.errors import WarehouseBusyError
from warehouse.file_names import shown_file

QUIET_SECONDS = 60.0
"""A file has finished arriving when it was left alone for so long, and looks as it did at the tick before."""

Seen = Mapping[str, tuple[int, float, str]]
"""Path, as `_told` → size in bytes, time of modification, SHA-256 (empty while the file was not yet finished)."""

_WAITING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

_ENDS: Final = (
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
)


@dataclass(frozen=True)
class Waiting:
    """What one look at the intake saw: `content`, a digest of what a night would answer, is None when there is nothing.

    `has_files`: some of it is to be read, and is not only refused again, as what nobody takes away is.
    """

    content: str | None
    has_files: bool
    seen: Seen
    arriving: int


def look_at_intake(intake: Path, found: Collection[FoundFile], before: Seen) -> Waiting:
    """Compare the files found with what the last tick saw of them.

    Args:
        intake: the folder that paths are relative to.
        found: what `sources.intake.scan_intake` found now.
        before: `seen` of the last look.
    """
    told = _told(file.path for file in found)
    seen = {
        told[file.path]: _seen(intake, file, before.get(told[file.path])) for file in found if file.state != "refused"
    }
    lines = [f"{path}\t{modified_at}\t{sha256}" for path, (_, modified_at, sha256) in seen.items() if sha256]
    has_files = bool(lines)
    lines += [f"{told[file.path]}\t{file.reason_code}" for file in found if file.state == "refused"]
    content = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest() if lines else None
    return Waiting(content, has_files, seen, sum(not sha256 for _, _, sha256 in seen.values()))


def _told(paths: Iterable[str]) -> dict[str, str]:
    """Paths as Dagster, which keeps the cursor, may know them; those that look the same there are numbered."""
    told: dict[str, str] = {}
    copies: Counter[str] = Counter()
    for path in sorted(paths):
        shown = shown_file(path)
        told[path] = f"{shown}#{copies[shown]}" if copies[shown] else shown
        copies[shown] += 1
    return told


def _seen(intake: Path, file: FoundFile, before: tuple[int, float, str] | None) -> tuple[int, float, str]:
    size, modified_at, sha256 = before or (-1, 0.0, "")
    is_unchanged = (size, modified_at) == (file.size_bytes, file.modified_at)
    if file.state == "arriving" or not is_unchanged:
        sha256 = ""
    elif not sha256:
        sha256 = _sha256(intake, file.path)
    return file.size_bytes, file.modified_at, sha256


def _sha256(intake: Path, path: str) -> str:
    """The hash of a file's content; empty when it went, or became another thing, since the intake was scanned."""
    try:
        with opened(intake, path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except IntakeError:
        return ""


def read_cursor(cursor: str | None) -> Seen:
    """What the last tick saw; nothing at the first."""
    return {path: (size, at, sha256) for path, (size, at, sha256) in json.loads(cursor or "{}").items()}


def build_intake_sensor(departments: Collection[str]) -> dg.SensorDefinition:
    """The sensor over the intake of the given departments."""

    @dg.sensor(
        job=nightly_merge,
        name="intake_finished_arriving",
        minimum_interval_seconds=60,
        description="Starts a night when files have finished arriving; so do a corrected file and a failure.",
    )
    def intake_finished_arriving(context: dg.SensorEvaluationContext, house: House) -> dg.SensorResult:
        close_orphans(house.home(), context.instance, WRITING_JOBS, datetime.now(UTC))
        intake = house.home().intake
        found = scan_intake(intake, departments, time.time(), QUIET_SECONDS)
        waiting = look_at_intake(intake, found, read_cursor(context.cursor))
        cursor = json.dumps(waiting.seen, ensure_ascii=False, sort_keys=True)
        content = waiting.content if waiting.has_files else left_over(context.instance) or waiting.content
        if content is None:
            return dg.SensorResult(skip_reason=f"nothing is ready; {waiting.arriving} still arriving", cursor=cursor)
        if context.instance.get_runs(dg.RunsFilter(job_name=NIGHTLY_MERGE, statuses=_WAITING), limit=1):
            return dg.SensorResult(skip_reason="a night is being merged", cursor=cursor)
        failed = failed_runs(context.instance, content)
        if reason := why_not_again(house.home(), context.instance, failed):
            return dg.SensorResult(skip_reason=reason, cursor=cursor)
        night = today().isoformat()
        return dg.SensorResult(
            run_requests=[build_request(content, failed, night)],
            dynamic_partitions_requests=[NIGHTS.build_add_request([night])],
            cursor=cursor,
        )

    return intake_finished_arriving


@dg.sensor(
    name="report_ended",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes reports/night_<date>.json, also when a run failed or was cancelled.",
)
def report_ended(context: dg.SensorEvaluationContext, house: House) -> dg.SensorResult:
    """Write the night's report when a run that no command line waits for has ended, well or badly.

    A report at a tick: what the tick behind it cannot do leaves the cursor where it is, and tells nobody twice. A run
    status sensor would lose the reports of runs that end just before the next one begins: it goes on after an error.
    """
    if context.cursor is None:
        return dg.SensorResult(skip_reason="reports from now on", cursor=str(_last_ended(context.instance)))
    done = int(context.cursor)
    while ended := _next_ended(context.instance, done):
        done = ended.storage_id
        run = context.instance.get_run_by_id(ended.run_id)
        if run is None or not _is_night_of_daemon(run):
            continue
        home = house.home()
        try:
            # Else the next run could begin while the report reads, and find the warehouse taken.
            with hold_writer(home):
                report_run(home, context.instance, run.run_id)
        except NightError:
            continue  # somebody added a partition that is no date: no night has ended
        except (WriterBusyError, WarehouseBusyError):
            return dg.SensorResult(skip_reason="the warehouse is in use; the report waits", cursor=context.cursor)
        return dg.SensorResult(skip_reason=f"reported {run.tags[PARTITION]}", cursor=str(done))
    return dg.SensorResult(skip_reason="no run has ended", cursor=str(done))


def _is_night_of_daemon(run: dg.DagsterRun) -> bool:
    """Whether a run is a night that was launched through a code location: `popbase run` writes its report itself."""
    return run.job_name == NIGHTLY_MERGE and run.remote_job_origin is not None and PARTITION in run.tags


def _next_ended(instance: dg.DagsterInstance, after: int) -> dg.EventLogRecord | None:
    """The first end of a run behind a place of the event log."""
    filters = [dg.RunStatusChangeRecordsFilter(kind, after_storage_id=after) for kind in _ENDS]
    found = [each for one in filters for each in instance.fetch_run_status_changes(one, 1, ascending=True).records]
    return min(found, key=lambda record: record.storage_id, default=None)


def _last_ended(instance: dg.DagsterInstance) -> int:
    """The place of the newest end of a run in the event log; 0 when none has ended."""
    found = [each for kind in _ENDS for each in instance.fetch_run_status_changes(kind, 1).records]
    return max((record.storage_id for record in found), default=0)
