import json
import resource
from contextlib import contextmanager
from datetime import datetime, UTC

import duckdb
import pytest
from typer.testing import CliRunner

from matching.errors import MatchingError
from pipelines.cli import app, exit_code
from pipelines.errors import PipelinesError
from pipelines.merge import KEY_FILE
from pipelines.report import CheckLine, FileLine, NightReport, read_reports, write_report
from pipelines.terminal import Exit
from pipelines.writer import hold_writer
from warehouse.database import warehouse_session
from warehouse.identity_key import warehouse_key

runner = CliRunner()


def invoke(*arguments):
    return runner.invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def file_line(**values):
    line = {
        "file": "tax/a.csv", "department": "tax", "extract": "withholding", "status": "accepted", "reason_code": "",
        "delivered": 10, "accepted": 6, "quarantined": 1, "non_data": 3, "mentions": 6,
    }  # fmt: skip
    return FileLine(**{**line, **values})


@pytest.fixture
def report():
    return NightReport(
        night="2026-11-01",
        run_id="r",
        status="published",
        started_at="2026-11-01T02:00:00.000+00:00",
        seconds=1.5,
        files=[file_line(), file_line(file="tax/b.csv", status="refused", reason_code="file_empty", delivered=0)],
        persons={"persons": 5, "new": 5, "merged": 0, "split": 0},
        links=[("founder", 5, 5)],
        checks_passed=3,
        checks_failed=[CheckLine("std_tax__withholding", "std_tax", False, {"name_not_blank": 2})],
    )


@pytest.mark.parametrize("command", [[], ["run"], ["sql"], ["synth"], ["score"], ["contracts"], ["contracts", "check"]])
def test_every_command_has_help(command):
    result = invoke(*command, "--help")
    assert result.exit_code == Exit.OK
    assert "Usage" in result.output


@pytest.mark.parametrize(
    ("status", "refused", "code"),
    [
        ("published", False, 0),
        ("published", True, 3),
        ("blocked", False, 4),
        ("blocked", True, 4),
        ("failed", False, 1),
    ],
)
def test_exit_codes_a_scheduler_can_use(status, refused, code):
    assert exit_code(status, has_refused_files=refused) == code


def test_usage_errors_exit_with_2(tmp_path):
    assert invoke("status").exit_code == Exit.USAGE
    assert invoke("run", "--home", tmp_path, "--night", "tonight").exit_code == Exit.USAGE
    assert invoke("sql", "--home", tmp_path, "--format", "xml", "SELECT 1").exit_code == Exit.USAGE
    assert invoke("score", tmp_path / "none.duckdb", "--truth", tmp_path).exit_code == Exit.USAGE


def test_a_mistyped_home_is_no_new_deployment(tmp_path):
    assert invoke("run", "--home", tmp_path / "typo").exit_code == Exit.USAGE
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    ("query", "code"), [("SELECT '[/red]' AS \"[bold]x\"", Exit.OK), ("SELECT [/red]", Exit.FAILED), ("", Exit.FAILED)]
)
def test_a_query_may_hold_what_looks_like_markup(home, query, code):
    with duckdb.connect(home.base):
        pass
    result = invoke("sql", "--home", home.root, query)
    assert result.exit_code == code
    assert code != Exit.OK or ("[/red]" in result.output and "[bold]x" in result.output)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT 1; SELECT 2", Exit.FAILED),
        ("SELECT 'a;b' AS x; -- one", Exit.OK),
        ("PIVOT (SELECT 1 AS x, 2 AS n) ON x USING sum(n)", Exit.OK),
    ],
)
def test_a_query_is_one_statement(home, query, code):
    with duckdb.connect(home.base):
        pass
    result = invoke("sql", "--home", home.root, query)
    assert result.exit_code == code, result.output
    assert ("more than one statement" in result.output) == (code == Exit.FAILED)


def test_second_run_is_busy(home):
    with hold_writer(home):
        assert invoke("run", "--home", home.root).exit_code == Exit.BUSY


def test_a_warehouse_that_a_run_cannot_use_is_told_in_one_line(home):
    home.database.write_bytes(b"x" * 9999)
    (home.rehearsal / "warehouse").mkdir(parents=True)
    result = invoke("run", "--home", home.root)
    assert (result.exit_code, "this is no DuckDB database" in result.output) == (Exit.FAILED, True)
    assert not home.rehearsal.exists()


def test_copies_and_quotations_of_records_go_with_a_purge(home):
    with warehouse_session(home.database):
        pass
    (home.rehearsal / "archive").mkdir(parents=True)
    home.errors.write_text("Could not convert string '佟金丝雀'", encoding="utf-8")
    assert invoke("purge", "--home", home.root).exit_code == Exit.OK
    assert not home.rehearsal.exists() and not home.errors.exists()


def test_what_errors_of_a_rehearsal_said_is_where_its_report_says(home, report, monkeypatch):
    def fail(copy, *_):
        copy.errors.write_text("details", encoding="utf-8")
        return report

    monkeypatch.setattr("pipelines.dry_run.run_with_progress", fail)
    invoke("run", "--dry-run", "--home", home.root)
    assert home.errors.read_text(encoding="utf-8") == "details"
    assert not home.rehearsal.exists()


@contextmanager
def full_disk():
    """Inside, no file can grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_purge_on_a_full_disk_says_so(home):
    with warehouse_session(home.database) as con:
        warehouse_key(con, home.warehouse / KEY_FILE)
        con.execute("""
            INSERT INTO delivery (delivery_id, night, file, department, status, claimed_at)
            VALUES (1, '2001-01-01', 'tax/a.csv', 'tax', 'accepted', now())
        """)
    with full_disk():
        result = invoke("purge", "--home", home.root)
    assert (result.exit_code, "room on the disk" in result.output) == (Exit.FAILED, True)


@pytest.mark.parametrize("command", [["purge"], ["data-docs"], ["train"], ["backup", "out.tar"], ["lookup", "P0"]])
def test_a_warehouse_that_another_has_open_is_busy_for_every_command(home, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warehouse_session(home.database):
        pass
    purpose = ["--purpose", "核对低保申请人的身份"] if command[0] == "lookup" else []
    with warehouse_session(home.database, read_only=True):
        assert invoke(*command, *purpose, "--home", home.root).exit_code == Exit.BUSY


def test_an_error_of_any_room_is_one_line(home, monkeypatch):
    def fail(*_):
        raise MatchingError("no linkage is kept")

    monkeypatch.setattr("pipelines.restricted.look_up", fail)
    result = invoke("lookup", "P0", "--purpose", "核对低保申请人的身份", "--home", home.root)
    assert (result.exit_code, "error: no linkage is kept" in result.output) == (Exit.FAILED, True)


def test_a_night_is_named_by_the_calendar_of_the_departments(home, monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 10, 31, 18, 30, tzinfo=UTC).astimezone(tz)  # half past two in Shanghai

    class Asked(PipelinesError):
        pass

    def ask(_, day, *__):
        raise Asked(day.isoformat())

    monkeypatch.setattr("pipelines.clock.datetime", Clock)
    monkeypatch.setattr("pipelines.progress.run_with_progress", ask)
    monkeypatch.setattr("pipelines.purging.erase", ask)
    for command in ("run", "purge"):
        assert "2026-11-01" in invoke(command, "--home", home.root).output


def test_a_night_before_the_last_merged_one_is_refused_before_it_begins(home):
    with warehouse_session(home.database) as con:
        con.execute(
            "INSERT INTO night (night, status, opened_at, merged_at) VALUES ('2026-11-02', 'merged', now(), now())"
        )
    for options in ((), ("--dry-run",)):
        result = invoke("run", "--home", home.root, "--night", "2026-11-01", *options)
        assert result.exit_code == Exit.USAGE, result.output
        assert "use 2026-11-02 or later" in result.output
    assert list(home.reports.iterdir()) == []
    assert "2026-11-01" not in invoke("status", "--home", home.root).output


def test_query_before_the_first_night_says_so(home):
    result = invoke("sql", "--home", home.root, "SELECT 1")
    assert result.exit_code == Exit.FAILED
    assert "nothing is published yet" in result.output


def test_report_is_kept_and_read_again(home, report):
    path = write_report(home, report)
    assert read_reports(home) == [report]
    [line] = json.loads(path.read_text(encoding="utf-8"))["departments"]
    assert (line["files"], line["refused"], line["delivered"]) == (2, 1, 10)


def test_status_shows_what_waits_and_the_last_nights(home, report):
    write_report(home, report)
    (home.intake / "tax").mkdir()
    (home.intake / "tax" / "[red].csv").touch()
    result = invoke("status", "--home", home.root)
    assert "waiting in the intake: tax 1" in result.output
    assert result.exit_code == Exit.OK
    assert "2026-11-01" in result.output
    assert "published" in result.output


def test_status_imports_nothing_heavy():
    import subprocess
    import sys

    code = (
        "import sys; from pipelines.cli import app; from pipelines import show;"
        "print([m for m in ('dagster', 'duckdb', 'pyarrow', 'pandas', 'great_expectations') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_contracts_are_listed():
    result = invoke("contracts", "list")
    assert result.exit_code == Exit.OK
    assert "public_security" in result.output


def test_contract_that_does_not_fit_is_refused(tmp_path):
    path = tmp_path / "new.yml"
    path.write_text("department: new\n", encoding="utf-8")
    assert invoke("contracts", "check", path).exit_code == Exit.FAILED
    assert invoke("contracts", "check", tmp_path / "none.yml").exit_code == Exit.FAILED
