"""`popbase publish --override`: a merged night that a check holds back, put before readers on somebody's word."""

from dataclasses import replace
from datetime import date, datetime, UTC

import dagster as dg
import duckdb

from pipelines.errors import NothingHeldBackError
from pipelines.home import Home
from pipelines.instance import open_instance
from pipelines.merge import KEY_FILE
from pipelines.names import BASE
from pipelines.publication import publish_night
from pipelines.report import NightReport, read_reports, write_report
from pipelines.writer import hold_writer, process_owner
from warehouse.access import record_access
from warehouse.database import transaction, warehouse_session
from warehouse.identity_key import warehouse_key
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
        NothingHeldBackError: the newest night is not merged, or published already.
        WriterBusyError: a run is writing this home.
        WarehouseError: the reason is too short, or the base cannot be published.
    """
    with hold_writer(home), open_instance(home) as instance, warehouse_session(home.database) as con:
        night = _held_back(con)
        report = next((each for each in read_reports(home) if each.night == night.isoformat()), None)
        if report is None or report.status != "blocked" or read_verdict(con, night) not in ("blocked", "overridden"):
            raise NothingHeldBackError(f"no check holds the night {night} back; run it again: popbase run")
        key = warehouse_key(con, home.warehouse / KEY_FILE)
        with transaction(con):
            record_access(con, key, actor=process_owner(), action=OVERRIDE, purpose=reason, person_id=None)
            keep_verdict(con, night, "overridden")
        metadata = publish_night(con, home, night, datetime.now(UTC))
        instance.report_runless_asset_event(
            dg.AssetMaterialization(BASE, partition=night.isoformat(), metadata={**metadata, "is_override": True})
        )
        report = replace(report, status="overridden")
        write_report(home, report)
    return report


def _held_back(con: duckdb.DuckDBPyConnection) -> date:
    rows = con.execute("""
        SELECT night FROM night
        WHERE status = 'merged' AND night = (SELECT max(night) FROM night WHERE merged_at IS NOT NULL)
    """).fetchall()
    if not rows:
        raise NothingHeldBackError(
            "no merged night waits for publication; a delivery whose checks keep the night from being merged is taken"
            " back by removing its file from the intake"
        )
    night: date = rows[0][0]
    return night
