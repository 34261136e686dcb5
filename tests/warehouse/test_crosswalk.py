import hmac
from datetime import date

import duckdb
import pytest

from warehouse import crosswalk
from warehouse.crosswalk import assign_persons
from warehouse.errors import IdentityKeyError, IncompleteClustersError

N1, N2, N3 = (date(2026, 11, day) for day in (1, 2, 3))
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def person(name, record, **more):
    return {"name": name, "record_key": record, **more}


def ids(delivery_id, count):
    return [(delivery_id << 34) + (row << 6) for row in range(1, count + 1)]


def expected_id(text, key=bytes(range(32))):
    bits = int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:16], "big") >> 3
    return "P" + "".join(ALPHABET[(bits >> (120 - 5 * i)) & 31] for i in range(25))


@pytest.fixture(params=["whole", "in part"], autouse=True)
def way(request, house, monkeypatch):
    """Each night looks at all mentions, or at those whose clusters were placed anew, however many."""
    house.in_part = request.param == "in part"
    monkeypatch.setattr(crosswalk, "_OF_ALL", 0)


def test_only_what_was_placed_anew_is_looked_at(house):
    a, b, c = ids(house.deliver(N1, "a.csv", [person(n, n) for n in "甲乙丙"]), 3)
    house.assign(N1)
    d = ids(house.deliver(N2, "b.csv", [person("甲", "甲")]), 1)[0]
    house.clusters |= {b: {b, c}, c: {b, c}}  # as if they had been one person before, so that nothing seems to differ
    counts = house.assign(N2, {a, d}, {b, c})
    assert len(set(house.persons().values())) == (3 if house.in_part else 2)
    assert (counts.crosswalk.inserted, counts.persons) == (1, 2)
    assert house.rows("SELECT mention_id, is_current FROM crosswalk ORDER BY ALL") == [
        (a, False), (b, True), (c, True), (d, True),
    ]  # fmt: skip


def test_an_id_is_the_keyed_hash_of_its_founding_entry(house):
    one = house.deliver(N1, "a.csv", [person("甲", "k1")])
    house.assign(N1)
    assert house.persons() == {ids(one, 1)[0]: expected_id("public_security|register|k1|self")}


def test_the_best_trusted_mention_founds(house):
    grid = house.deliver(N1, "a.csv", [person("甲", "g", department="grid", extract="visit")])
    police = house.deliver(N1, "b.csv", [person("甲", "k1")])
    house.assign(N1, {*ids(grid, 1), *ids(police, 1)})
    assert house.rows("SELECT founding_mention_id FROM person_key") == [(ids(police, 1)[0],)]
    assert set(house.persons().values()) == {expected_id("public_security|register|k1|self")}


def test_the_same_clusters_again_change_nothing(house):
    a, b, c = ids(house.deliver(N1, "a.csv", [person(n, n) for n in "甲乙丙"]), 3)
    first = house.assign(N1, {a, b}, {c})
    assert (first.persons, first.persons_new, first.crosswalk.inserted) == (2, 2, 3)
    tables = ("crosswalk", "person_key", "person_alias_event", "match_link", "night", "setting")
    before = {table: house.rows(f"SELECT * FROM {table}") for table in tables}
    again = house.assign(N1, {a, b}, {c})
    assert (again.persons_new, again.crosswalk.total, again.links.total) == (0, 0, 0)
    assert {table: house.rows(f"SELECT * FROM {table}") for table in tables} == before


def test_a_new_mention_joins_its_person(house):
    a = ids(house.deliver(N1, "a.csv", [person("甲", "1")]), 1)[0]
    house.merge(N1)
    before = house.persons()[a]
    b = ids(house.deliver(N2, "b.csv", [person("甲", "2")]), 1)[0]
    counts = house.merge(N2, {a, b})
    assert house.persons() == {a: before, b: before}
    assert (counts.persons, counts.persons_new, counts.crosswalk.inserted, counts.crosswalk.updated) == (1, 0, 1, 0)


def test_a_merge_keeps_the_oldest_and_a_split_gives_back(house):
    a, b = ids(house.deliver(N1, "a.csv", [person("甲", "1"), person("乙", "2")]), 2)
    house.merge(N1)
    old, young = house.persons()[a], house.persons()[b]
    house.claim(N2)
    counts = house.merge(N2, {a, b})
    assert set(house.persons().values()) == {old}
    assert house.rows("FROM person_alias") == [(young, old, N2, "merge")]
    assert (counts.persons, counts.persons_merged) == (1, 1)
    house.claim(N3)
    counts = house.merge(N3)
    assert house.persons() == {a: old, b: young}
    assert house.rows("FROM person_alias") == []
    assert house.rows("SELECT cause FROM person_alias_event ORDER BY event_id") == [("merge",), ("restore",)]
    assert (counts.persons, counts.persons_new, counts.persons_split) == (2, 0, 1)


def test_a_split_mints_for_the_part_without_the_founder(house):
    a, b = ids(house.deliver(N1, "a.csv", [person("甲", "1"), person("乙", "2")]), 2)
    house.merge(N1, {a, b})
    old = house.persons()[a]
    house.claim(N2)
    counts = house.merge(N2)
    assert house.persons()[a] == old
    assert house.persons()[b] == expected_id("public_security|register|2|self")
    assert (counts.persons_new, counts.persons_split) == (0, 1)


def test_one_entry_may_found_two_persons(house):
    a = ids(house.deliver(N1, "a.csv", [person("甲", "1")]), 1)[0]
    house.merge(N1)
    b = ids(house.deliver(N2, "b.csv", [person("乙", "1")]), 1)[0]
    house.merge(N2)
    assert house.persons() == {
        a: expected_id("public_security|register|1|self"),
        b: expected_id("public_security|register|1|self|1"),
    }


def test_aliases_stay_one_step_deep(house):
    a, b, c = ids(house.deliver(N1, "a.csv", [person(n, n) for n in "甲乙丙"]), 3)
    house.merge(N1)
    person_of = house.persons()
    house.claim(N2)
    house.merge(N2, {b, c})
    house.claim(N3)
    house.merge(N3, {a, b, c})
    assert sorted(house.rows("SELECT retired_person_id, person_id, cause FROM person_alias")) == sorted(
        [(person_of[b], person_of[a], "merge"), (person_of[c], person_of[a], "repoint")]
    )
    assert house.rows("SELECT 1 FROM person_alias a JOIN person_alias b ON a.person_id = b.retired_person_id") == []


def test_nights_add_up(house):
    a, b, c = ids(house.deliver(N1, "a.csv", [person(n, n) for n in "甲乙丙"]), 3)
    house.merge(N1)
    house.claim(N2)
    house.merge(N2, {a, b, c})
    d = ids(house.deliver(N3, "b.csv", [person("丁", "4")]), 1)[0]
    house.merge(N3, {a, b})
    house.deliver(N3, "c.csv", [person("戊", "5")])
    house.merge(N3, {a, b, d})
    nights = house.rows("SELECT persons, persons_new, persons_merged, persons_split FROM night ORDER BY night")
    before = 0
    for persons, new, merged, split in nights:
        assert persons == before + new - merged + split
        before = persons
    assert [row[0] for row in nights] == [3, 1, 3]
    assert house.rows("SELECT count(*) FROM person") == [(3,)]


def test_only_the_newest_state_of_a_record_is_current(house):
    house.deliver(N1, "a_20261101.csv", [person("甲", "1"), person("乙", "2")])
    house.merge(N1)
    house.deliver(N2, "a_20261102.csv", [person("甲", "1")])
    house.merge(N2)
    assert house.rows("SELECT night, row_number, is_current FROM crosswalk ORDER BY ALL") == [
        (N1, 1, False),
        (N1, 2, True),
        (N2, 1, True),
    ]


def test_a_role_that_the_new_state_does_not_name_has_ended(house):
    owner = {"record_key": "unit", "role": "owner", "row_number": 1}
    house.deliver(N1, "a.csv", [owner, {**owner, "role": "co_owner1"}])
    house.deliver(N2, "b.csv", [owner])
    house.assign(N2)
    assert house.rows("SELECT file, role, is_current FROM crosswalk ORDER BY ALL") == [
        ("a.csv", "co_owner1", False),
        ("a.csv", "owner", False),
        ("b.csv", "owner", True),
    ]


def test_a_file_that_arrives_late_does_not_undo_a_newer_one(house):
    house.deliver(N2, "a_20261102.csv", [person("甲", "1")])
    house.merge(N2)
    house.deliver(N3, "a_20261101.csv", [person("甲", "1")])
    house.merge(N3)
    assert house.rows("SELECT file, is_current FROM crosswalk ORDER BY file") == [
        ("a_20261101.csv", False),
        ("a_20261102.csv", True),
    ]


def test_absent_records_of_a_full_extract_end(house):
    house.ended = [("public_security", "register")]
    house.deliver(N1, "a.csv", [person("甲", "1"), person("乙", "2")])
    house.deliver(N1, "g.csv", [person("甲", "3", department="grid", extract="visit")])
    house.merge(N1)
    house.deliver(N2, "a.csv", [person("甲", "1")])
    house.deliver(N2, "supplement.csv", [person("丙", "4")])
    house.merge(N2)
    current = house.rows(
        "SELECT record_key FROM crosswalk JOIN std_mention USING (mention_id) WHERE is_current ORDER BY 1"
    )
    assert current == [("1",), ("3",), ("4",)]


def test_clusters_must_hold_every_mention_once(house):
    house.deliver(N1, "a.csv", [person("甲", "1")])
    house.con.execute(
        "CREATE TEMP TABLE none (record_id BIGINT, cluster_id BIGINT, match_rule VARCHAR, match_probability DOUBLE)"
    )
    with pytest.raises(IncompleteClustersError):
        assign_persons(house.con, night=N1, key=bytes(32), source_trust="none", clusters="none", links="none")


def test_another_key_is_refused_and_nothing_is_written(house):
    house.deliver(N1, "a.csv", [person("甲", "1")])
    house.assign(N1)
    house.deliver(N2, "b.csv", [person("乙", "2")])
    with pytest.raises(IdentityKeyError):
        house.assign(N2, key=bytes(32))
    assert house.rows("SELECT count(*) FROM person_key") == [(1,)]


def test_a_merge_that_fails_leaves_the_night_open(house):
    house.deliver(N1, "a.csv", [person("甲", "1")])
    house.merge(N1)
    before = house.rows("FROM crosswalk"), house.rows("FROM person_key")
    house.deliver(N2, "b.csv", [person("乙", "2")])
    house.con.execute("ALTER TABLE match_link RENAME TO gone")
    with pytest.raises(duckdb.Error):
        house.assign(N2)
    house.con.execute("ALTER TABLE gone RENAME TO match_link")
    assert (house.rows("FROM crosswalk"), house.rows("FROM person_key")) == before
    assert house.rows("SELECT status FROM night WHERE night = '2026-11-02'") == [("open",)]
    assert house.merge(N2).persons == 2
