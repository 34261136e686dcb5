"""Whether deliveries arrive as they used to: in time, new, whole, of the same columns. Checked before the merge.

A check that compares with former deliveries passes while there are none; that a delivery is the first of its extract is
counted by no rule here.
"""

from typing import Final

from quality.rules import NoneFound, Rule, Suite
from quality.statements import sql
from sources.contract import Contract, Extract
from warehouse.statements import literal

LATE_DAYS: Final = {"nightly": 3, "weekly": 10, "monthly": 40, "termly": 220}
"""Days without a delivery after which an extract is late, by its rhythm; what comes by batch is never late."""

FEWER: Final = 0.7
MUCH_FEWER: Final = 0.5
"""Shares of the rows of the delivery before, below which a full one is doubtful, or would end too many records."""


def arrival_suite(contract: Contract) -> Suite:
    """The suite of a department's arrivals, by extract."""
    return Suite(
        name=f"arrival_{contract.department}",
        title=f"{contract.title}: arrivals in time, new, whole, of the same columns",
        table="delivery",
        subject=f"SELECT * FROM delivery WHERE department = {literal(contract.department)}",
        rules=tuple(rule for extract in contract.extracts for rule in _rules(contract.department, extract)),
    )


def _rules(department: str, extract: Extract) -> list[Rule]:
    parts = {"department": literal(department), "extract": literal(extract.extract)}
    rules: list[Rule] = [
        _rule(extract, "not_older_than_before", sql("arrivals/older", **parts)),
        _rule(extract, "same_columns", sql("arrivals/columns", **parts)),
        _rule(extract, "not_cut_by_a_spreadsheet", sql("arrivals/cut", **parts)),
        _rule(extract, "rows_as_promised", sql("arrivals/promise", **parts)),
    ]
    if days := LATE_DAYS.get(extract.delivery.rhythm):
        rules.append(_rule(extract, "in_time", sql("arrivals/late", days=days, **parts)))
    if extract.delivery.mode == "full":
        rules.append(_rule(extract, "not_far_fewer_rows", sql("arrivals/fewer", share=FEWER, **parts)))
    if extract.delivery.mode == "full" and extract.delivery.absence == "ended":
        # Who is not in it counts as gone, so half a file must not be merged.
        query = sql("arrivals/fewer", share=MUCH_FEWER, **parts)
        rules.append(NoneFound(name=f"{extract.extract}_not_half_the_rows", query=query))
    return rules


def _rule(extract: Extract, name: str, query: str) -> Rule:
    return NoneFound(name=f"{extract.extract}_{name}", severity="warn", query=query)
