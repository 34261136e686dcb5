"""One run of Great Expectations over a borrowed DuckDB connection: suites in, outcomes out.

Suites are validated against views, without a data context and without batches of data. Imported only
while checks run.
"""

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import great_expectations.exceptions as gx_exceptions
import sqlalchemy as sa
from great_expectations.core.batch import Batch
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.validator.validator import Validator

from quality.dialect import borrow
from quality.expectations import expectation
from quality.rules import Outcome, Rule, Suite

COUNTS = {"result_format": {"result_format": "BASIC", "partial_unexpected_count": 0}, "catch_exceptions": True}
RAISED = re.compile(r"^(?:[a-z_][A-Za-z_]*\.)*([A-Z][A-Za-z]*): ", re.MULTILINE)
ERROR_MODULES = (duckdb, sa.exc, gx_exceptions, builtins)
UNKNOWN_ERROR = "Exception"


class SilentValidator(Validator):
    """A validator which draws no progress bars."""

    def _determine_progress_bars(self) -> bool:
        return False


class Validation:
    """Validates suites whose views exist. Engine and connection are shared by all suites of a run."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: date) -> None:
        """Set up Great Expectations over an open connection."""
        self._con = con
        self._engine = borrow(con)
        self._night = night

    @contextmanager
    def view(self, suite: Suite) -> Iterator[None]:
        """The subject of a suite as its view. Raises duckdb.Error: there can be none."""
        self._con.execute(f'CREATE OR REPLACE TEMPORARY VIEW "{suite.view}" AS {suite.subject}')
        try:
            yield
        finally:
            self._con.execute(f'DROP VIEW IF EXISTS temp."{suite.view}"')

    def run(self, suite: Suite) -> list[Outcome]:
        """The outcomes of a suite's rules, in their order.

        Rules are evaluated together, in few queries. When some could not be evaluated these are run
        again one by one, since one broken rule takes with it those that share its query.
        """
        outcomes = self._validate(suite, suite.rules)
        broken = [rule for rule in suite.rules if outcomes[rule.name].error]
        if len(suite.rules) > 1:
            for rule in broken:
                outcomes |= self._validate(suite, [rule])
        return [outcomes[rule.name] for rule in suite.rules]

    def told(self, suite: Suite) -> ExpectationSuiteValidationResult:
        """All that Great Expectations says of a suite, in numbers; of what could not be run only the kind of error."""
        results = self._results(suite, suite.rules)
        for result in results:
            counts = result.result
            if texts := list(_tracebacks(result.exception_info)):
                kind = {"raised_exception": True, "exception_message": _error_type(texts), "exception_traceback": ""}
                result.exception_info = kind
            elif counts.get("element_count"):
                counts["unexpected_percent"] = 100 * (counts["unexpected_count"] or 0) / counts["element_count"]
        met = sum(bool(result.success) for result in results)
        return ExpectationSuiteValidationResult(
            success=met == len(results),
            results=results,
            suite_name=suite.name,
            statistics={
                "evaluated_expectations": len(results),
                "successful_expectations": met,
                "unsuccessful_expectations": len(results) - met,
                "success_percent": 100 * met / len(results),
            },
        )

    def _validate(self, suite: Suite, rules: Sequence[Rule]) -> dict[str, Outcome]:
        return {_rule_name(result): _outcome(result) for result in self._results(suite, rules)}

    def _results(self, suite: Suite, rules: Sequence[Rule]) -> list[ExpectationValidationResult]:
        execution_engine = SqlAlchemyExecutionEngine(engine=self._engine)
        data: Any = SqlAlchemyBatchData(execution_engine, table_name=suite.view, create_temp_table=False)
        validator = SilentValidator(execution_engine=execution_engine, batches=[Batch(data=data)])
        validator.metrics_calculator.show_progress_bars = False
        expectations = ExpectationSuite(suite.name, expectations=[expectation(rule, self._night) for rule in rules])
        results: list[ExpectationValidationResult] = validator.graph_validate(
            expectations.expectation_configurations, COUNTS
        )
        return results


def _rule_name(result: ExpectationValidationResult) -> str:
    meta = result.expectation_config.meta if result.expectation_config else None
    return str((meta or {})["rule"])


def _outcome(result: ExpectationValidationResult) -> Outcome:
    texts = list(_tracebacks(result.exception_info))
    if texts:
        return Outcome(passed=False, error=_error_type(texts))
    counts = result.result
    return Outcome(
        passed=bool(result.success),
        checked_count=counts["element_count"],
        failed_count=counts["unexpected_count"] or 0,
    )


def _tracebacks(info: dict[str, Any]) -> Iterator[str]:
    # Either one exception, or one for each metric that failed.
    for each in [info] if "raised_exception" in info else info.values():
        if each["raised_exception"]:
            yield each["exception_traceback"] or ""


def _error_type(tracebacks: Iterable[str]) -> str:
    # A word of a traceback is taken for a type only if it names one: the rest may be a value.
    for text in tracebacks:
        for name in RAISED.findall(text):
            if any(_is_error(getattr(module, name, None)) for module in ERROR_MODULES):
                return str(name)
    return UNKNOWN_ERROR


def _is_error(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Exception)
