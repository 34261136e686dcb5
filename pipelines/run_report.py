"""The report of one Dagster run: what the event log knows of it, put together with what the warehouse knows."""

import math
import re
from collections.abc import Sequence
from datetime import datetime, UTC
from typing import Any

import dagster as dg
import duckdb

from matching.nights import PERSON_SPEC
from matching.spec import load_spec
from pipelines.home import Home, parse_night
from pipelines.letter import write_letters
from pipelines.memory import step_session
from pipelines.night_log import night_log
from pipelines.night_page import Residents, Thresholds, write_night_page
from pipelines.notify import night_counts, tell
from pipelines.partitions import PARTITION
from pipelines.report import CheckLine, compose_report, NightReport, write_report
from quality.figures import NightFigures, no_figures, read_figures
from warehouse.database import open_published

GATE = "DagsterAssetCheckFailedError"
CANCELLED = "the run was cancelled; the next one does the unfinished work"

_PYRAMID = """
    SELECT age_band, CASE sex_code WHEN '1' THEN 'male' ELSE 'female' END AS sex, sum(count)::BIGINT AS count
    FROM stat_population
    WHERE town IS NULL AND age_band IS NOT NULL AND age_band <> '不详' AND sex_code IN ('1', '2')
    GROUP BY ALL ORDER BY ALL
"""
_COVERAGE = "SELECT departments, count FROM stat_coverage WHERE departments IS NOT NULL ORDER BY count DESC NULLS LAST"
ERROR_CLASS = re.compile(r"^(\w+\.)*\w+: ")


def report_run(home: Home, instance: dg.DagsterInstance, run_id: str) -> NightReport:
    """Compose and keep the report of a run that has ended, well or badly, and tell whoever wants to know.

    Raises:
        WarehouseError: the warehouse cannot be read, for instance because the next run writes it.
    """
    record = instance.get_run_record_by_id(run_id)
    if record is None:
        raise LookupError(run_id)
    started = record.start_time or record.create_timestamp.timestamp()
    checks = _checks(instance, run_id)
    status = record.dagster_run.status
    failed = status != dg.DagsterRunStatus.SUCCESS
    report = NightReport(
        night=record.dagster_run.tags[PARTITION],
        run_id=run_id,
        status="blocked" if _is_blocked(checks) else "failed" if failed else "published",
        started_at=datetime.fromtimestamp(started, UTC).isoformat(timespec="milliseconds"),
        seconds=round((record.end_time or started) - started, 1),
        failure=CANCELLED if status == dg.DagsterRunStatus.CANCELED else _failure(instance, run_id),
    )
    figures = no_figures()
    if home.database.exists():
        with step_session(home.database, read_only=True) as con:
            report = compose_report(con, report, checks)
            figures = read_figures(con, parse_night(report.night))
    answer_report(home, report, figures)
    return report


def answer_report(home: Home, report: NightReport, figures: NightFigures) -> None:
    """Keep a report with the pages that show it, and tell whoever wants to know."""
    write_report(home, report)
    write_night_page(home, report, figures, _residents(home), _thresholds())
    write_letters(home, report.night, figures)
    with night_log(home, report.run_id, report.night) as log:
        log.info("night_ended", **{k: v for k, v in night_counts(report).items() if k not in ("text", "night")})
        for fault in tell(home, report):
            log.warning("not_told", fault=fault)


def was_blocked(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a blocking check of a run failed."""
    return _is_blocked(_checks(instance, run_id))


def _is_blocked(checks: Sequence[tuple[CheckLine, bool]]) -> bool:
    return any(line.is_blocking for line, passed in checks if not passed)


def _residents(home: Home) -> Residents:
    """What readers of the published base see of the residents as a whole."""
    if not home.base.exists():
        return Residents([], [])
    with open_published(home.base) as con:
        return Residents(_rows(con, _PYRAMID), _rows(con, _COVERAGE))


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = con.sql(query).to_arrow_table().to_pylist()
    return rows


def _thresholds() -> Thresholds:
    found = load_spec(PERSON_SPEC).thresholds
    return Thresholds(*(math.log2(each / (1 - each)) for each in (found.link, found.review)))


def _checks(instance: dg.DagsterInstance, run_id: str) -> list[tuple[CheckLine, bool]]:
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [entry.dagster_event.asset_check_evaluation_data for entry in entries if entry.dagster_event]
    return [(_line(check), check.passed) for check in found]


def _line(check: dg.AssetCheckEvaluation) -> CheckLine:
    rules = check.metadata.get("failed_rules")
    failed_rules = rules.value if isinstance(rules, dg.JsonMetadataValue) and isinstance(rules.value, dict) else {}
    is_blocking = bool(check.blocking) and check.severity == dg.AssetCheckSeverity.ERROR
    return CheckLine(check.check_name, check.asset_key.to_user_string(), is_blocking, dict(failed_rules))


def _failure(instance: dg.DagsterInstance, run_id: str) -> str | None:
    """The first failure that is not a closed gate, in a sentence without personal values."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.dagster_event
        error = event.step_failure_data.error if event else None
        if event and error and (error.cause or error).cls_name != GATE:
            return ERROR_CLASS.sub("", (error.cause or error).message.strip())
    return None
