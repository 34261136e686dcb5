from datetime import date

import pytest

from warehouse.errors import SurvivorshipRuleError
from warehouse.survivorship_rules import load_rules

N1, N2 = date(2026, 11, 1), date(2026, 11, 2)
ID_A, ID_B = "110101199003070011", "110101199003070038"
POLICE = {"department": "public_security", "extract": "register"}
CIVIL = {"department": "civil_affairs", "extract": "marriage"}
GRID = {"department": "grid", "extract": "visit"}
RANKS = [
    (place["department"], place["extract"], attribute, rank)
    for place, rank in ((POLICE, 1), (CIVIL, 3), (GRID, 5))
    for attribute in ("name", "citizen_id", "sex", "birth_date", "phone", "residence_address", "household_no")
] + [
    ("civil_affairs", "marriage", "marital_status", 1),
    ("public_security", "register", "marital_status", 5),
    ("civil_affairs", "marriage", "death_date", 1),
    ("public_security", "register", "registration_status", 1),
    ("civil_affairs", "marriage", "registration_status", 2),
    ("public_security", "register", "relation_to_head", 1),
    ("grid", "visit", "relation_to_head", 6),
]

# What the records of one person say; the attribute; what survives, with agreeing and differing counts.
CASES = [
    ("trust decides", [{**GRID, "name": "王小"}, {**POLICE, "name": "王晓"}], "name", ("王晓", 1, 1)),
    ("a newborn's placeholder never wins over a name",
     [{**POLICE, "name": "王芳之女", "name_is_placeholder": True}, {**GRID, "name": "王晓"}], "name", ("王晓", 1, 1)),
    ("a placeholder is better than nothing",
     [{**POLICE, "name": "王芳之女", "name_is_placeholder": True}], "name", ("王芳之女", 1, 0)),
    ("an unknown character never wins", [{**POLICE, "name": "王□"}, {**GRID, "name": "王䶮"}], "name", ("王䶮", 1, 1)),
    ("a number of a citizen before a permit",
     [{**POLICE, "citizen_id": "810000199003070013", "citizen_id_kind": "hk_macao_taiwan"},
      {**GRID, "citizen_id": ID_A}],
     "citizen_id", (ID_A, 1, 1)),
    ("agreement decides within one rank",
     [{**GRID, "citizen_id": ID_B}, {**GRID, "citizen_id": ID_A}, {**GRID, "citizen_id": ID_A}],
     "citizen_id", (ID_A, 2, 1)),
    ("sex from the number, when nobody says it", [{**GRID, "id_sex_code": "2"}], "sex_code", ("2", 1, 0)),
    ("an unknown sex is none", [{**POLICE, "sex_code": "9"}, {**GRID, "sex_code": "1"}], "sex_code", ("1", 1, 0)),
    ("a stated sex before one from a number",
     [{**POLICE, "id_sex_code": "2"}, {**GRID, "sex_code": "1"}], "sex_code", ("1", 1, 1)),
    ("the date of birth that is in the surviving number",
     [{**POLICE, "birth_date": date(1990, 4, 1)}, {**GRID, "birth_date": date(1990, 3, 7), "citizen_id": ID_A}],
     "birth_date", ("1990-03-07", 1, 1)),
    ("a division of a county, a town or a community",
     [{**POLICE, "registered_division_code": "370114001001"}], "registered_division_code", ("370114001001", 1, 0)),
    ("a number of somebody is no division",
     [{**POLICE, "registered_division_code": "370181198402299177"}, {**GRID, "registered_division_code": "370114"}],
     "registered_division_code", ("370114", 1, 0)),
    ("a date of birth without any number",
     [{**GRID, "birth_date": date(1951, 1, 1)}], "birth_date", ("1951-01-01", 1, 0)),
    ("the newest event of civil affairs, over the register",
     [{**POLICE, "marital_status_code": "20"}, {**CIVIL, "marital_status_code": "20", "record_date": date(2010, 5, 1)},
      {**CIVIL, "marital_status_code": "40", "record_date": date(2015, 5, 1)}], "marital_status_code", ("40", 1, 2)),
    ("a fresh phone over an old one of a better source",
     [{**POLICE, "phone": "13900000001", "record_date": date(2015, 1, 1)},
      {**GRID, "phone": "13900000002", "record_date": date(2026, 10, 1)}], "phone", ("13900000002", 1, 1)),
    ("a better source over a slightly fresher one",
     [{**POLICE, "residence_address_raw": "甲", "record_date": date(2026, 1, 1)},
      {**GRID, "residence_address_raw": "乙", "record_date": date(2026, 10, 1)}], "residence_address", ("甲", 1, 1)),
    ("what two departments say over a newer word of one",
     [{**GRID, "residence_address_raw": "乙", "record_date": date(2026, 10, 1)},
      {**POLICE, "residence_address_raw": "甲", "record_date": date(2024, 1, 1)},
      {**CIVIL, "residence_address_raw": "甲", "record_date": date(2024, 6, 1)}], "residence_address", ("甲", 2, 1)),
    ("the same door written in two ways agrees",
     [{**POLICE, "residence_address_raw": "明水1-1"}, {**GRID, "residence_address_raw": "明水1号楼1室"}],
     "residence_address", ("明水1-1", 2, 0)),
    ("a household of another register is none", [{**GRID, "household_no": "G1"}], "household_no", None),
    ("a relation to the head of the register's household alone",
     [{**GRID, "household_no": "G1", "relation_to_head_code": "10"}], "relation_to_head_code", None),
    ("a cremation before the end of the registration",
     [{**POLICE, "registration_status": "死亡", "status_date": date(2026, 10, 20)},
      {**CIVIL, "registration_status": "死亡", "death_date": date(2026, 10, 12)}], "death_date", ("2026-10-12", 1, 1)),
    ("a registration that ended by death",
     [{**POLICE, "registration_status": "死亡", "status_date": date(2026, 10, 20)}],
     "death_date", ("2026-10-20", 1, 0)),
    ("one that ended by moving away is no death",
     [{**POLICE, "registration_status": "迁出", "status_date": date(2026, 10, 20)}], "death_date", None),
]  # fmt: skip
ADDRESSES = [
    {"address_raw": raw, "is_local": local, "town": town, "community": "龙泉社区", "dwelling_key": key}
    for raw, local, town, key in (
        ("甲", True, "明水", "d1"), ("乙", True, "双山", "d2"), ("明水1-1", True, "明水", "d3"),
        ("明水1号楼1室", True, "明水", "d3"), ("杭州", False, None, None),
    )
]  # fmt: skip


def one_person(house, records, night=N1, **more):
    """Several records, each an entry of its own, of one person."""
    files = [{"record_key": f"{n}", "record_date": night, **record} for n, record in enumerate(records)]
    numbers = [house.deliver(night, f"{n}.csv", [record], ADDRESSES) for n, record in enumerate(files)]
    house.assign(night, {(number << 34) + (1 << 6) for number in numbers})
    return house.build(RANKS)


def wide(house, columns):
    return house.rows(f"SELECT {columns} FROM person")


@pytest.mark.parametrize(
    ("records", "attribute", "survivor"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_survives(house, records, attribute, survivor):
    one_person(house, records)
    found = house.rows(
        f"SELECT value, agreeing_count, differing_count FROM person_attribute WHERE attribute = '{attribute}'"
    )
    assert found == ([] if survivor is None else [survivor])


def test_each_value_says_where_it_is_from(house):
    one_person(house, [{**GRID, "phone": "13900000001"}, {**POLICE, "name": "王晓"}])
    assert house.rows(
        "SELECT attribute, department, file, row_number, role, night, recorded_date FROM person_attribute ORDER BY 1"
    ) == [
        ("name", "public_security", "1.csv", 1, "self", N1, N1),
        ("phone", "grid", "0.csv", 1, "self", N1, N1),
    ]


def test_building_again_changes_nothing(house):
    records = [{**POLICE, "name": "王晓", "citizen_id": ID_A}, {**GRID, "name": "王小", "residence_address_raw": "甲"}]
    first = one_person(house, records)
    assert (first.persons, first.person.inserted) == (1, 1)
    again = house.build(RANKS)
    assert (again.person.total, again.person_attribute.total) == (0, 0)


def test_parts_give_what_the_whole_gives(house, monkeypatch):
    people = [{**GRID, "name": f"王小{n}", "phone": f"1390000000{n}", "record_key": str(n)} for n in range(5)]
    house.deliver(N1, "1.csv", people)
    house.assign(N1)
    monkeypatch.setattr("warehouse.survivorship._part_persons", lambda _: 2)
    counts = house.build(RANKS)
    assert (counts.persons, counts.person.inserted, counts.person_attribute.inserted) == (5, 5, 10)
    house.con.execute("DELETE FROM base_basis")  # everybody is looked at again
    monkeypatch.undo()
    again = house.build(RANKS)
    assert (again.person.total, again.person_attribute.total) == (0, 0)
    house.finish(N1)
    changed = [{**each, "name": "王晓"} if place % 2 else each for place, each in enumerate(people)]
    number = house.deliver(N2, "2.csv", changed)
    house.assign(N2, *({(1 << 34) + (n << 6), (number << 34) + (n << 6)} for n in range(1, 6)))
    monkeypatch.setattr("warehouse.survivorship._part_persons", lambda _: 2)
    counts = house.build(RANKS, night=N2)
    assert (counts.person.updated, counts.person.inserted, counts.person_attribute.updated) == (5, 0, 10)
    assert house.rows("SELECT name, count(*) FROM person GROUP BY ALL ORDER BY 1") == [
        ("王小0", 1), ("王小2", 1), ("王小4", 1), ("王晓", 2),
    ]  # fmt: skip


def test_only_current_records_are_asked(house):
    one_person(house, [{**GRID, "name": "王小", "phone": "13900000001"}])
    house.finish(N1)
    number = house.deliver(N2, "2.csv", [{**GRID, "name": "王晓", "record_key": "0"}])
    house.assign(N2, {(1 << 34) + 64, (number << 34) + 64})
    counts = house.build(RANKS)
    assert wide(house, "name, phone, first_night, last_night, mention_count") == [("王晓", None, N1, N2, 2)]
    assert (counts.person.updated, counts.person_attribute.updated, counts.person_attribute.deleted) == (1, 1, 1)


def test_a_person_without_a_current_record_keeps_the_last_known_values(house):
    one_person(house, [{**GRID, "name": "王小", "residence_address_raw": "甲"}])
    house.deliver(N2, "2.csv", [{**GRID, "name": "李四", "record_key": "0"}])
    house.assign(N2)
    house.build(RANKS)
    assert house.rows("SELECT name, has_current_record, is_floating, departments FROM person ORDER BY name") == [
        ("李四", True, False, ["grid"]),
        ("王小", False, False, ["grid"]),
    ]


@pytest.mark.parametrize(
    ("records", "is_floating", "is_deceased"),
    [
        ([{**GRID, "residence_address_raw": "甲"}], True, False),
        ([{**GRID, "residence_address_raw": "甲"}, {**POLICE, "household_no": "1"}], False, False),
        (
            [{**GRID, "residence_address_raw": "甲"}, {**POLICE, "household_no": "1", "registration_status": "迁出"}],
            True,
            False,
        ),
        ([{**GRID, "residence_address_raw": "甲", "population_category": "户籍人口"}], False, False),
        ([{**GRID, "residence_address_raw": "杭州"}], False, False),
        ([{**GRID, "name": "王晓"}], False, False),
        ([{**GRID, "residence_address_raw": "甲"}, {**CIVIL, "death_date": N1}], False, True),
        ([{**POLICE, "household_no": "1", "registration_status": "死亡"}], False, True),
    ],
)
def test_floating_and_deceased(house, records, is_floating, is_deceased):
    one_person(house, records)
    assert wide(house, "is_floating, is_deceased") == [(is_floating, is_deceased)]


def test_the_residence_is_parsed(house):
    one_person(house, [{**POLICE, "residence_address_raw": "甲"}, {**GRID, "name": "王晓"}])
    assert wide(
        house, "residence_town, residence_community, residence_dwelling_key, departments, department_count"
    ) == [("明水", "龙泉社区", "d1", ["grid", "public_security"], 2)]


def test_every_rule_fills_a_column_of_person(house):
    columns = {row[0] for row in house.rows("DESCRIBE person")}
    assert set(load_rules()) <= columns


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("{value: r.name, trust: nickname, order: [trust]}", "trust"),
        ("{zh: 姓名, value: r.name, trust: name, order: [luck]}", "order"),
        ("{zh: 姓名, value: r.name, trust: name, order: [dated_trust]}", "days_per_rank"),
        ("{zh: 姓名, value: r.name, trust: name, order: [trust], days_per_rank: 3}", "days_per_rank"),
        ("{zh: 姓名, value: r.name, trust: name, order: [trust], oder: 1}", "oder"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(rule, field):
    with pytest.raises(SurvivorshipRuleError, match=field):
        load_rules(f"attributes: {{name: {rule}}}")


def test_what_did_not_survive_is_kept_in_order(house):
    records = [
        {**POLICE, "name": "王晓"},
        {**GRID, "name": "王小"},
        {**CIVIL, "name": "王笑"},
        {**GRID, "name": "王小"},
    ]
    one_person(house, records)
    assert house.rows(
        "SELECT attribute, place, value, agreeing_count, len(mention_ids) FROM person_runner_up ORDER BY ALL"
    ) == [
        ("name", 2, "王笑", 1, 1),
        ("name", 3, "王小", 2, 2),
    ]
    assert house.rows(
        "SELECT department, file, value, kept_value, kept_department FROM department_conflict ORDER BY file"
    ) == [
        ("grid", "1.csv", "王小", "王晓", "public_security"),
        ("civil_affairs", "2.csv", "王笑", "王晓", "public_security"),
        ("grid", "3.csv", "王小", "王晓", "public_security"),
    ]


def test_agreement_is_no_conflict(house):
    one_person(
        house, [{**POLICE, "residence_address_raw": "明水1-1"}, {**GRID, "residence_address_raw": "明水1号楼1室"}]
    )
    assert house.rows("FROM department_conflict") == []


def test_an_address_of_a_relative_comes_last_and_makes_nobody_floating(house):
    assumed = [("civil_affairs", "marriage", "self", "residence_address")]
    house.con.execute("CREATE TEMP TABLE assumed (department TEXT, extract TEXT, role TEXT, attribute TEXT)")
    house.con.executemany("INSERT INTO assumed VALUES (?, ?, ?, ?)", assumed)
    mother = {**CIVIL, "residence_address_raw": "甲", "record_date": date(2026, 10, 31)}
    one_person(house, [mother])
    house.build(RANKS, assumed="assumed")
    assert wide(house, "residence_source, residence_town, is_floating") == [("assumed", "明水", False)]
    own = house.deliver(
        N1, "own.csv", [{**GRID, "residence_address_raw": "乙", "record_date": date(2016, 1, 1)}], ADDRESSES
    )
    house.assign(N1, {(1 << 34) + 64, (own << 34) + 64})
    house.build(RANKS, assumed="assumed")
    assert wide(house, "residence_source, residence_town, is_floating") == [("stated", "双山", True)]
