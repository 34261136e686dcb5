"""Running suites leaves no trace: no values, no views, no open transactions, no output."""

import logging
import subprocess
import sys
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from quality.engine import run_suites
from quality.errors import SuiteNameError
from quality.rules import Holds, InSet, NIGHT, NoneFound, Present, Suite, Within

TONIGHT = date(2026, 11, 1)
CANARY_NAME, CANARY_ID = "金丝雀鸣", "330106198206307777"


@pytest.fixture
def canaries() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE TABLE bird(name TEXT, number TEXT, role TEXT, born DATE)")
    con.executemany(
        "INSERT INTO bird VALUES (?, ?, ?, ?)",
        [[CANARY_NAME, CANARY_ID, "self", date(1982, 6, 30)], [None, CANARY_NAME, "spouse", date(2027, 1, 1)]],
    )
    return con


SUITE = Suite(
    name="bird",
    title="Birds",
    table="bird",
    subject="SELECT * FROM bird",
    rules=(
        InSet(name="in_set", column="name", values=("李四",)),
        Present(name="present", column="name"),
        Present(name="present_in_role", column="name", roles=("self",)),
        Present(name="half_present", column="name", mostly=0.5),
        Within(name="within_night", column="born", low=date(1900, 1, 1)),
        Within(name="within_bounds", column="born", low=date(1900, 1, 1), high=date(1980, 1, 1)),
        Holds(name="braces", column="number", condition="regexp_full_match(number, '[0-9]{17}[0-9X]')"),
        Holds(name="null_condition", column="number", condition="name = 'x'"),
        NoneFound(name="query", query=f"SELECT name, number FROM check_bird WHERE born <= {NIGHT}"),
    ),
)
COUNTS = {  # passed, checked, failed
    "in_set": (False, 2, 1),
    "present": (False, 2, 1),
    "present_in_role": (True, 1, 0),
    "half_present": (True, 2, 1),
    "within_night": (False, 2, 1),
    "within_bounds": (False, 2, 2),
    "braces": (False, 2, 1),
    "null_condition": (False, 2, 2),
    "query": (False, 2, 1),
}
BROKEN = Suite(
    name="broken",
    title="Rules that cannot run",
    table="bird",
    subject="SELECT * FROM bird",
    rules=(
        Holds(name="cast", column="number", condition="CAST(number AS INTEGER) > 0"),
        Holds(name="error_function", column="number", condition="error(number || name)"),
        Present(name="sound_neighbour", column="number"),
        NoneFound(name="no_table", query="SELECT 1 FROM nowhere"),
        Present(name="no_column", column="nothing"),
    ),
)
NO_SUBJECT = Suite(
    name="absent", title="", table="x", subject="SELECT * FROM x", rules=(Present(name="present", column="a"),)
)


def test_counts(canaries: duckdb.DuckDBPyConnection) -> None:
    results = run_suites(canaries, [SUITE], TONIGHT)
    assert {r.name: (r.passed, r.checked_count, r.failed_count) for r in results} == COUNTS
    assert [r.name for r in results] == list(SUITE.check_names())


def test_broken_rules_fail_with_the_type_of_their_error_alone(canaries: duckdb.DuckDBPyConnection) -> None:
    results = {r.name: r for r in run_suites(canaries, [BROKEN, NO_SUBJECT], TONIGHT)}
    assert results["sound_neighbour"].passed
    assert results["cast"].error == "ConversionException"
    assert results["no_table"].error == "CatalogException"
    assert results["no_column"].error is not None
    assert results["present"].error == "CatalogException"
    assert {name for name, r in results.items() if r.passed} == {"sound_neighbour"}


def test_no_value_leaves_the_database(
    canaries: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    results = run_suites(canaries, [SUITE, BROKEN, NO_SUBJECT], TONIGHT)
    printed = capfd.readouterr()
    said = repr(results) + caplog.text + printed.out + printed.err
    assert CANARY_NAME not in said
    assert CANARY_ID not in said
    assert printed.out == ""
    assert printed.err == ""


def test_fetched_rows_hold_no_value(canaries: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    from quality.dialect import BufferedCursor

    fetched: list[object] = []
    execute = BufferedCursor.execute

    def listen(self: BufferedCursor, statement: str, parameters: tuple[object, ...] = ()) -> None:
        execute(self, statement, parameters)
        fetched.extend(self._rows)

    monkeypatch.setattr(BufferedCursor, "execute", listen)
    run_suites(canaries, [SUITE, BROKEN], TONIGHT)
    assert fetched
    assert CANARY_NAME not in repr(fetched)
    assert CANARY_ID not in repr(fetched)


def test_connection_is_left_as_it_was(canaries: duckdb.DuckDBPyConnection) -> None:
    before = canaries.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    run_suites(canaries, [SUITE, BROKEN], TONIGHT)
    assert canaries.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == before
    assert canaries.execute(f"SELECT {NIGHT}").fetchall() == [(None,)]
    canaries.execute("BEGIN")
    canaries.execute("ROLLBACK")


def test_uncommitted_changes_are_seen_and_stay_uncommitted(canaries: duckdb.DuckDBPyConnection) -> None:
    canaries.execute("BEGIN; DELETE FROM bird")
    assert {r.checked_count for r in run_suites(canaries, [SUITE], TONIGHT)} == {0}
    canaries.execute("ROLLBACK")
    assert canaries.execute("SELECT count(*) FROM bird").fetchall() == [(2,)]


def test_loggers_are_restored(canaries: duckdb.DuckDBPyConnection) -> None:
    logger = logging.getLogger("great_expectations")
    before = logger.level
    run_suites(canaries, [SUITE], TONIGHT)
    assert logger.level == before


def test_suite_names_must_differ(canaries: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SuiteNameError) as raised:
        run_suites(canaries, [SUITE, SUITE], TONIGHT)
    assert raised.value.name == "bird"


def test_rule_names_must_differ() -> None:
    with pytest.raises(SuiteNameError):
        replace(SUITE, rules=SUITE.rules * 2)


def test_suites_are_declared_without_great_expectations() -> None:
    code = "import sys, quality.engine, quality.gate, quality.suites; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
