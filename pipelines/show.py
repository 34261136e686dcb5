"""Nights and status for the terminal: counts, no personal values. Imports nothing heavy, so that status is quick."""

from collections import Counter
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.home import Home
from pipelines.report import DepartmentLine, FileLine, NightReport, read_reports
from warehouse.file_names import shown_file

UNUSUAL = {"refused": "", "duplicate": "内容与以前的报送相同", "late": "导出早于已收到的文件：补充，不覆盖更新的记录"}
STYLES = {"published": "green", "blocked": "yellow", "failed": "red", "overridden": "magenta"}
COUNTS = ("files", "delivered", "accepted", "quarantined", "non_data", "mentions")
SHOWN_NIGHTS = 14


def show_night(console: Console, home: Home, report: NightReport, *, is_rehearsal: bool = False) -> None:
    """Print what a night did."""
    word = "would be " if is_rehearsal else ""
    style = STYLES[report.status]
    console.rule(f"night {report.night}: {word}[{style}]{report.status}[/] in {report.seconds:.0f} s", align="left")
    _show_departments(console, report.departments)
    _show_files(console, [file for file in report.files if file.status in UNUSUAL])
    _show_people(console, report, is_rehearsal=is_rehearsal)
    _show_links(console, report)
    _show_checks(console, report)
    if report.failure:
        console.print(f"[red]failed:[/] {escape(report.failure)}", highlight=False)
    if is_rehearsal:
        console.print("dry run: nothing was changed")
    else:
        _show_places(console, home, report)


def show_status(console: Console, home: Home) -> None:
    """Print what waits, what was merged and what is published, from folders and reports alone."""
    _show_waiting(console, home)
    reports = read_reports(home)
    if not reports:
        console.print(f"{home.root}: no night was merged yet; drop files into {home.intake}/<department>/ and run one")
        return
    table = _table(str(home.root))
    for name in ("night", "status", "files", "refused", "mentions", "persons", "checks failed", "seconds"):
        table.add_column(name, justify="left" if name in ("night", "status") else "right")
    for report in reports[-SHOWN_NIGHTS:]:
        table.add_row(*_status_cells(report))
    console.print(table)
    if reports[-1].failure:
        console.print(f"[red]last failure:[/] {escape(reports[-1].failure)}", highlight=False)
    base = home.base if home.base.exists() else "nothing"
    console.print(f"published: {base}", highlight=False, soft_wrap=True)


def _show_waiting(console: Console, home: Home) -> None:
    waiting = Counter(file.relative_to(home.intake).parts[0] for file in home.intake.rglob("*") if file.is_file())
    files = ", ".join(f"{shown_file(place)} {count}" for place, count in sorted(waiting.items()))
    console.print(escape(_printable(f"waiting in the intake: {files or 'nothing'}")), highlight=False)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def _status_cells(report: NightReport) -> tuple[str, ...]:
    refused = sum(file.status == "refused" for file in report.files)
    mentions = sum(file.mentions for file in report.files)
    counts = (len(report.files), refused, mentions, report.persons.get("persons", 0), len(report.checks_failed))
    style = STYLES[report.status]
    return (
        report.night,
        f"[{style}]{report.status}[/]",
        *(f"{count:,}" for count in counts),
        f"{report.seconds:.0f}",
    )


def _show_departments(console: Console, departments: Iterable[DepartmentLine]) -> None:
    lines = [line for line in departments if line.department]
    if not lines:
        console.print("no files for any department")
        return
    table = _table("Files and rows (delivered = accepted + quarantined + non-data)")
    table.add_column("department", min_width=max(len(line.department) for line in lines))
    for name in COUNTS:
        table.add_column(name.replace("_", "-"), justify="right")
    for line in lines:
        table.add_row(line.department, *(f"{getattr(line, name):,}" for name in COUNTS))
    table.add_section()
    table.add_row("all", *(f"{sum(getattr(line, name) for line in lines):,}" for name in COUNTS))
    console.print(table)


def _show_files(console: Console, files: list[FileLine]) -> None:
    if not files:
        return
    from sources.reasons import REASONS

    table = _table("Files to know about")
    for name in ("file", "status", "reason", ""):
        table.add_column(name, overflow="fold")
    for file in files:
        reason = REASONS[file.reason_code].title_zh if file.reason_code in REASONS else UNUSUAL[file.status]
        table.add_row(escape(_printable(file.file)), file.status, file.reason_code, reason)
    console.print(table)


def _printable(text: str) -> str:
    """A name as a terminal may show it: no escapes, no turns of direction."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _show_people(console: Console, report: NightReport, *, is_rehearsal: bool) -> None:
    people = report.persons
    if not people:
        return
    names = ("new", "merged", "split", *(("withdrawn",) if people.get("withdrawn") else ()))
    changes = ", ".join(f"{people.get(name, 0):,} {name}" for name in names)
    console.print(f"people: [bold]{people['persons']:,}[/] ({changes} tonight)", highlight=False)
    if is_rehearsal:
        rows = ", ".join(f"{people[f'rows_{name}']:,} {name}" for name in ("added", "removed", "changed"))
        console.print(f"rows of person: {rows}", highlight=False)


def _show_links(console: Console, report: NightReport) -> None:
    if not report.links:
        return
    table = _table("Mentions by the rule that links them")
    table.add_column("rule")
    table.add_column("all nights", justify="right")
    table.add_column("tonight", justify="right")
    for rule, mentions, tonight in report.links:
        table.add_row(rule, f"{mentions:,}", f"{tonight:,}")
    console.print(table)


def _show_checks(console: Console, report: NightReport) -> None:
    blocking = [line for line in report.checks_failed if line.is_blocking]
    warned = len(report.checks_failed) - len(blocking)
    console.print(f"checks: {report.checks_passed} passed, {warned} warned, {len(blocking)} blocking", highlight=False)
    for line in report.checks_failed:
        rules = ", ".join(f"{name} ({found})" for name, found in line.failed_rules.items())
        word = "[red]blocking[/]" if line.is_blocking else "[yellow]warning[/]"
        console.print(f"  {word} {line.check}: {escape(rules)}", highlight=False)


def _show_places(console: Console, home: Home, report: NightReport) -> None:
    if report.status in ("published", "overridden"):
        console.print(f'query:    popbase sql --home {home.root} "SELECT …"', highlight=False, soft_wrap=True)
        console.print(f"base:     {home.base}", highlight=False, soft_wrap=True)
        console.print(f"parquet:  {home.published / 'parquet'}", highlight=False, soft_wrap=True)
    elif home.base.exists():
        console.print(f"not published; the last good base stays: {home.base}", highlight=False, soft_wrap=True)
    console.print(f"receipts: {home.receipts}", highlight=False, soft_wrap=True)
    console.print(f"report:   {home.reports / f'night_{report.night}.html'}", highlight=False, soft_wrap=True)
