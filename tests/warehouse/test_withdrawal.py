"""A delivery taken back: the base is what it is without it, ids stay, and what nights published stays told."""

from datetime import date, datetime, UTC

import pyarrow as pa
import pytest

from pipelines.judged import judgements_kept
from tests.warehouse.conftest import KEY
from warehouse.errors import UnknownDeliveryError
from warehouse.withdrawal import withdraw_delivery

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
N1, N2, N3, N4, N5 = (date(2026, 11, day) for day in (1, 2, 3, 4, 5))
POLICE = {"department": "public_security", "extract": "register"}
GRID = {"department": "grid", "extract": "visit"}
FLAT = {"department": "grid", "extract": "ownership", "record_key": "flat", "role": "owner"}


def ids(delivery_id, count=1):
    return [(delivery_id << 34) + (row << 6) for row in range(1, count + 1)]


def withdraw(house, delivery_id):
    house.con.register("trust_rank", pa.table({"department": ["public_security", "grid"], "rank": [1, 3]}))
    return withdraw_delivery(house.con, delivery_id, source_trust="trust_rank", reason="导出有误", by="li", at=NOW)


def night(house, label, *clusters):
    house.claim(label)
    return house.merge(label, *clusters)


@pytest.fixture
def told(house):
    """甲 is told by the register, then by the grid with a phone; 乙 by the grid alone."""
    register = house.deliver(N1, "a.csv", [{**POLICE, "record_key": "1", "name": "甲", "phone": "1"}])
    house.merge(N1)
    visits = house.deliver(
        N2, "b.csv", [{**GRID, "record_key": "1", "name": "甲"}, {**GRID, "record_key": "2", "name": "乙"}]
    )
    house.merge(N2, {*ids(register), ids(visits, 2)[0]})
    return house, register, visits


def test_what_only_it_told_goes_and_the_rest_stays(told):
    house, register, visits = told
    before = house.rows("SELECT person_id, name FROM population_base_as_of('2026-11-02') ORDER BY name")
    assert withdraw(house, visits).mentions == 2
    counts = night(house, N3)
    assert (counts.persons, counts.persons_withdrawn) == (1, 1)
    assert house.rows("SELECT name FROM person") == [("甲",)]
    assert list(house.persons()) == ids(register)
    assert house.rows("SELECT person_id, name FROM population_base_as_of('2026-11-02') ORDER BY name") == before
    assert house.rows("SELECT DISTINCT change FROM change_log WHERE night = '2026-11-03'") == [("withdrawal",)]
    assert house.rows("SELECT DISTINCT cause FROM attribute_change WHERE night = '2026-11-03'") == [("withdrawal",)]
    assert house.rows("SELECT status, mentions FROM delivery WHERE file = 'b.csv'") == [("withdrawn", 0)]
    assert house.rows("SELECT reason, mentions FROM withdrawal") == [("导出有误", 2)]


def test_an_id_goes_on_with_another_record_of_the_person(told):
    house, register, visits = told
    person = house.persons()[ids(register)[0]]
    done = withdraw(house, register)
    assert (done.mentions, done.ids_kept, done.ids_sleeping) == (1, 1, 0)
    counts = night(house, N3)
    assert (counts.persons, counts.persons_new, counts.persons_withdrawn) == (2, 0, 0)
    assert house.persons()[ids(visits)[0]] == person


def test_an_entry_delivered_again_is_the_same_person_again(told):
    house, _, visits = told
    person = house.persons()[ids(visits, 2)[1]]
    assert withdraw(house, visits).ids_sleeping == 1
    night(house, N3)
    assert person not in house.persons().values()
    again = house.deliver(N4, "b.csv", [{**GRID, "record_key": "2", "name": "乙"}])
    counts = house.merge(N4)
    assert house.persons()[ids(again)[0]] == person
    assert (counts.persons, counts.persons_new) == (2, 1)
    assert house.rows("SELECT count(*) FROM person_key") == [(2,)]


def test_an_entry_withdrawn_and_delivered_again_in_one_night_changes_nothing(told):
    house, _, visits = told
    person = house.persons()[ids(visits, 2)[1]]
    withdraw(house, visits)
    again = house.deliver(N3, "b.csv", [{**GRID, "record_key": "2", "name": "乙"}])
    counts = house.merge(N3)
    assert house.persons()[ids(again)[0]] == person
    assert (counts.persons, counts.persons_new, counts.persons_withdrawn) == (2, 0, 0)


def test_a_retired_id_still_means_its_own_records(house):
    """乙 was merged into 甲. Its first record goes; when the merge turns out wrong, its second one has its id back."""
    first, other = ids(house.deliver(N1, "a.csv", [{**POLICE, "record_key": n, "name": n} for n in "甲乙"]), 2)
    second = ids(house.deliver(N1, "b.csv", [{**GRID, "record_key": "乙", "name": "乙"}]))[0]
    house.merge(N1, {other, second})
    person_of = house.persons()
    night(house, N2, {first, other, second})
    more = ids(house.deliver(N3, "c.csv", [{**GRID, "record_key": "乙", "name": "乙"}]))[0]
    house.merge(N3, {first, other, second, more})
    withdraw(house, first >> 34)
    night(house, N4, {more}, {second})
    assert house.persons()[second] == person_of[other]


def bought(house, label, name):
    """The mention of the flat's new owner, not merged yet."""
    return ids(house.deliver(label, f"flat_{name}.csv", [{**FLAT, "name": name}]))[0]


def test_who_takes_over_an_entry_is_not_who_slept_there(house):
    """甲, known by the flat alone, sells to 乙, whom the register knows, and 乙 to 丙."""
    register = ids(house.deliver(N1, "a.csv", [{**POLICE, "record_key": "1", "name": "乙"}]))[0]
    first = bought(house, N1, "甲")
    house.merge(N1)
    person_of = house.persons()
    second = bought(house, N2, "乙")
    house.merge(N2, {register, second})
    withdraw(house, first >> 34)
    third = bought(house, N3, "丙")
    counts = house.merge(N3, {register, second})
    assert house.persons()[third] not in person_of.values()
    assert (counts.persons_new, counts.persons_withdrawn) == (1, 1)


def test_an_id_whose_entry_was_passed_on_is_never_minted_again(house):
    """甲 sells to 乙 and 乙 to 丙, all known by the flat alone; what told of 甲 goes before 丙 buys."""
    first = bought(house, N1, "甲")
    house.merge(N1)
    second = bought(house, N2, "乙")
    house.merge(N2)
    person_of = house.persons()
    withdraw(house, first >> 34)
    third = bought(house, N3, "丙")
    house.merge(N3)
    assert house.persons()[second] == person_of[second]
    assert house.persons()[third] not in person_of.values()


def test_an_id_that_goes_on_with_another_entry_is_never_minted_again(house):
    """The flat founded 甲, who goes on with the register when the flat is another's."""
    first = bought(house, N1, "甲")
    house.merge(N1)
    register = ids(house.deliver(N2, "a.csv", [{**POLICE, "record_key": "1", "name": "甲"}]))[0]
    house.merge(N2, {first, register})
    person = house.persons()[first]
    withdraw(house, first >> 34)
    second = bought(house, N3, "乙")
    house.merge(N3)
    assert house.persons()[register] == person != house.persons()[second]


def test_rows_that_were_shifted_are_put_right(house):
    """Names stood beside the entries of others; an entry wakes whom it told of, and nobody else."""
    rows = [{**FLAT, "record_key": key, "name": name} for key, name in (("a", "丙"), ("b", "甲"), ("c", "丁"))]
    shifted = house.deliver(N1, "a.csv", rows)
    house.merge(N1)
    person_of = [house.persons()[mention] for mention in ids(shifted, 3)]
    withdraw(house, shifted)
    right = [{**row, "name": name} for row, name in zip(rows, "甲乙丁", strict=True)]
    corrected = house.deliver(N2, "b.csv", right)
    house.merge(N2)
    now = [house.persons()[mention] for mention in ids(corrected, 3)]
    assert now[2] == person_of[2]
    assert len({*now, *person_of}) == 5
    withdraw(house, corrected)
    again = house.deliver(N3, "c.csv", rows)
    house.merge(N3)
    assert [house.persons()[mention] for mention in ids(again, 3)] == person_of


def test_all_who_an_entry_ever_founded_count_and_wake_in_their_order(house):
    names = [*"甲乙丙丁", "甲"]
    first = house.deliver(N1, "a.csv", [{**FLAT, "name": name} for name in names])
    house.merge(N1)
    person_of = [house.persons()[mention] for mention in ids(first, 5)]
    withdraw(house, first)
    again = house.deliver(N2, "b.csv", [{**FLAT, "name": name} for name in ["戊", *names, "己"]])
    house.merge(N2)
    now = [house.persons()[mention] for mention in ids(again, 7)]
    assert now[1:6] == person_of
    assert len(set(now)) == 7


def test_keys_of_before_names_were_kept_learn_theirs_or_stay_asleep(told):
    house, _, visits = told
    person = house.persons()[ids(visits, 2)[1]]
    house.con.execute("UPDATE person_key SET name_hash = NULL")
    night(house, N3)
    withdraw(house, visits)
    again = house.deliver(N4, "b.csv", [{**GRID, "record_key": "2", "name": "乙"}])
    house.merge(N4)
    assert house.persons()[ids(again)[0]] == person
    withdraw(house, again)
    house.con.execute("UPDATE person_key SET name_hash = NULL")
    last = house.deliver(N5, "c.csv", [{**GRID, "record_key": "2", "name": "乙"}])
    house.merge(N5)
    assert house.persons()[ids(last)[0]] != person


def test_names_of_keys_are_learnt_before_records_are_taken_out(told):
    """An upgraded home of which a delivery is taken back before its next night."""
    house, _, visits = told
    person = house.persons()[ids(visits, 2)[1]]
    house.con.execute("UPDATE person_key SET name_hash = NULL")
    with judgements_kept(house.con, KEY, NOW):
        withdraw(house, visits)
    again = house.deliver(N3, "b.csv", [{**GRID, "record_key": "2", "name": "乙"}])
    house.merge(N3)
    assert house.persons()[ids(again)[0]] == person


def test_only_what_is_part_of_the_base_can_be_withdrawn(told):
    house, _, visits = told
    with pytest.raises(UnknownDeliveryError):
        withdraw(house, 99)
    withdraw(house, visits)
    with pytest.raises(UnknownDeliveryError):
        withdraw(house, visits)


def test_the_content_may_be_delivered_again(house):
    one = house.deliver(N1, "a.csv", [{**POLICE, "record_key": "1", "name": "甲"}])
    house.merge(N1)
    content = f"a.csv {N1} {[{**POLICE, 'record_key': '1', 'name': '甲'}]}"
    assert [claim["status"] for claim in house.claim(N2, ("b.csv", "public_security", content))] == ["duplicate"]
    withdraw(house, one)
    assert [claim["status"] for claim in house.claim(N2, ("c.csv", "public_security", content))] == ["claimed"]
