"""Entries of judged mentions outlive the mentions, until these are past their time."""

from datetime import date

import pytest

from warehouse.identity_key import keyed_ids
from warehouse.judged_entries import create_successors, erase_entries, HELD, keep_entries, SUCCESSORS

N1, N2 = date(2026, 11, 1), date(2026, 11, 2)
ENTRY = {"department": "grid", "extract": "visit", "record_key": "1", "name": "甲"}


def mention(delivery_id, row=1):
    return (delivery_id << 34) + (row << 6)


@pytest.fixture(autouse=True)
def key(house):
    with keyed_ids(house.con, bytes(32)):
        yield


@pytest.fixture
def judged(house):
    """A house in which the second of two rows is judged."""
    first = house.deliver(N1, "a.csv", [ENTRY | {"record_key": "2"}, ENTRY])
    house.finish(N1)
    house.con.execute(f"CREATE TABLE judged AS SELECT {mention(first, 2)} AS record_id")
    keep_entries(house.con, "judged")
    create_successors(house.con)
    return house, first


def remove(house, delivery_id):
    house.con.execute("DELETE FROM std_mention WHERE delivery_id = $1", [delivery_id])


def successors(house):
    return house.rows(f"FROM {SUCCESSORS}")


def test_an_entry_that_comes_again_is_found_when_its_mention_is_gone(judged):
    house, first = judged
    again = house.deliver(N2, "b.csv", [ENTRY, ENTRY | {"extract": "other"}, ENTRY | {"record_key": "3"}])
    assert successors(house) == []
    remove(house, first)
    assert successors(house) == [(mention(first, 2), mention(again))]
    assert sorted(house.rows(f"FROM {HELD}")) == [(mention(again, row),) for row in (1, 2, 3)]


def test_of_several_the_one_of_the_same_row_is_chosen_else_the_latest(judged):
    house, first = judged
    house.deliver(N2, "b.csv", [ENTRY])
    remove(house, first)
    latest = house.deliver(N2, "c.csv", [ENTRY])
    assert successors(house) == [(mention(first, 2), mention(latest))]
    same_row = house.deliver(N2, "d.csv", [ENTRY, ENTRY, ENTRY])
    assert successors(house) == [(mention(first, 2), mention(same_row, 2))]


def test_whoever_else_took_the_entry_over_is_not_found(judged):
    house, first = judged
    remove(house, first)
    latest = house.deliver(N2, "b.csv", [ENTRY | {"name": "乙"}, ENTRY | {"name": None}])
    assert successors(house) == []
    house.deliver(N2, "c.csv", [ENTRY])
    assert successors(house) == [(mention(first, 2), mention(latest + 1))]


@pytest.mark.parametrize("name", ["甲", "乙之女", None])
def test_a_newborn_is_found_under_the_name_it_was_given(house, name):
    first = house.deliver(N1, "a.csv", [ENTRY | {"name": "乙之女"}])
    house.finish(N1)
    house.con.execute(f"CREATE TABLE judged AS SELECT {mention(first)} AS record_id")
    keep_entries(house.con, "judged")
    create_successors(house.con)
    remove(house, first)
    again = house.deliver(N2, "b.csv", [ENTRY | {"name": name}])
    assert successors(house) == [(mention(first), mention(again))]


def test_no_name_is_kept_in_clear(judged):
    house, _ = judged
    assert "甲" not in str(house.rows("FROM judged_entry"))
    assert house.rows("SELECT name_hash > 0 FROM judged_entry") == [(True,)]


def test_entries_are_kept_once_and_go_when_their_delivery_is_past_its_time(judged):
    house, first = judged
    keep_entries(house.con, "judged")
    assert house.rows("SELECT count(*) FROM judged_entry") == [(1,)]
    house.con.execute("UPDATE delivery SET purged_at = now()")
    erase_entries(house.con)
    assert house.rows("SELECT count(*) FROM judged_entry") == [(1,)]
    remove(house, first)
    erase_entries(house.con)
    assert house.rows("SELECT count(*) FROM judged_entry") == [(0,)]
