"""Runs suites inside an open DuckDB connection. What is checked is in `quality.suites`.

Each subject becomes a temporary view of the connection for as long as its suite runs; data are not
changed, and nothing but counts leaves the database. Run suites outside of a transaction: a rule that
fails to run would abort it. Great Expectations is used without a data context: no project files, no
Data Docs, no telemetry.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from quality.rules import CheckResult, Outcome, require_distinct, Rule, Suite

if TYPE_CHECKING:
    from quality.validation import Validation


def run_suites(con: duckdb.DuckDBPyConnection, suites: Sequence[Suite], night: date) -> list[CheckResult]:
    """Check each rule of each suite as of a night.

    Args:
        con: the open warehouse; its temporary views and variables of the prefix `check_` are ours.
        suites: suites of distinct names.
        night: the night being checked; it bounds dates and chooses the deliveries of "tonight".

    Returns:
        One result for each rule, in the order of the suites. A rule that cannot be run is a failed
        result with the type of its error; of the error's text, which may hold values, nothing is kept.

    Raises:
        SuiteNameError: for two suites of one name.
    """
    with checking(con, suites, night) as validation:
        return [
            _result(suite, rule, outcome)
            for suite in suites
            for rule, outcome in zip(suite.rules, _outcomes(suite, validation), strict=True)
        ]


@contextmanager
def checking(con: duckdb.DuckDBPyConnection, suites: Sequence[Suite], night: date) -> Iterator["Validation"]:
    """Great Expectations over a connection, silent, with the night set; see `run_suites`."""
    require_distinct([suite.name for suite in suites])
    with _silence(), _night(con, night):
        from quality.validation import Validation  # here: Great Expectations takes seconds to import

        yield Validation(con, night)


def _outcomes(suite: Suite, validation: "Validation") -> list[Outcome]:
    try:
        with validation.view(suite):
            return validation.run(suite)
    except duckdb.Error as error:
        return [Outcome(passed=False, error=type(error).__name__)] * len(suite.rules)


def _result(suite: Suite, rule: Rule, outcome: Outcome) -> CheckResult:
    return CheckResult(
        name=rule.name,
        suite=suite.name,
        subject=suite.table,
        expectation=type(rule).__name__,
        severity=rule.severity,
        passed=outcome.passed,
        checked_count=outcome.checked_count,
        failed_count=outcome.failed_count,
        error=outcome.error,
    )


@contextmanager
def _night(con: duckdb.DuckDBPyConnection, night: date) -> Iterator[None]:
    con.execute("SET VARIABLE check_night = ?", [night])
    try:
        yield
    finally:
        con.execute("RESET VARIABLE check_night")


@contextmanager
def _silence() -> Iterator[None]:
    # GX logs the text of exceptions, in which DuckDB quotes values.
    loggers = [logging.getLogger(name) for name in ("great_expectations", "sqlalchemy")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
