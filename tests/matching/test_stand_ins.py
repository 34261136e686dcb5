"""Judgements whose records are taken out: they go on with another of the unit or of the entry, or lapse."""

from datetime import datetime, UTC

import pytest

from matching.judgements import current_judgements, record_judgement, withdraw_judgement
from matching.stand_ins import judged_records, move_judgements

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def con(linked):
    """Units of records that are all held; no entry came again."""
    linked.execute("""
        CREATE TABLE held AS SELECT record_id FROM match_record;
        CREATE TABLE successor (record_id BIGINT, stand_in_id BIGINT);
    """)
    return linked


def judge(con, left, right, judgement):
    return record_judgement(con, left, right, judgement, decided_by="a", reason="why", decided_at=NOW)


def take_out(con, *records, **successors):
    """Take records out; successors as _5=50: 50 came in the place of 5."""
    con.execute("DELETE FROM held WHERE record_id IN (SELECT unnest($1))", [list(records)])
    for record, stand_in in successors.items():
        con.execute("INSERT INTO successor VALUES ($1, $2)", [int(record[1:]), stand_in])
    move_judgements(con, held="held", successors="successor", moved_at=NOW)


def in_force(con):
    return con.execute(f"FROM {current_judgements(con)} ORDER BY ALL").fetchall()


def told(con):
    return con.execute("SELECT record_id_l, record_id_r, judgement FROM match_judgement ORDER BY ALL").fetchall()


def test_a_judgement_goes_on_with_another_record_of_the_unit(con):
    judge(con, 1, 3, "negative")
    take_out(con, 1)
    assert in_force(con) == [(2, 3, "negative")]
    assert told(con) == [(1, 3, "negative")]
    assert con.execute("SELECT record_id, stand_in_id FROM match_stand_in").fetchall() == [(1, 2)]


def test_nothing_moves_while_all_judged_records_are_held(con):
    judge(con, 1, 3, "negative")
    take_out(con, 2, 6)
    assert in_force(con) == [(1, 3, "negative")]
    assert con.execute("FROM match_stand_in").fetchall() == []


def test_a_record_alone_in_its_unit_is_followed_by_one_of_its_entry(con):
    judge(con, 5, 3, "positive")
    take_out(con, 5)
    assert in_force(con) == [(3, 5, "positive")]
    take_out(con, _5=50)
    assert in_force(con) == [(3, 50, "positive")]
    assert con.execute(f"FROM {judged_records(con)} ORDER BY 1").fetchall() == [(3,), (50,)]


def test_a_stand_in_that_is_taken_out_is_followed_by_another(con):
    judge(con, 1, 3, "negative")
    take_out(con, 1)
    take_out(con, 2, _2=20)
    assert in_force(con) == [(3, 20, "negative")]
    assert told(con) == [(1, 3, "negative")]


def test_a_unit_that_a_judgement_is_about_to_split_tells_nothing(con):
    con.execute(
        "INSERT INTO match_record (record_id, unit_id, match_rule) VALUES (7, 1, 'r'); INSERT INTO held VALUES (7)"
    )
    judge(con, 1, 2, "negative")
    take_out(con, 1)
    assert in_force(con) == [(1, 2, "negative")]
    take_out(con, _1=10)
    assert in_force(con) == [(2, 10, "negative")]


def test_the_other_side_never_stands_for_a_record(con):
    judge(con, 5, 6, "positive")
    con.execute("UPDATE match_record SET unit_id = 5 WHERE record_id = 6")
    take_out(con, 5, _5=6)
    assert in_force(con) == [(5, 6, "positive")]


def test_a_record_that_judgements_name_already_stands_for_none_of_its_entry(con):
    judge(con, 5, 3, "positive")
    judge(con, 6, 1, "negative")
    take_out(con, 5, _5=6)
    assert in_force(con) == [(1, 6, "negative"), (3, 5, "positive")]


def test_a_record_stands_for_one_of_its_entry_alone(con):
    judge(con, 5, 3, "positive")
    judge(con, 6, 3, "negative")
    take_out(con, 5, 6, _5=50, _6=50)
    assert in_force(con) == [(3, 5, "positive"), (3, 50, "negative")]


def test_a_moved_judgement_can_be_replaced_and_withdrawn(con):
    first = judge(con, 1, 3, "negative")
    take_out(con, 1)
    second = judge(con, 2, 4, "positive")
    assert in_force(con) == [(2, 3, "positive")]
    withdraw_judgement(con, second, decided_by="b", reason="slip", decided_at=NOW)
    assert in_force(con) == []
    assert (first, second) == (1, 2)
