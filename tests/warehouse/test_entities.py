"""Households, dwellings, employers, and the links of persons to them and to each other."""

from datetime import date

import pyarrow as pa
import pytest

from sources.tables import STD_RELATION

N1, N2, N3 = (date(2026, 11, day) for day in (1, 2, 3))
POLICE = {"department": "public_security", "extract": "register"}
GRID = {"department": "grid", "extract": "visit"}
HOUSING = {"department": "housing", "extract": "ownership"}
HRSS = {"department": "hrss", "extract": "insurance"}
FIRMS = {"department": "business_registration", "extract": "entity"}
GRID_NO = "370114001001001"
CODE, OTHER_CODE = "91370181MA3C0X7K2U", "92370114MA9T4E8L04"
TRUST = [
    (each["department"], each["extract"], attribute, rank)
    for each, rank in ((POLICE, 1), (GRID, 3), (HOUSING, 5), (HRSS, 4), (FIRMS, 6))
    for attribute in ("household_no", "relation_to_head", "registered_address", "residence_address", "death_date")
]


def door(raw, key, **more):
    return {"address_raw": raw, "is_local": True, "town": "明水", "community": "龙泉", "dwelling_key": key, **more}


def merge(house, night, mentions, addresses=(), clusters=(), relations=()):
    """Each mention a file of its own, in order; clusters and relations by their places in the list."""
    numbers = [
        (house.deliver(night, f"{night}-{n}.csv", [{"record_key": f"{night}-{n}", **each}], addresses) << 34) + 64
        for n, each in enumerate(mentions)
    ]
    stated = [{"from_mention_id": numbers[f], "to_mention_id": numbers[t], "relation": r} for f, r, t in relations]
    house.con.register("_stated", pa.Table.from_pylist(stated, schema=STD_RELATION))
    house.con.execute("INSERT INTO std_relation FROM _stated")
    house.assign(night, *[{numbers[n] for n in cluster} for cluster in clusters])
    house.build(TRUST, night)
    house.entities(night)
    house.finish(night)
    return numbers


def names(house, query):
    """Rows in which person ids are names."""
    known = dict(house.rows("SELECT person_id, name FROM person"))
    return sorted(tuple(known.get(value, value) for value in row) for row in house.rows(query))


def test_owner_tenant_and_resident_of_one_dwelling(house):
    merge(
        house,
        N1,
        [
            {**HOUSING, "name": "甲", "role": "owner", "dwelling_address_raw": "3号楼101", "valid_from": N1},
            {**HOUSING, "name": "乙", "role": "co_owner1", "dwelling_address_raw": "3号楼101"},
            {**GRID, "name": "丙", "residence_address_raw": "3-101", "grid_no": GRID_NO},
            {**GRID, "name": "丁", "residence_address_raw": "杭州"},
        ],
        [door("3号楼101", "a|3|101", unit="2"), door("3-101", "a|3|101"), door("杭州", "x", is_local=False)],
    )
    assert names(house, "SELECT person_id, link, valid_from FROM person_dwelling") == [
        ("丙", "resident", None),
        ("乙", "co_owner", None),
        ("甲", "owner", N1),
    ]
    assert house.rows("SELECT town, community, grid_no, unit, address FROM dwelling") == [
        ("明水", "龙泉", GRID_NO, "2", "3号楼101")
    ]


@pytest.mark.parametrize("number", ["13900000001", "370181198402299177", "3701811984022", "样板网格"])
def test_what_is_no_number_of_a_grid_names_none(house, number):
    visit = {**GRID, "name": "甲", "residence_address_raw": "3-101"}
    merge(
        house,
        N1,
        [
            {**visit, "grid_no": GRID_NO, "record_date": date(2026, 9, 1)},
            {**visit, "grid_no": number, "record_date": date(2026, 10, 1)},
        ],
        [door("3-101", "a|3|101")],
    )
    assert house.rows("SELECT grid_no FROM dwelling") == [(GRID_NO,)]


def test_doors_of_one_registered_unit_are_one_dwelling(house):
    unit = {**HOUSING, "role": "owner", "dwelling_no": "U1"}
    merge(
        house,
        N1,
        [
            {**unit, "name": "甲", "dwelling_address_raw": "花园3-101"},
            {**unit, "name": "乙", "dwelling_address_raw": "花园小区3-101"},
            {**unit, "name": "丙", "dwelling_no": "U2", "dwelling_address_raw": "村7号"},
            {**unit, "name": "丁", "dwelling_no": "U3", "dwelling_address_raw": "村7号"},
        ],
        [door("花园3-101", "k1"), door("花园小区3-101", "k2"), door("村7号", "k3")],
    )
    assert house.rows("SELECT count(DISTINCT dwelling_id) FROM person_dwelling") == [(2,)]
    assert house.rows("SELECT dwelling_no FROM dwelling ORDER BY 1") == [("U1",), (None,)]


def test_a_door_of_several_units_does_not_draw_their_own_doors_together(house):
    unit = {**HOUSING, "role": "owner"}
    merge(
        house,
        N1,
        [
            {**unit, "name": name, "dwelling_no": number, "dwelling_address_raw": address}
            for name, number, address in [
                ("甲", "U1", "花园"), ("乙", "U1", "花园"), ("丙", "U2", "花园"), ("丁", "U2", "花园"),
                ("戊", "U1", "花园1-101"), ("己", "U2", "花园1-102"),
            ]
        ],
        [door("花园", "k0"), door("花园1-101", "k1"), door("花园1-102", "k2")],
    )  # fmt: skip
    assert house.rows("SELECT count(DISTINCT dwelling_id) FROM person_dwelling") == [(3,)]


def test_who_says_nothing_of_residence_lives_where_registered(house):
    merge(
        house,
        N1,
        [
            {**POLICE, "name": "甲", "registered_address_raw": "一号"},
            {**POLICE, "name": "乙", "registered_address_raw": "一号", "registration_status": "迁出"},
        ],
        [door("一号", "k1")],
    )
    assert names(house, "SELECT person_id, residence_source, residence_community, residence_address FROM person") == [
        ("乙", None, None, None),
        ("甲", "registered", "龙泉", None),
    ]
    assert names(house, "SELECT person_id, link FROM person_dwelling") == [
        ("乙", "registered"),
        ("甲", "registered"),
        ("甲", "resident"),
    ]


@pytest.mark.parametrize(
    ("said", "employers"),
    [
        ([(CODE, "章丘示范商贸有限公司"), (CODE, "示范商贸")], 1),
        ([(CODE, "济南市章丘区示范商贸有限公司"), (None, "示范商贸公司")], 1),
        ([(CODE, "章丘示范商贸百货有限公司"), (None, "章丘示苑商贸百货有限公司")], 1),
        ([(CODE, "章丘示范商贸第一分公司"), (None, "章丘示范商贸第二分公司")], 2),
        ([(CODE, "示范商贸有限公司"), (OTHER_CODE, "示范商贸有限公司"), (None, "示范商贸公司")], 3),
        ([(None, "示范商贸有限公司"), (None, "示范商贸公司")], 1),
        ([(CODE, "示范饭店"), (OTHER_CODE, "示范饭庄")], 2),
        ([(None, "惠民超市"), (None, "便利超市有限公司"), (None, "民生超市")], 3),
        ([(None, "章丘超市有限公司"), (None, "章丘超市")], 2),
        ([(None, "济南鼎盛铸造有限公司"), (None, "章丘市鼎盛铸造有限公司"), (None, "鼎盛铸造")], 2),
    ],
)
def test_employers_by_code_and_by_name(house, said, employers):
    merge(
        house, N1, [{**HRSS, "name": f"甲{n}", "employer_code": c, "employer_name": e} for n, (c, e) in enumerate(said)]
    )
    assert house.rows("SELECT count(*) FROM employer") == [(employers,)]
    assert house.rows("SELECT count(DISTINCT employer_id) FROM person_employment") == [(employers,)]


def test_an_employer_has_its_legal_representative_and_industry(house):
    firm = {"employer_code": CODE, "employer_name": "章丘示范饭店"}
    merge(
        house,
        N1,
        [
            {**FIRMS, **firm, "name": "甲", "role": "owner", "industry_code": "C"},
            {**HRSS, **firm, "name": "乙", "employment_status": "正常参保"},
            {**HRSS, "name": "丙", "employer_code": OTHER_CODE, "employer_name": "章丘区示范理发店"},
        ],
    )
    told = "SELECT name, industry_code, is_industry_told FROM employer ORDER BY 1"
    assert house.rows(told) == [("章丘区示范理发店", "O", False), ("章丘示范饭店", "C", True)]
    assert names(house, "SELECT person_id, link, status FROM person_employment") == [
        ("丙", "employee", None),
        ("乙", "employee", "正常参保"),
        ("甲", "owner", None),
    ]


@pytest.mark.parametrize("order", [("正常参保", "暂停缴费"), ("暂停缴费", "正常参保")])
def test_of_several_insurances_one_that_goes_on_tells_of_the_work(house, order):
    firm = {**HRSS, "name": "甲", "employer_code": CODE, "record_date": N1}
    merge(house, N1, [{**firm, "employment_status": each} for each in order], clusters=[{0, 1}])
    assert house.rows("SELECT status FROM person_employment") == [("正常参保",)]


def test_a_marriage_of_one_whose_spouse_has_died_is_widowhood(house):
    wedding = {"department": "civil_affairs", "extract": "marriage", "marital_status_code": "20"}
    mentions = [{**wedding, "name": name, "record_date": date(1990, 5, 1)} for name in "甲乙"]
    _, wife = merge(house, N1, mentions, relations=[(0, "spouse", 1)])
    status = "SELECT person_id, marital_status_code FROM person"
    assert names(house, status) == [("乙", "20"), ("甲", "20")]
    register = {**POLICE, "name": "乙", "record_key": "b"}
    for night, state, husband in (
        (N2, {"registration_status": "死亡", "status_date": N2}, "30"),
        (N3, {"registration_status": "正常"}, "20"),  # an error that is taken back
    ):
        number = house.deliver(night, f"{night}.csv", [{**register, **state}])
        house.merge(night, {*house.clusters[wife], (number << 34) + 64})
        assert names(house, status) == [("乙", "20"), ("甲", husband)]


def member(name, relation, no="370114990000017", **more):
    return {**POLICE, "name": name, "household_no": no, "relation_to_head_code": relation, **more}


def test_a_household_of_the_register(house):
    merge(
        house,
        N1,
        [member("甲", "02"), member("乙", "12"), member("丙", "30"), member("丁", "52"), member("戊", "02", "9"),
         member("己", "20", registration_status="迁出")],
    )  # fmt: skip
    assert names(house, "SELECT head_person_id, household_type, member_count FROM household") == [
        ("戊", "single", 1),
        ("甲", "three_generations", 4),
    ]
    assert names(house, "SELECT person_id, relation, other_person_id FROM person_relation") == [
        ("丁", "parent_of", "甲"),
        ("丙", "child_of", "甲"),
        ("乙", "spouse", "甲"),
        ("甲", "child_of", "丁"),
        ("甲", "parent_of", "丙"),
        ("甲", "spouse", "乙"),
    ]


@pytest.mark.parametrize("status", ["迁出", "注销"])
def test_whom_the_register_let_go_lives_here_as_a_floating_person(house, status):
    merge(
        house,
        N1,
        [member("甲", "02", registration_status=status), {**GRID, "name": "甲", "residence_address_raw": "一号"}],
        [door("一号", "k1")],
        clusters=[{0, 1}],
    )
    assert house.rows("SELECT is_floating FROM person") == [(True,)]
    assert house.rows("SELECT count(*) FROM household") == [(0,)]


def test_a_divorce_ends_a_marriage(house):
    couple = [{"department": "civil_affairs", "extract": "marriage", "name": name} for name in "甲乙"]
    clusters = [{0, 2}, {1, 3}]
    day, later = date(2010, 5, 1), date(2020, 5, 1)
    merge(
        house,
        N1,
        [*({**each, "event_date": day} for each in couple), *({**each, "event_date": later} for each in couple)],
        clusters=clusters,
        relations=[(0, "spouse", 1), (2, "former_spouse", 3)],
    )
    assert names(house, "SELECT person_id, relation, valid_to FROM person_relation") == [
        ("乙", "former_spouse", later),
        ("甲", "former_spouse", later),
    ]


def test_a_night_without_changes_writes_nothing(house):
    merge(house, N1, [member("甲", "02", residence_address_raw="一号"), {**HRSS, "name": "乙", "employer_code": CODE}],
          [door("一号", "k1")])  # fmt: skip
    assert sum(changes.total for changes in house.entities(N2).changes.values()) == 0


def test_ids_tell_nothing_without_the_key(house):
    merge(house, N1, [member("甲", "02", residence_address_raw="一号")], [door("一号", "k1")])
    ids = "SELECT household_id, d.dwelling_id FROM household, dwelling AS d"
    one = house.rows(ids)
    house.entities(N1, key=bytes(32))
    other = house.rows(ids)
    assert len({*one[0], *other[0]}) == 4
