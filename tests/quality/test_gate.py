from typing import Any

from quality.gate import may_publish, summarise_suites
from quality.rules import CheckResult


def result(name: str, **changes: object) -> CheckResult:
    given: dict[str, Any] = {
        "suite": "s",
        "subject": "t",
        "expectation": "Present",
        "severity": "block",
        "passed": True,
        "checked_count": 10,
        "failed_count": 0,
    }
    return CheckResult(name=name, **(given | changes))


def test_summarise_suites() -> None:
    results = [
        result("a"),
        result("b", passed=False, failed_count=3, severity="warn"),
        result("c", suite="z", passed=False, error="BinderException", checked_count=None, failed_count=None),
    ]
    first, second = summarise_suites(results)
    assert (first.name, first.passed, first.is_blocked, first.checked_count) == ("s", False, False, 10)
    assert first.failed_rules == {"b": 3}
    assert (second.is_blocked, second.checked_count, second.failed_rules) == (True, None, {"c": "BinderException"})
    assert may_publish([first]) and not may_publish([first, second])
