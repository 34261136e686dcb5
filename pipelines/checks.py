"""Suites as asset checks: declared from contracts and table shapes, run by `quality`, shown as counts.

A failed rule of severity `block` fails its check as an error, and a blocking check keeps what comes after
it from running: a source's check the merge, a check of the base the publication. What the checks of the base
said is kept in the warehouse as well, since a single step may be run without what comes before it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from pipelines.names import BASE, PERSON, POOL
from pipelines.partitions import night_of
from pipelines.resources import Writer
from quality.gate import may_publish, SuiteResult
from quality.rules import Suite
from quality.suites import base_suites
from quality.trends import compare_night, measure_night, read_trends, TREND, Trends
from warehouse.ledger import check_night
from warehouse.verdicts import keep_verdict

BASE_CHECKS = "check_base"


def check_specs(asset: str, suites: Iterable[Suite]) -> list[dg.AssetCheckSpec]:
    """One blocking check on an asset for each suite."""
    return [
        dg.AssetCheckSpec(
            suite.name,
            asset=asset,
            description=f"{suite.title} ({len(suite.rules)} rules)",
            blocking=any(rule.severity == "block" for rule in suite.rules),
            metadata={"rules": dg.MetadataValue.json(sorted(suite.check_names()))},
        )
        for suite in suites
    ]


def check_results(
    asset: str, results: Sequence[SuiteResult], trends: Trends | None = None
) -> list[dg.AssetCheckResult]:
    """What suites found, as counts and names of rules; rules of the trends without enough history say so."""
    return [
        dg.AssetCheckResult(
            check_name=result.name,
            asset_key=asset,
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR if result.is_blocked else dg.AssetCheckSeverity.WARN,
            metadata=_metadata(result, trends if result.name == TREND else None),
        )
        for result in results
    ]


def build_base_checks() -> dg.AssetChecksDefinition:
    """The gate: all checks of the base, in one step before publication."""
    suites = base_suites()

    @dg.multi_asset_check(
        name=BASE_CHECKS,
        specs=check_specs(PERSON, suites),
        pool=POOL,
        description=f"All checks of the base; a blocking one keeps {BASE} as it is.",
    )
    def check_base(context: dg.AssetCheckExecutionContext, writer: Writer) -> Iterable[dg.AssetCheckResult]:
        night = night_of(context)
        with writer.step(BASE_CHECKS) as con:
            check_night(con, night)
            measure_night(con, night)
            compare_night(con, night)
            results = writer.check(con, BASE_CHECKS, suites, night)
            keep_verdict(con, night, "passed" if may_publish(results) else "blocked")
            trends = read_trends(con, night)
        yield from check_results(PERSON, results, trends)

    return check_base


def _metadata(result: SuiteResult, trends: Trends | None) -> dict[str, Any]:
    found: dict[str, Any] = {"subject": result.subject, "rules": result.rule_count}
    if result.checked_count is not None:
        found["rows_checked"] = result.checked_count
    if trends:
        found["not_enough_history"] = dg.MetadataValue.json(list(trends.undecided))
        found["drifts"] = dg.MetadataValue.json(list(trends.drifts))
    if result.failed_rules:
        found["failed_rules"] = dg.MetadataValue.json(result.failed_rules)
    return found
