"""Identified look-ups leave a trace that cannot be changed unseen; people get what is held on them."""

from datetime import date, datetime, UTC

import pytest

from warehouse.access import record_access, verify_log
from warehouse.errors import AccessError
from warehouse.subject import close_correction, find_persons, held_on, open_corrections, request_correction

N1, N2 = date(2026, 11, 1), date(2026, 11, 2)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
KEY = bytes(range(32))
NUMBER = "110101199003070011"
POLICE = {"department": "public_security", "extract": "register"}


def look(house, purpose="核对低保申请人身份", person="P1"):
    return record_access(house.con, KEY, actor="li", action="lookup", purpose=purpose, person_id=person)


def test_entries_are_numbered_and_chained(house):
    assert [look(house) for _ in range(3)] == [1, 2, 3]
    state = verify_log(house.con, KEY)
    assert (state.entries, state.first_broken) == (3, None)
    assert len(set(row[0] for row in house.rows("SELECT digest FROM access_log"))) == 3


def test_an_empty_log_is_whole(house):
    assert verify_log(house.con, KEY).first_broken is None


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE access_log SET purpose = '别的用途别的用途' WHERE entry_id = 2",
        "UPDATE access_log SET person_id = NULL WHERE entry_id = 2",
        "UPDATE access_log SET actor = 'wang' WHERE entry_id = 2",
        "UPDATE access_log SET logged_at = logged_at + INTERVAL 1 SECOND WHERE entry_id = 2",
        "DELETE FROM access_log WHERE entry_id = 2",
        "DELETE FROM access_log WHERE entry_id = 2; UPDATE access_log SET entry_id = 2 WHERE entry_id = 3",
    ],
)
def test_what_was_changed_is_found(house, tamper):
    for _ in range(3):
        look(house)
    house.con.execute(tamper)
    assert verify_log(house.con, KEY).first_broken == 2


def test_a_chain_made_without_the_key_does_not_fit(house):
    look(house)
    assert verify_log(house.con, bytes(32)).first_broken == 1


@pytest.mark.parametrize("purpose", ["", "       ", "查一下"])
def test_a_look_up_without_a_purpose_is_refused(house, purpose):
    with pytest.raises(AccessError):
        look(house, purpose)
    assert house.rows("FROM access_log") == []


@pytest.fixture
def person(house):
    house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "citizen_id": NUMBER, "phone": "13900000001"}])
    house.merge(N1)
    house.entities(N1)
    return next(iter(house.persons().values()))


def test_a_person_is_found_by_id_and_by_number(house, person):
    assert find_persons(house.con, person) == find_persons(house.con, NUMBER) == [person]
    assert find_persons(house.con, "x") == []


def test_all_that_is_held_is_given(house, person):
    look(house, person=person)
    held = held_on(house.con, person)
    assert held["person"][0]["citizen_id"] == NUMBER
    assert {row["attribute"]: row["file"] for row in held["values"]}["phone"] == "a.csv"
    assert [row["name_raw"] for row in held["records"]] == [None] and len(held["history"]) == len(held["values"])
    assert [row["purpose"] for row in held["looked_at"]] == ["核对低保申请人身份"]


def test_a_request_for_correction_waits_until_it_is_closed(house, person):
    number = request_correction(house.con, person, "name", "贾", reason="户口簿为准", by="li", at=NOW)
    assert [row[:4] for row in open_corrections(house.con)] == [(number, person, "name", "public_security")]
    close_correction(house.con, number, outcome="公安已更正", by="li", at=NOW)
    assert open_corrections(house.con) == []
    with pytest.raises(AccessError):
        close_correction(house.con, number, outcome="x", by="li", at=NOW)


def test_the_name_of_a_file_does_not_tell_of_others(house):
    house.deliver(N1, "tax/诸葛铁蛋_370181198402299177.csv", [{**POLICE, "name": "甲", "citizen_id": NUMBER}])
    house.merge(N1)
    house.entities(N1)
    [person] = house.persons().values()
    request_correction(house.con, person, "name", "贾", reason="户口簿为准", by="li", at=NOW)
    held = held_on(house.con, person)
    files = {row["file"] for kind in ("values", "records") for row in held[kind]}
    assert files | {row[4] for row in open_corrections(house.con)} == {"tax/***_***.csv"}


def test_a_merged_person_is_told_what_was_asked_and_looked_at_before(house):
    house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "citizen_id": NUMBER, "record_key": f"{n}"} for n in range(2)])
    house.merge(N1)
    house.entities(N1)
    persons = house.persons()
    for person in persons.values():
        look(house, person=person)
        request_correction(house.con, person, "name", "贾", reason="户口簿为准", by="li", at=NOW)
    house.merge(N2, set(persons))
    [(kept,)] = house.rows("SELECT person_id FROM person")
    held = held_on(house.con, kept)
    assert (len(held["looked_at"]), len(held["corrections_asked"])) == (2, 2)
    assert [row[1:4] for row in open_corrections(house.con)] == [(kept, "name", "public_security")] * 2


def test_what_is_not_held_cannot_be_corrected(house, person):
    with pytest.raises(AccessError):
        request_correction(house.con, person, "school_name", None, reason="x", by="li", at=NOW)
