"""`popbase publish --override`: a merged night that a check holds back, put before readers on somebody's word."""

from dataclasses import replace
from datetime import datetime, UTC

import dagster as dg
import duckdb

from pipelines.errors import NothingHeldBackError
from pipelines.home import Home, parse_night
from pipelines.instance import open_instance
from pipelines.merge import KEY_FILE
from pipelines.names import BASE
from pipelines.publication import publish_night
from pipelines.report import NightReport, read_reports
from pipelines.run_report import answer_report
from pipelines.writer import hold_writer, process_owner
from quality.figures import read_figures
from warehouse.access import record_access
from warehouse.database import transaction, warehouse_session
from warehouse.identity_key import warehouse_key
from warehouse.ledger import newest_merged
from warehouse.verdicts import keep_verdict, read_verdict

OVERRIDE = "override"


def publish_held_back(home: Home, reason: str) -> NightReport:
    """Publish the newest merged night although a check holds it back; who did and why goes into the access log first.

    The checks must have been run since the night was merged: nobody can answer for what was not looked at.

    Args:
        home: the deployment.
        reason: why, in words; it must name no person.

    Returns:
        The night's report, of status `overridden`. Its failed checks stay in it.

    Raises:
        NothingHeldBackError: no check holds the newest merged night back.
        WriterBusyError: a run is writing this home.
        WarehouseError: the reason is too short, or the base cannot be published.
    """
    with hold_writer(home), open_instance(home) as instance, warehouse_session(home.database) as con:
        report = _held_back(con, home)
        night = parse_night(report.night)
        key = warehouse_key(con, home.warehouse / KEY_FILE)
        with transaction(con):
            record_access(con, key, actor=process_owner(), action=OVERRIDE, purpose=reason, person_id=None)
            keep_verdict(con, night, "overridden")
        metadata = publish_night(con, home, night, datetime.now(UTC))
        instance.report_runless_asset_event(
            dg.AssetMaterialization(BASE, partition=night.isoformat(), metadata={**metadata, "is_override": True})
        )
        report = replace(report, status="overridden")
        answer_report(home, report, read_figures(con, night))
    return report


def _held_back(con: duckdb.DuckDBPyConnection, home: Home) -> NightReport:
    """The report of the newest merged night, which may have been published before and merged again since."""
    night = newest_merged(con)
    report = next((each for each in read_reports(home) if night and each.night == night.isoformat()), None)
    # A verdict `overridden` beside a report that says `blocked` is that of an override that was killed.
    if night and report and report.status == "blocked" and read_verdict(con, night) in ("blocked", "overridden"):
        return report
    raise NothingHeldBackError(
        "no check holds a merged night back: if the checks were not run, popbase run; a delivery whose checks keep the"
        " night from being merged is taken back by removing its file from the intake"
    )
