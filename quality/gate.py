"""Whether the night may be published. Decides from results alone; reads no data, publishes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from quality.rules import CheckResult


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """The results of one suite as one asset check: counts and names of rules, no values."""

    name: str
    subject: str
    passed: bool
    is_blocked: bool
    rule_count: int
    checked_count: int | None
    failed_rules: dict[str, int | str | None]


def may_publish(results: Iterable[SuiteResult]) -> bool:
    """Whether no suite has a failed rule of severity `block`."""
    return not any(result.is_blocked for result in results)


def summarise_suites(results: Iterable[CheckResult]) -> list[SuiteResult]:
    """One line for each suite, in the order of `run_suites`; failed rules with count, or type of error."""
    return [_summarise(suite, list(group)) for suite, group in groupby(results, key=attrgetter("suite"))]


def _summarise(suite: str, results: list[CheckResult]) -> SuiteResult:
    failed = [result for result in results if not result.passed]
    counted = [result.checked_count for result in results if result.checked_count is not None]
    return SuiteResult(
        name=suite,
        subject=results[0].subject,
        passed=not failed,
        is_blocked=any(result.severity == "block" for result in failed),
        rule_count=len(results),
        checked_count=max(counted, default=None),
        failed_rules={result.name: result.error or result.failed_count for result in failed},
    )
