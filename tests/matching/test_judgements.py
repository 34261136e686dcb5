from datetime import datetime, UTC

import duckdb
import pytest

from matching.errors import ConstraintError
from matching.judgements import (
    apart_records,
    cannot_pairs,
    check_consistent,
    ContradictionError,
    create_judgements,
    current_judgements,
    JudgementError,
    must_pairs,
    record_judgement,
    UnknownJudgementError,
    UnknownRecordError,
    withdraw_judgement,
)
from matching.state import create_state

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def con(linked):
    """Units with one scored pair 1–3."""
    linked.execute("""
        INSERT INTO match_pair VALUES (1, 3, 0, 0, 0.5, 'name');
        INSERT INTO match_parameters VALUES (4, '', '');
    """)
    return linked


def judge(con, left, right, judgement, by="a"):
    return record_judgement(con, left, right, judgement, decided_by=by, reason="why", decided_at=NOW)


def withdraw(con, judgement_id):
    return withdraw_judgement(con, judgement_id, decided_by="b", reason="slip", decided_at=NOW)


def rows(con, relation):
    return sorted(con.execute(f"FROM {relation}").fetchall())


def insert(con, *pairs):
    """Judgements that were not checked: (left, right, judgement)."""
    for number, (left, right, judgement) in enumerate(pairs, start=1):
        con.execute(
            "INSERT INTO match_judgement VALUES ($1, $2, $3, $4, 'a', '', now(), NULL, NULL, NULL)",
            [number, left, right, judgement],
        )


def test_a_judgement_is_kept_with_what_the_linkage_said(con):
    con.execute("INSERT INTO match_sample VALUES (1, 1, 3, 0.2, 0.9, false, 8, 0.25, 0.4, 1, now())")
    assert judge(con, 4, 2, "positive") == 1
    [row] = rows(con, "match_judgement")
    assert row == (1, 1, 3, "positive", "a", "why", NOW, 0.5, 0.25, 4)


def test_a_pair_that_was_never_scored_nor_sampled_has_no_probability(con):
    judge(con, 5, 6, "negative")
    [row] = rows(con, "match_judgement")
    assert row[7:] == (None, None, 4)


def test_the_newest_judgement_of_a_pair_counts_and_nothing_is_overwritten(con):
    judge(con, 1, 3, "positive")
    judge(con, 3, 1, "negative", by="b")
    judge(con, 5, 6, "unsure")
    assert rows(con, current_judgements(con)) == [(1, 3, "negative"), (5, 6, "unsure")]
    assert rows(con, must_pairs(con)) == []
    assert rows(con, cannot_pairs(con)) == [(1, 3)]
    assert len(rows(con, "match_judgement")) == 3


def test_a_withdrawal_is_a_row_and_leaves_the_pair_unjudged(con):
    first, second = judge(con, 1, 3, "positive"), judge(con, 1, 3, "negative")
    with pytest.raises(UnknownJudgementError, match="no longer in force"):
        withdraw(con, first)
    assert withdraw(con, second) == 3
    assert rows(con, current_judgements(con)) == []
    assert [row[3] for row in rows(con, "match_judgement")] == ["positive", "negative", "withdrawn"]
    with pytest.raises(UnknownJudgementError, match="no longer in force"):
        withdraw(con, second)
    with pytest.raises(UnknownJudgementError, match="judgement 99 is not there"):
        withdraw(con, 99)


def test_unknown_records_are_named(con):
    with pytest.raises(UnknownRecordError, match=r"97, 99") as refused:
        judge(con, 99, 97, "positive")
    assert refused.value.record_ids == [97, 99]


def test_a_unit_can_be_split_but_need_not_be_joined(con):
    with pytest.raises(JudgementError, match="given twice"):
        judge(con, 1, 1, "negative")
    with pytest.raises(JudgementError, match="nothing to decide"):
        judge(con, 1, 2, "positive")
    judge(con, 2, 1, "negative")
    assert rows(con, cannot_pairs(con)) == [(1, 2)]
    judge(con, 1, 2, "positive")
    assert rows(con, cannot_pairs(con)) == []


def test_different_is_refused_where_a_chain_says_same(con):
    judge(con, 1, 5, "positive")
    judge(con, 6, 7, "positive")
    judge(con, 5, 6, "positive")
    with pytest.raises(ContradictionError, match="contradict judgements 1, 2, 3;") as refused:
        judge(con, 7, 2, "negative")
    assert refused.value.judgement_ids == [1, 2, 3]
    assert isinstance(refused.value, ConstraintError)
    assert len(rows(con, "match_judgement")) == 3
    withdraw(con, 2)
    assert judge(con, 7, 2, "negative") == 5


def test_same_is_refused_where_it_would_chain_two_that_differ(con):
    judge(con, 1, 5, "positive")
    judge(con, 6, 7, "positive")
    judge(con, 1, 7, "negative")
    with pytest.raises(ContradictionError) as refused:
        judge(con, 5, 6, "positive")
    assert refused.value.judgement_ids == [1, 2, 3]
    assert judge(con, 5, 6, "unsure") == 4


def test_a_later_judgement_of_two_units_replaces_the_earlier_though_the_units_grew(con):
    judge(con, 3, 5, "positive")
    con.execute("INSERT INTO match_record (record_id, unit_id, match_rule) VALUES (0, 3, 'r')")
    judge(con, 0, 5, "negative")
    assert rows(con, current_judgements(con)) == [(3, 5, "negative")]


def test_chains_run_through_units(con):
    judge(con, 1, 5, "positive")
    con.execute("UPDATE match_record SET unit_id = 5 WHERE record_id = 6")
    judge(con, 7, 6, "positive")
    con.execute("UPDATE match_record SET unit_id = 6 WHERE record_id = 6")
    judge(con, 6, 3, "negative")
    assert rows(con, current_judgements(con)) == [(1, 5, "positive"), (3, 6, "negative"), (5, 7, "positive")]
    con.execute("UPDATE match_record SET unit_id = 5 WHERE record_id = 6")
    with pytest.raises(ContradictionError) as refused:
        judge(con, 3, 7, "positive")
    assert refused.value.judgement_ids == [2, 3]
    judge(con, 5, 6, "negative")
    assert apart_records(con, "match_record") == [6]


def test_stored_contradictions_are_counted(con):
    insert(con, (1, 3, "positive"), (3, 5, "positive"), (1, 5, "negative"), (5, 6, "negative"))
    with pytest.raises(ContradictionError, match="1 pairs") as refused:
        check_consistent(con)
    assert (refused.value.pairs, refused.value.judgement_ids) == (1, [3])
    withdraw(con, 2)
    check_consistent(con)


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ([(1, 2, "negative")], [2]),
        # 1 = 5 and 2 ≠ 5 leave no room for 1 = 2; record 5 has no unit to leave.
        ([(1, 5, "positive"), (2, 5, "negative")], [2]),
        # 1 = 3 joins both units, in which 2 ≠ 4: one of the two has to go.
        ([(1, 3, "positive"), (2, 4, "negative")], [4]),
        ([(1, 3, "negative"), (5, 6, "positive")], []),
        ([(1, 2, "unsure")], []),
        # Neither end shares its unit with a judged record; the units in between do.
        ([(2, 5, "positive"), (4, 6, "positive"), (1, 3, "positive"), (5, 6, "negative")], [1, 2, 3, 4]),
    ],
)
def test_records_that_judgements_set_apart_from_their_unit(con, judged, expected):
    insert(con, *judged)
    assert apart_records(con, "match_record") == expected


def test_a_database_open_for_reading_has_no_judgements_yet(con):
    bare = duckdb.connect()
    create_state(bare)
    create_judgements(bare, temporary=True)
    assert rows(bare, current_judgements(bare)) == []
    create_judgements(con, temporary=True)
    judge(con, 1, 3, "positive")
    tables = "SELECT temporary FROM duckdb_tables() WHERE table_name = 'match_judgement'"
    assert con.execute(tables).fetchall() == [(False,)]
