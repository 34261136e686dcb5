"""What a check is: frozen rules, the suites that hold them, and the results that they give.

Rules are plain data, so that Dagster can declare checks without importing Great Expectations (3 s);
how a rule becomes an expectation is in `quality.expectations`. No rule is defined here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from quality.errors import SuiteNameError

Severity = Literal["warn", "block"]

NIGHT = "getvariable('check_night')"
"""The night being checked, as SQL: usable in the conditions and queries of all rules."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One named statement on a subject. `mostly` in subclasses: the rate (0-1) of rows that must obey."""

    name: str
    severity: Severity = "block"


@dataclass(frozen=True, kw_only=True)
class Present(Rule):
    """`column` is not null, in the rows of `roles` (all rows when empty)."""

    column: str
    mostly: float = 1.0
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InSet(Rule):
    """`column`, where not null, is one of `values`."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Within(Rule):
    """`column`, where not null, is between `low` and `high`, both included; no `high` means the night."""

    column: str
    low: date
    high: date | None = None
    mostly: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Holds(Rule):
    """The SQL `condition` holds in each row where `column` is not null; a null condition does not hold."""

    column: str
    condition: str
    mostly: float = 1.0


@dataclass(frozen=True, kw_only=True)
class NoneFound(Rule):
    """The SQL `query`, which may read any table and the suite's own `view`, gives no row."""

    query: str


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Rules on one subject: one asset check. `table` is for people, `subject` is the SELECT that is checked."""

    name: str
    title: str
    table: str
    subject: str
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        """Refuse two rules of one name."""
        require_distinct(self.check_names())

    @property
    def view(self) -> str:
        """The temporary view under which the subject can be read while the suite runs."""
        return view_name(self.name)

    def check_names(self) -> tuple[str, ...]:
        """The names of the rules, in order."""
        return tuple(rule.name for rule in self.rules)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What running one rule gave: counts, or the type of the error that kept it from running."""

    passed: bool
    checked_count: int | None = None
    failed_count: int | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What one rule found: counts only, never a value. `error` is the type of what kept it from running.

    `checked_count` counts the rows of the subject (for a rule of some roles, the rows of these);
    `failed_count` the rows at fault; for `NoneFound` the rows that its query gave.
    """

    name: str
    suite: str
    subject: str
    expectation: str
    severity: Severity
    passed: bool
    checked_count: int | None
    failed_count: int | None
    error: str | None = None


def view_name(suite: str) -> str:
    """The temporary view of a suite."""
    return f"check_{suite}"


def require_distinct(names: Sequence[str]) -> None:
    """Raise `SuiteNameError` for the first name that occurs twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SuiteNameError(name)
        seen.add(name)
