"""What a merge does, counted and not timed: rows that its statements visit, how they join, pairs that are compared.

Seconds depend on the machine; these counts do not. A statement that begins to compare everything with everything, or to
read the whole base once more, shows here.
"""

import json
import shutil
from collections import Counter
from datetime import datetime, timedelta, UTC

import duckdb
import pytest
import structlog

from pipelines.claims import claim_deliveries
from pipelines.deliveries import standardise_deliveries
from pipelines.home import Home
from pipelines.merge import merge_night
from pipelines.read_ahead import ReadAhead
from sources.contract import load_contracts
from sources.synth.generate import generate
from warehouse.database import warehouse_session

PEOPLE = (300, 1200)
UNBOUNDED_JOINS = {"CROSS_PRODUCT", "NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN"}


class Counted:
    """A connection that counts what its statements do."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.rows_scanned = 0
        self.rows_out_of = Counter()
        self.kinds_of_functions = []
        con.execute("PRAGMA enable_profiling = 'no_output'")

    def __getattr__(self, name):
        return getattr(self._con, name)

    def execute(self, query, *parameters):
        for statement in [query] if parameters else self._con.extract_statements(query):
            result = self._con.execute(statement, *parameters)
            for operator in json.loads(self._con.get_profiling_information(format="json") or "{}").get("operator", []):
                self._count(operator)
        return result

    def create_function(self, *arguments, **options):
        self.kinds_of_functions.append(options.get("type", "native"))
        return self._con.create_function(*arguments, **options)

    def _count(self, operator) -> None:
        self.rows_scanned += operator.get("rows_scanned", 0)
        self.rows_out_of[operator["type"]] += operator.get("intermediate_rows", 0)
        for child in operator.get("children", []):
            self._count(child)


@pytest.fixture(scope="module")
def merges(tmp_path_factory, end_to_end):
    """For each size: mentions, and what the first night and a second one with few changes did."""
    return {people: list(merged(people, tmp_path_factory.mktemp(f"city{people}"), end_to_end)) for people in PEOPLE}


def merged(people, folder, end_to_end):
    generate(people, 5, 2, folder, end_to_end.NIGHTS[0])
    home, contracts = Home(folder / "home").prepare(), load_contracts()
    log = structlog.wrap_logger(structlog.ReturnLogger())
    for number in range(2):
        night, now = end_to_end.NIGHTS[0] + timedelta(days=number), datetime.now(UTC)
        shutil.copytree(folder / f"night_{number:03}", home.intake, dirs_exist_ok=True)
        with warehouse_session(home.database) as con, ReadAhead() as ahead:
            claim_deliveries(con, home, [contract.department for contract in contracts], night, now, 0)
            for contract in contracts:
                standardise_deliveries(con, home, ahead, contract, contracts, night, log)
            counted = Counted(con)
            counts = merge_night(counted, home, contracts, night, now)
        shutil.rmtree(home.intake)
        home.prepare()
        yield counts, counted


def per_mention(night, figure) -> float:
    counts, counted = night
    return figure(counted) / counts.links.records


@pytest.mark.parametrize(
    ("figure", "most"),
    [
        (lambda counted: counted.rows_scanned, 550),
        (lambda counted: counted.rows_out_of["HASH_JOIN"], 150),
        (lambda counted: counted.rows_out_of["WINDOW"], 7),
        (lambda counted: counted.rows_out_of["ORDER_BY"], 8),
    ],
)
def test_work_grows_with_the_mentions_and_no_faster(merges, figure, most):
    small, large = (merges[people] for people in PEOPLE)
    for number in range(2):
        assert 0 < per_mention(large[number], figure) < most
        assert per_mention(large[number], figure) < per_mention(small[number], figure) * 1.1


def test_nothing_is_compared_with_everything(merges):
    for people in PEOPLE:
        for night in merges[people]:
            assert per_mention(night, lambda counted: sum(counted.rows_out_of[kind] for kind in UNBOUNDED_JOINS)) < 0.1


def test_pairs_are_as_many_as_units_and_of_what_changed(merges):
    for people in PEOPLE:
        (first, _), (second, _) = merges[people]
        assert 0 < first.links.pairs < 1.5 * first.links.units
        assert 0 < second.links.pairs < 0.1 * first.links.pairs
        assert 0 < second.links.units_changed < 0.1 * first.links.units_changed


def test_functions_of_ours_take_columns_and_not_rows(merges):
    for people in PEOPLE:
        for _, counted in merges[people]:
            assert set(counted.kinds_of_functions) == {"arrow"}
