"""What every contract promises in its examples holds; and a promise that does not hold is told."""

from collections.abc import Iterator

import duckdb
import pytest

from sources.contract import Contract, load_contracts
from sources.examples import ExampleFailure, run_examples

CONTRACTS = load_contracts()


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.department)
def test_the_examples_of_a_contract_hold(contract: Contract, con: duckdb.DuckDBPyConnection) -> None:
    assert run_examples(contract, con) == []


def spoiled(**example: object) -> Contract:
    """The finance contract with one example alone, changed."""
    contract = next(c for c in CONTRACTS if c.department == "finance")
    (extract,) = contract.extracts
    changed = extract.examples[0].model_copy(update=example)
    return contract.model_copy(update={"extracts": (extract.model_copy(update={"examples": (changed,)}),)})


@pytest.mark.parametrize(
    ("example", "where", "expected", "actual"),
    [
        ({"mentions": {"self": {"name": "冼碧"}}}, "self.name", "冼碧", "冼碧桃"),
        ({"mentions": {"self": {"event_date": None}}}, "self.event_date", None, "2026-03-15"),
        ({"mentions": {}, "reason_code": "person_missing"}, "reason_code", "person_missing", None),
        ({"row": {"verification_no": "1"}}, "reason_code", None, "person_missing"),
    ],
)
def test_a_promise_that_does_not_hold_is_told(
    con: duckdb.DuckDBPyConnection, example: dict[str, object], where: str, expected: str | None, actual: str | None
) -> None:
    title = CONTRACTS[[c.department for c in CONTRACTS].index("finance")].extracts[0].examples[0].title
    assert run_examples(spoiled(**example), con) == [ExampleFailure("account", title, where, expected, actual)]
