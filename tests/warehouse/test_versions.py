"""History: what the base said on any night, each change and its cause."""

from datetime import date

import duckdb
import pytest

from warehouse.statements import Changes
from warehouse.versions import write_versions

N1, N2, N3, N4 = (date(2026, 11, day) for day in (1, 2, 3, 4))
POLICE = {"department": "public_security", "extract": "register"}
PHONE = "13900000001"
GRID = {"department": "grid", "extract": "visit"}


def ids(delivery_id, count):
    return [(delivery_id << 34) + (row << 6) for row in range(1, count + 1)]


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute("CREATE TABLE t_version (k INTEGER, v VARCHAR, w VARCHAR[], from_night DATE, to_night DATE)")
    con.execute("CREATE VIEW t AS SELECT k, v, w FROM t_version WHERE to_night IS NULL")
    return con


def write(con, night, rows):
    con.execute("CREATE OR REPLACE TEMP TABLE wanted (k INTEGER, v VARCHAR, w VARCHAR[])")
    if rows:
        con.executemany("INSERT INTO wanted VALUES (?, ?, ?)", rows)
    changes = write_versions(con, "t", "wanted", ["k"], night)
    assert con.execute("FROM t ORDER BY k").fetchall() == sorted(map(tuple, rows))
    return changes


def versions(con):
    return con.execute("SELECT k, v, from_night, to_night FROM t_version ORDER BY ALL").fetchall()


def test_only_what_differs_is_written(con):
    assert write(con, N1, [(1, "a", ["x"]), (2, None, None)]) == Changes(inserted=2)
    assert write(con, N2, [(1, "a", ["x"]), (2, None, None)]) == Changes()
    assert write(con, N3, [(1, "b", ["x"]), (3, "c", None)]) == Changes(1, 1, 1)
    assert versions(con) == [
        (1, "a", N1, N3),
        (1, "b", N3, None),
        (2, None, N1, N3),
        (3, "c", N3, None),
    ]


def test_a_night_that_is_continued_leaves_one_version(con):
    write(con, N1, [(1, "a", None), (2, "z", None)])
    write(con, N2, [(1, "b", None)])
    write(con, N2, [(1, "c", None), (4, "d", None)])
    assert versions(con) == [(1, "a", N1, N2), (1, "c", N2, None), (2, "z", N1, N2), (4, "d", N2, None)]


def test_what_a_night_took_back_never_happened(con):
    write(con, N1, [(1, "a", None), (2, None, ["y"])])
    before = versions(con)
    write(con, N2, [(1, "b", None)])
    write(con, N2, [(1, "a", None), (2, None, ["y"])])
    assert versions(con) == before


def base(house, night):
    return house.rows(f"FROM population_base_as_of(DATE '{night}') ORDER BY person_id")


def changes(house, night):
    return house.rows(f"SELECT change, detail FROM change_log WHERE night = DATE '{night}' ORDER BY ALL")


def test_each_night_can_be_asked_for(house):
    house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "record_key": "1"}])
    house.merge(N1)
    seen = {N1: house.rows("FROM person ORDER BY person_id")}
    house.deliver(N2, "b.csv", [{**POLICE, "name": "甲", "phone": PHONE, "record_key": "1"}])
    a, b = ids(1, 1) + ids(2, 1)
    house.merge(N2, {a, b})
    seen[N2] = house.rows("FROM person ORDER BY person_id")
    house.deliver(N3, "c.csv", [{**GRID, "name": "乙", "record_key": "9"}])
    house.merge(N3, {a, b})
    seen[N3] = house.rows("FROM person ORDER BY person_id")
    assert {night: base(house, night) for night in seen} == seen
    assert [len(base(house, night)) for night in (date(2026, 10, 31), N4)] == [0, 2]


def test_life_events_are_told(house):
    place = [
        {"address_raw": name, "is_local": True, "town": "明水", "community": name, "dwelling_key": name}
        for name in ("龙泉", "百脉")
    ]
    self = {**POLICE, "name": "甲", "record_key": "1", "citizen_id": "110101199003070011"}
    states = [
        {"marital_status_code": "10", "residence_address_raw": "龙泉"},
        {"marital_status_code": "20", "residence_address_raw": "百脉"},
        {"marital_status_code": "30", "residence_address_raw": "百脉", "sex_code": "1"},
        {"marital_status_code": "30", "residence_address_raw": "百脉", "sex_code": "2", "registration_status": "死亡"},
    ]
    mentions = set()
    for night, state in zip((N1, N2, N3, N4), states, strict=True):
        mentions.add(ids(house.deliver(night, f"{night}.csv", [{**self, **state}], place), 1)[0])
        house.merge(night, mentions)
    assert changes(house, N1) == [("arrival", "龙泉")]
    assert changes(house, N2) == [("marriage", "20"), ("move", "明水 百脉")]
    assert changes(house, N3) == [("widowhood", "30")]
    assert changes(house, N4) == [("correction", "sex_code"), ("death", None)]


def test_a_child_of_the_year_is_a_birth(house):
    house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "record_key": "1", "birth_date": date(2026, 9, 1)}])
    house.merge(N1)
    assert changes(house, N1) == [("birth", None)]


def test_each_change_of_a_person_has_its_cause(house):
    others = [{**POLICE, "name": "甲", "record_key": "1"}, {**POLICE, "name": "乙", "record_key": "2", "phone": PHONE}]
    a, b = ids(house.deliver(N1, "a.csv", others), 2)
    house.merge(N1)
    old, young = house.persons()[a], house.persons()[b]
    house.claim(N2)
    house.merge(N2, {a, b})
    house.claim(N3)
    house.con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS SELECT {b}::BIGINT AS record_id")
    house.merge(N3, judged="judged")
    history = house.rows(
        f"SELECT night, attribute, value_before, value_after, cause FROM person_history('{young}') ORDER BY ALL"
    )
    assert history == [
        (N1, "name", None, "乙", "delivery"),
        (N1, "phone", None, PHONE, "delivery"),
        (N2, "merge", old, None, "merge"),
        (N2, "name", "乙", None, "merge"),
        (N2, "phone", PHONE, None, "merge"),
        (N3, "name", None, "乙", "review"),
        (N3, "phone", None, PHONE, "review"),
        (N3, "restore", None, None, "restore"),
    ]
    assert house.rows(
        "SELECT person_id, cause FROM person_regrouped WHERE night = DATE '2026-11-02' ORDER BY 2, 1"
    ) == (sorted([(old, "merge"), (young, "merge")]))


def test_who_was_cut_off_is_no_arrival(house):
    a, b = ids(house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "record_key": "1"},
                                           {**POLICE, "name": "乙", "record_key": "2"}]), 2)  # fmt: skip
    house.merge(N1, {a, b})
    house.claim(N2)
    house.merge(N2)
    assert ("split", None) in changes(house, N2) and "arrival" not in dict(changes(house, N2))
    assert house.rows("SELECT other_person_id FROM change_log WHERE change = 'split'") == [(house.persons()[a],)]


def test_a_value_that_another_record_left_is_a_correction(house):
    b = ids(house.deliver(N1, "b.csv", [{**GRID, "name": "贾", "record_key": "2"}]), 1)[0]
    a = ids(house.deliver(N1, "a.csv", [{**POLICE, "name": "甲", "record_key": "1"}]), 1)[0]
    house.merge(N1, {a, b})
    c = ids(house.deliver(N2, "c.csv", [{**POLICE, "name": None, "phone": PHONE, "record_key": "1"}]), 1)[0]
    house.merge(N2, {a, b, c})
    assert house.rows(
        "SELECT attribute, value_before, value_after, cause FROM attribute_change"
        " WHERE night = DATE '2026-11-02' ORDER BY ALL"
    ) == [("name", "甲", "贾", "correction"), ("phone", None, PHONE, "delivery")]
