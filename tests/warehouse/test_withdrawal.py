"""A delivery taken back: the base is what it is without it, ids stay, and what nights published stays told."""

from datetime import date, datetime, UTC

import pyarrow as pa
import pytest

from warehouse.errors import UnknownDeliveryError
from warehouse.withdrawal import withdraw_delivery

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
N1, N2, N3, N4 = (date(2026, 11, day) for day in (1, 2, 3, 4))
POLICE = {"department": "public_security", "extract": "register"}
GRID = {"department": "grid", "extract": "visit"}


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
