"""Rules as expectations of Great Expectations which fetch counts and never a value.

The standard result formats choose between no count (BOOLEAN_ONLY) and failing values (all others).
So each map expectation here is asked for BASIC results, but the metric that would fetch values is
struck from its dependencies: what remains are counts, and GX bundles these into one query for a suite.
Imported only while checks run, since Great Expectations takes seconds to import.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.row_conditions import Column
from great_expectations.validator.validator import ValidationDependencies

from quality.rules import Holds, InSet, NoneFound, Present, Rule, Within

SEVERITIES = {"warn": "warning", "block": "critical"}


class CountsOnly(ColumnMapExpectation):
    """A column map expectation that leaves the failing values where they are."""

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: dict[str, Any],
    ) -> ValidationDependencies:
        """All metrics of the expectation but the one which fetches values."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration, **kwargs)
        for name in needed.get_metric_names():
            if name.endswith(".unexpected_values"):
                needed.remove_metric_configuration(name)
        return needed


class ExpectColumnToBePresent(CountsOnly, ExpectColumnValuesToNotBeNull):
    """Values are not null."""


class ExpectColumnToBeInSet(CountsOnly, ExpectColumnValuesToBeInSet):
    """Values are members of a code list."""


class ExpectColumnToBeWithin(CountsOnly, ExpectColumnValuesToBeBetween):
    """Values lie between two bounds."""


class ColumnConditionHolds(ColumnMapMetricProvider):
    """A condition in SQL as column map metric, so that it is bundled with all others and knows `mostly`."""

    condition_metric_name = "column_values.condition_holds"
    condition_value_keys = ("sql_condition",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: object, sql_condition: str, **kwargs: object) -> sa.ColumnElement[bool]:
        return sa.literal_column(f"coalesce(({sql_condition}), false)", sa.Boolean)


class ExpectColumnConditionToHold(CountsOnly):
    """A condition in SQL holds in each row in which the column is not null."""

    sql_condition: str

    map_metric = "column_values.condition_holds"
    success_keys = ("sql_condition", "mostly")
    args_keys = ("column", "sql_condition")


class ExpectQueryToFindNone(UnexpectedRowsExpectation):
    """A query gives no rows. They are counted in the database and, unlike in the parent, not fetched."""

    metric_dependencies = ("unexpected_rows_query.row_count", "table.row_count")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        found = metrics["unexpected_rows_query.row_count"]
        return {
            "success": found == 0,
            "result": {"element_count": metrics["table.row_count"], "unexpected_count": found},
        }


def expectation(rule: Rule, night: date) -> Expectation:
    """The expectation that a rule stands for, bearing the rule's name in its `meta`.

    Raises:
        TypeError: for a kind of rule that has no expectation.
    """
    common: dict[str, Any] = {"severity": SEVERITIES[rule.severity], "meta": {"rule": rule.name}}
    match rule:
        case Present():
            condition = Column("role").is_in(list(rule.roles)) if rule.roles else None
            return ExpectColumnToBePresent(column=rule.column, mostly=rule.mostly, row_condition=condition, **common)
        case InSet():
            return ExpectColumnToBeInSet(column=rule.column, value_set=list(rule.values), **common)
        case Within():
            high = rule.high or night
            return ExpectColumnToBeWithin(
                column=rule.column, min_value=rule.low, max_value=high, mostly=rule.mostly, **common
            )
        case Holds():
            return ExpectColumnConditionToHold(
                column=rule.column, sql_condition=rule.condition, mostly=rule.mostly, **common
            )
        case NoneFound():
            return ExpectQueryToFindNone(unexpected_rows_query=_template(rule.query), **common)
    raise TypeError(type(rule).__name__)


def _template(query: str) -> str:
    # GX formats the query with str.format and prints a notice unless it names the batch.
    return "/* {batch} */ " + query.replace("{", "{{").replace("}", "}}")
