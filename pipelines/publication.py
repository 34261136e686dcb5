"""One night's publication: bases built aside by the warehouse, and lists for the departments of what others deny."""

from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.home import Home
from sources.feedback import write_feedback
from sources.standards.code_lists import CODED_ATTRIBUTES, load_code_list
from warehouse.conflicts import conflicts_by_department
from warehouse.errors import ProjectError
from warehouse.ledger import check_night, mark_published
from warehouse.names import DEFAULT_PROJECT
from warehouse.projects import load_projects, remember_project_key
from warehouse.publish import publish_base
from warehouse.tables import CODE_LABEL
from warehouse.verdicts import require_verdict

LABELS = "contract_code_label"
INDUSTRY_LIST = "gbt4754_industry"


def publish_night(con: duckdb.DuckDBPyConnection, home: Home, night: date, now: datetime) -> dict[str, Any]:
    """Put a merged night before the readers of each project, note that in the ledger, and return counts by table.

    Raises:
        NightOrderError: a later night is merged already.
        HeldBackError: a check of the base holds the night back, or was not run since the night was merged.
        ProjectError: a project's key cannot be used; all others were published before that is said.
    """
    check_night(con, night)
    require_verdict(con, night)
    con.register(LABELS, code_labels())
    published = {}
    projects = load_projects(con, home.projects, home.warehouse)
    for project in projects.usable:
        folder = home.published_for(project.name)
        folder.mkdir(parents=True, exist_ok=True)
        remember_project_key(con, project)
        published[project.name] = publish_base(con, folder, night, project=project, code_labels=LABELS)
    con.unregister(LABELS)
    for department, records in conflicts_by_department(con).items():
        write_feedback(home.receipts / department, records)
    if base := published.get(DEFAULT_PROJECT):
        mark_published(con, night, base.snapshot_id, now)
    if projects.faults or not base:
        raise ProjectError("; ".join(projects.faults))
    return {
        "dagster/row_count": base.rows["person"],
        "snapshot_id": base.snapshot_id,
        "is_new": base.is_new,
        "projects": len(published),
        **{f"rows_{table}": rows for table, rows in base.rows.items()},
    }


def code_labels() -> pa.Table:
    """CODE_LABEL of all code lists that the base uses."""
    labels = [
        {"code_list": name, "code": code, "label_zh": entry.name}
        for name in sorted({*CODED_ATTRIBUTES.values(), INDUSTRY_LIST})
        for code, entry in load_code_list(name).codes.items()
    ]
    return pa.Table.from_pylist(labels, CODE_LABEL)
