"""What a night did, in counts: composed from the warehouse and the event log, kept as reports/night_<date>.json.

No personal values: files, rules and departments by name, people as numbers.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, TYPE_CHECKING

from pipelines.home import Home, parse_night
from pipelines.names import FILES_ACCEPTED, FILES_USABLE
from sources.whole_files import write_text
from warehouse.file_names import shown_file

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class FileLine:
    """One file of the night."""

    file: str
    department: str
    extract: str
    status: str
    reason_code: str
    delivered: int
    accepted: int
    quarantined: int
    non_data: int
    mentions: int


@dataclass(frozen=True)
class DepartmentLine:
    """The files of a department, added up."""

    department: str
    files: int
    refused: int
    duplicates: int
    delivered: int
    accepted: int
    quarantined: int
    non_data: int
    mentions: int


@dataclass(frozen=True)
class CheckLine:
    """One failed check; `failed_rules` says how many rows fail each rule, or which error kept it from running."""

    check: str
    asset: str
    is_blocking: bool
    failed_rules: dict[str, Any]


@dataclass(frozen=True)
class NightReport:
    """A night, after the last run of it. `persons` holds counts by name, `links` (rule, in all, tonight)."""

    night: str
    run_id: str
    status: str
    started_at: str
    seconds: float
    files: list[FileLine] = field(default_factory=list)
    persons: dict[str, int] = field(default_factory=dict)
    links: list[tuple[str, int, int]] = field(default_factory=list)
    checks_passed: int = 0
    checks_failed: list[CheckLine] = field(default_factory=list)
    failure: str | None = None

    @property
    def departments(self) -> list[DepartmentLine]:
        """The files added up by department; files outside of any come under an empty name."""
        names = sorted({file.department for file in self.files})
        return [_add_up(name, [file for file in self.files if file.department == name]) for name in names]

    @property
    def has_refused_files(self) -> bool:
        """Whether the last run of the night met files that it could not use."""
        return any(line.check in (FILES_ACCEPTED, FILES_USABLE) for line in self.checks_failed)


def compose_report(
    con: "duckdb.DuckDBPyConnection", report: NightReport, checks: Sequence[tuple[CheckLine, bool]]
) -> NightReport:
    """Fill a report from the warehouse and from check results, each with whether it passed."""
    night = parse_night(report.night)
    return NightReport(
        **{
            **_shallow(report),
            "files": _files(con, night),
            "persons": _persons(con, night),
            "links": con.execute(_sql("report_links"), {"night": night}).fetchall(),
            "checks_passed": sum(passed for _, passed in checks),
            "checks_failed": [line for line, passed in checks if not passed],
        }
    )


def write_report(home: Home, report: NightReport) -> Path:
    """Keep a report, replacing that of an earlier run of the night in one step."""
    path = home.reports / f"night_{report.night}.json"
    body = {**asdict(report), "departments": [asdict(line) for line in report.departments]}
    write_text(path, json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    return path


def read_reports(home: Home) -> list[NightReport]:
    """All reports of a home, by night."""
    return [read_report(path) for path in sorted(home.reports.glob("night_*.json"))]


def read_report(path: Path) -> NightReport:
    """A kept report."""
    body = json.loads(path.read_text(encoding="utf-8"))
    body.pop("departments", None)
    body["files"] = [FileLine(**line) for line in body["files"]]
    body["checks_failed"] = [CheckLine(**line) for line in body["checks_failed"]]
    body["links"] = [tuple(line) for line in body["links"]]
    return NightReport(**body)


def _files(con: "duckdb.DuckDBPyConnection", night: date) -> list[FileLine]:
    rows = con.execute(_sql("report_files"), {"night": night}).fetchall()
    return [FileLine(shown_file(file), *facts) for file, *facts in rows]


def _persons(con: "duckdb.DuckDBPyConnection", night: date) -> dict[str, int]:
    counts = "persons, persons_new, persons_merged, persons_split, persons_withdrawn"
    rows = con.execute(f"SELECT {counts} FROM night WHERE night = ? AND persons IS NOT NULL", [night]).fetchall()
    return dict(zip(("persons", "new", "merged", "split", "withdrawn"), rows[0], strict=True)) if rows else {}


def _add_up(department: str, files: Iterable[FileLine]) -> DepartmentLine:
    files = list(files)
    sums = {
        name: sum(getattr(file, name) for file in files)
        for name in ("delivered", "accepted", "quarantined", "non_data", "mentions")
    }
    return DepartmentLine(
        department=department,
        files=len(files),
        refused=sum(file.status == "refused" for file in files),
        duplicates=sum(file.status == "duplicate" for file in files),
        **sums,
    )


def _shallow(report: NightReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in NightReport.__dataclass_fields__}


def _sql(name: str) -> str:
    return resources.files("pipelines").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
