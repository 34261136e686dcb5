"""Deliveries that do not arrive as they used to are caught by the rule named for it."""

from datetime import date

import duckdb
import pytest

from quality.arrivals import arrival_suite
from quality.engine import run_suites
from sources.contract import load_contracts
from tests.quality.test_suites import CONTRACT
from warehouse.schema import migrate

NIGHT = date(2026, 11, 8)
BEFORE = {"night": date(2026, 11, 7), "exported_on": date(2026, 11, 7)}


@pytest.fixture
def con():
    con = duckdb.connect()
    migrate(con)
    yield con
    con.close()


def contract(**delivery):
    body = CONTRACT.model_dump(mode="json")
    body["extracts"][0]["delivery"].update(delivery)
    return type(CONTRACT).model_validate(body)


def deliver(con, **facts):
    number = con.execute("SELECT count(*) + 1 FROM delivery").fetchall()[0][0]
    row = {
        "delivery_id": number, "night": NIGHT, "department": "public_security", "extract": "register",
        "file": f"{number}.csv", "sha256": str(number), "exported_on": NIGHT, "status": "accepted",
        "rows_delivered": 1001, "rows_accepted": 990, "rows_quarantined": 10, "rows_non_data": 1,
        "headers": ["id", "name"], "claimed_at": "2026-11-08", **facts,
    }  # fmt: skip
    columns, values = ", ".join(row), ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO delivery ({columns}) VALUES ({values})", row)


def failed(con, **delivery):
    suite = arrival_suite(contract(**delivery))
    return {(r.name.removeprefix("register_"), r.severity) for r in run_suites(con, [suite], NIGHT) if not r.passed}


def test_a_delivery_like_the_one_before_passes(con):
    deliver(con, **BEFORE)
    deliver(con)
    assert failed(con, absence="ended") == set()


def test_the_first_delivery_and_a_department_that_never_delivered_pass(con):
    assert failed(con) == set()
    deliver(con, rows_accepted=3)
    assert failed(con, absence="ended") == set()


@pytest.mark.parametrize(
    ("tonight", "rule"),
    [
        ({"exported_on": date(2026, 11, 1)}, "not_older_than_before"),
        ({"status": "duplicate", "sha256": "1"}, "not_older_than_before"),
        ({"headers": ["id", "name", "新列"]}, "same_columns"),
        ({"headers": ["id"]}, "same_columns"),
        ({"rows_delivered": 65536, "rows_accepted": 65535, "rows_quarantined": 0}, "not_cut_by_a_spreadsheet"),
        ({"rows_delivered": 1048576, "rows_accepted": 1048575, "rows_quarantined": 0}, "not_cut_by_a_spreadsheet"),
        ({"rows_promised": 1200}, "rows_as_promised"),
        ({"rows_accepted": 600}, "not_far_fewer_rows"),
    ],
)
def test_what_is_not_as_before_warns(con, tonight, rule):
    deliver(con, **BEFORE)
    deliver(con, **tonight)
    assert failed(con) == {(rule, "warn")}


def test_half_a_full_delivery_blocks_where_absence_ends_records(con):
    deliver(con, **BEFORE)
    deliver(con, rows_accepted=300)
    assert failed(con) == {("not_far_fewer_rows", "warn")}
    assert failed(con, absence="ended") == {("not_far_fewer_rows", "warn"), ("not_half_the_rows", "block")}
    assert failed(con, mode="incremental") == set()


def test_no_packaged_contract_compares_rows_and_none_blocks_as_the_docs_say():
    rules = [rule for each in load_contracts() for rule in arrival_suite(each).rules]
    assert len(rules) > 12
    assert [rule.name for rule in rules if rule.severity == "block" or "fewer" in rule.name] == []


@pytest.mark.parametrize(("rhythm", "is_late"), [("nightly", True), ("weekly", False), ("by_batch", False)])
def test_a_department_is_late_by_its_rhythm(con, rhythm, is_late):
    deliver(con, night=date(2026, 11, 3), exported_on=date(2026, 11, 3))
    assert failed(con, rhythm=rhythm) == ({("in_time", "warn")} if is_late else set())


def test_a_file_without_rows_again_is_neither_old_nor_late(con):
    empty = {"rows_delivered": 1, "rows_accepted": 0, "rows_quarantined": 0, "sha256": "empty"}
    deliver(con, night=date(2026, 11, 2), exported_on=date(2026, 11, 2), **empty)
    assert failed(con, mode="incremental", rhythm="nightly") == {("in_time", "warn")}
    deliver(con, **empty | {"status": "duplicate", "rows_accepted": None, "rows_quarantined": None})
    assert failed(con, mode="incremental", rhythm="nightly") == set()


def test_what_somebody_vouches_for_passes(con):
    deliver(con, **BEFORE)
    vouched = {"vouched_at": "2026-11-08", "vouched_by": "w", "vouched_because": "a ward was closed"}
    deliver(con, rows_accepted=300, rows_promised=900, headers=["id"], exported_on=date(2026, 11, 6), **vouched)
    assert failed(con, absence="ended") == set()
    deliver(con, rows_promised=1)
    assert ("rows_as_promised", "warn") in failed(con, absence="ended")
