"""Rows become mentions: who is named, in which role, with which raw values and record key."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from sources.contract import Extract, load_contracts
from sources.mentions import person_missing_sql, raw_mentions_sql, relations_sql, undecided_columns
from sources.tables import RAW_MENTION, ROWS


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def extract(
    mentions: list[dict[str, Any]], *, columns: dict[str, dict[str, Any]] | None = None, **more: object
) -> Extract:
    names = ("no", "name", "number", "kind", "place", "unit", "unit_code")
    settings = columns or {}
    shape = {
        "extract": "list",
        "title": "名单",
        "files": ["名单*"],
        "delivery": {"mode": "incremental"},
        "natural_key": [["no"], ["name", "number"]],
        "columns": [{"name": name, "headers": [name], **settings.get(name, {})} for name in names],
        "mentions": mentions,
    }
    return Extract.model_validate({**shape, **more})


SELF = {"role": "self", "attributes": {"name": "name", "citizen_id": "number"}}


def mentions(
    con: duckdb.DuckDBPyConnection, shape: Extract, *rows: Mapping[str, str | None], department: str = "veterans"
) -> list[dict[str, Any]]:
    numbers = pa.array(range(1, len(rows) + 1), pa.int32())
    cells = [pa.array([row.get(name, "") for row in rows], pa.string()) for name in shape.kept]
    con.register("rows_in", pa.table([numbers, numbers, *cells], names=[*ROWS.names, *shape.kept]))
    query = f"SELECT * FROM ({raw_mentions_sql(department, shape, 'rows_in')}) ORDER BY row_number, role"
    lines: list[dict[str, Any]] = con.sql(query).to_arrow_table().to_pylist()
    return lines


def test_a_number_that_a_spreadsheet_shortened_is_no_key(con: duckdb.DuckDBPyConnection) -> None:
    rows = [{"no": "2.02612E+11", "name": name, "number": number} for name, number in (("甲", "1"), ("乙", "2"))]
    one, other = mentions(con, extract([SELF]), *rows)
    assert one["record_key"] != other["record_key"]
    same = mentions(con, extract([SELF]), *[{"no": "202612000001", "name": name, "number": "1"} for name in "甲乙"])
    assert same[0]["record_key"] == same[1]["record_key"]


def test_the_result_has_the_columns_of_raw_mention(con: duckdb.DuckDBPyConnection) -> None:
    for contract in load_contracts():
        for shape in contract.extracts:
            con.register("rows_in", pa.schema([*ROWS, *((n, pa.string()) for n in shape.kept)]).empty_table())
            table = con.sql(raw_mentions_sql(contract.department, shape, "rows_in")).to_arrow_table()
            assert table.schema.remove_metadata() == RAW_MENTION
            con.sql(person_missing_sql(shape, "rows_in"))


@pytest.mark.parametrize(
    ("delivered", "raw"),
    [
        ("张三", "张三"),
        (" 张三\t", "张三"),
        ("\u3000张 三\xa0\n", "张 三"),
        ("'张三", "张三"),
        ('="张三"', "张三"),
        ("O'Neil", "O'Neil"),
        ("null", None),
        ("#N/A", None),
        ("无", None),
        (" -- ", None),
        ("不详", None),
        ("待定", None),
        ("", None),
        (None, None),
    ],
)
def test_cells_are_trimmed_and_null_tokens_say_nothing(
    con: duckdb.DuckDBPyConnection, delivered: str | None, raw: str | None
) -> None:
    shape = extract([SELF], columns={"name": {"null_tokens": ["待定"]}})
    (mention,) = mentions(con, shape, {"no": "1", "name": delivered, "number": "x"})
    assert mention["name_raw"] == raw


@pytest.mark.parametrize(
    ("settings", "delivered", "raw"),
    [
        ({"type": "date"}, "0", None),
        ({"type": "date"}, "1990", "1990"),
        ({"type": "date", "headers": ["出生日期", "年龄"]}, "0", "0"),
    ],
)
def test_a_lone_zero_is_an_age_only_where_ages_stand(
    con: duckdb.DuckDBPyConnection, settings: dict[str, Any], delivered: str, raw: str | None
) -> None:
    self_ = {"role": "self", "attributes": {"name": "name", "birth_date": "kind"}}
    (mention,) = mentions(con, extract([self_], columns={"kind": settings}), {"name": "甲", "kind": delivered})
    assert mention["birth_date_raw"] == raw


def test_a_role_is_there_when_it_has_a_name_or_a_number(con: duckdb.DuckDBPyConnection) -> None:
    pair = [SELF, {"role": "kin", "attributes": {"name": "kind", "phone": "place"}}]
    found = mentions(
        con,
        extract(pair),
        {"no": "1", "name": "甲"},
        {"no": "2", "number": "7"},
        {"no": "3", "kind": "乙"},
        {"no": "4", "place": "1"},
    )
    assert [(m["row_number"], m["role"]) for m in found] == [(1, "self"), (2, "self"), (3, "kin")]


def test_codes_constants_fallbacks_and_needs(con: duckdb.DuckDBPyConnection) -> None:
    mention = {
        "role": "self",
        "attributes": {
            "name": "name",
            "marital_status": "kind",
            "event_type": "kind",
            "residence_address": "place",
            "employer_name": "unit",
        },
        "constants": {"sex": "2", "residence_address": "it's unknown"},
        "fallbacks": {"residence_address": ["no"]},
        "codes": {"marital_status": {"结婚登记": "20"}},
        "needs": {"employer_name": "unit_code"},
    }
    shape = extract([mention], columns={"kind": {"codes": {"结婚": "结婚登记"}}})
    first, second, third = mentions(
        con,
        shape,
        {"name": "甲", "kind": "结婚", "place": "东", "no": "1", "unit": "厂", "unit_code": "9"},
        {"name": "乙", "kind": "撤销", "no": "西", "unit": "村"},
        {"name": "丙"},
    )
    keys = ("sex_raw", "event_type_raw", "marital_status_raw", "residence_address_raw", "employer_name_raw")
    assert [first[key] for key in keys] == ["2", "结婚登记", "20", "东", "厂"]
    assert [second[key] for key in keys] == ["2", "撤销", None, "西", None]
    assert [third[key] for key in keys] == ["2", None, None, "it's unknown", None]


@pytest.mark.parametrize(
    ("names", "numbers", "found"),
    [
        ("甲、乙", "1、2", [("co1", "甲", "1"), ("co2", "乙", "2")]),
        ("甲，乙", "1", [("co1", "甲", "1"), ("co2", "乙", None)]),
        ("甲、乙", "、2", [("co1", "甲", None), ("co2", "乙", "2")]),
        ("甲、无、丙", "1、、3", [("co1", "甲", "1"), ("co3", "丙", "3")]),
        ("甲", "1、2", [("co1", "甲", "1"), ("co2", None, "2")]),
        ("热合曼·依明", "1", [("co1", "热合曼·依明", "1")]),
        ("", "", []),
    ],
)
def test_split_cells_pair_by_position(
    con: duckdb.DuckDBPyConnection, names: str, numbers: str, found: list[tuple[str, str | None, str | None]]
) -> None:
    co_owner = {
        "role": "co",
        "attributes": {"name": "name", "citizen_id": "number", "dwelling_address": "place"},
        "split": {"separator": "、，]^-\\", "most": 4},
    }
    got = mentions(con, extract([co_owner]), {"no": "1", "name": names, "number": numbers, "place": "路1号、2号"})
    assert [(m["role"], m["name_raw"], m["citizen_id_raw"]) for m in got] == found
    assert {m["dwelling_address_raw"] for m in got} <= {"路1号、2号"}


CONDITIONS = [
    ({"only_when": {"kind": ["自然人", "it's"]}}, ["自然人", "it's"]),
    ({"except_when": {"kind": ["企业"]}}, ["自然人", "it's", ""]),
]


@pytest.mark.parametrize(("condition", "kinds"), CONDITIONS)
def test_conditions_say_whether_a_person_is_named(
    con: duckdb.DuckDBPyConnection, condition: dict[str, Any], kinds: list[str]
) -> None:
    delivered = ["自然人", "it's", "企业", ""]
    found = mentions(con, extract([{**SELF, **condition}]), *({"name": "甲", "kind": kind} for kind in delivered))
    assert [delivered[m["row_number"] - 1] for m in found] == kinds


def test_rows_that_name_nobody_are_missing_a_person_unless_none_is_due(con: duckdb.DuckDBPyConnection) -> None:
    shape = extract(
        [
            {**SELF, "only_when": {"kind": ["自然人"]}},
            {"role": "kin", "attributes": {"name": "place"}, "only_when": {"kind": ["自然人"]}},
        ]
    )
    rows = [
        {"kind": "自然人", "name": "甲"},
        {"kind": "自然人", "place": "乙"},
        {"kind": "自然人", "name": "无", "number": " "},
        {"kind": "企业"},
        {"kind": ""},
    ]
    mentions(con, shape, *rows)
    assert con.sql(person_missing_sql(shape, "rows_in")).fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("names", "numbers", "found"),
    [
        ("甲", "1", [("owner", "甲", "1")]),
        ("甲", "1、2", [("owner", "甲", "1、2")]),
        ("甲、", "1", [("owner", "甲、", "1")]),
        ("", "1、2", [("owner", None, "1、2")]),
        ("SMITH, JOHN", "E1", [("owner", "SMITH, JOHN", "E1")]),
        ("SMITH JOHN, LEE MARY", "E1、E2", [("owner", "SMITH JOHN", "E1"), ("owner2", "LEE MARY", "E2")]),
        ("甲一、乙二", "1、2", [("owner", "甲一", "1"), ("owner2", "乙二", "2")]),
        ("甲一,乙二、丙三", "1", [("owner", "甲一", "1"), ("owner2", "乙二", None), ("owner3", "丙三", None)]),
        ("甲一（女，已婚）、乙二", "1", [("owner", "甲一", "1"), ("owner2", "乙二", None)]),
        ("甲一（已故，由子女继承）", "1", [("owner", "甲一（已故，由子女继承）", "1")]),
        ("甲一(曾用名:甲二、甲三", "1", [("owner", "甲一(曾用名:甲二、甲三", "1")]),
        ("甲一,女", "1", [("owner", "甲一,女", "1")]),
        ("某市建设局、房产中心", "1、2", [("owner", "某市建设局、房产中心", "1、2")]),
        ("", "", []),
    ],
)
def test_a_cell_that_usually_names_one_person_is_split_where_it_names_several(
    con: duckdb.DuckDBPyConnection, names: str, numbers: str, found: list[tuple[str, str | None, str | None]]
) -> None:
    owner = {**SELF, "role": "owner", "split": {"separator": "、,，", "most": 3, "usually_one": True}}
    got = mentions(con, extract([owner]), {"no": "1", "name": names, "number": numbers})
    assert [(m["role"], m["name_raw"], m["citizen_id_raw"]) for m in got] == found


def test_further_persons_renumber_nobody() -> None:
    split = {"separator": "、", "most": 2}
    owner = {**SELF, "role": "owner", "split": {**split, "usually_one": True}}
    other = {"role": "co", "attributes": {"name": "place"}, "split": split}
    assert extract([owner, other]).roles == ("owner", "co1", "co2", "owner2")


def test_persons_of_one_cell_are_related_once(con: duckdb.DuckDBPyConnection) -> None:
    owner = {**SELF, "role": "owner", "split": {"separator": "、", "most": 3, "usually_one": True}}
    shape = extract([owner], relations=[{"from_role": "owner", "relation": "co_owner_of", "to_role": "owner"}])
    con.execute(
        """CREATE TABLE std AS FROM (VALUES (1, 1, 10, 'owner'), (1, 1, 11, 'owner2'), (1, 1, 12, 'owner3'))
        AS t(delivery_id, row_number, mention_id, role)"""
    )
    found = con.sql(f"FROM ({relations_sql(shape, 'std')}) ORDER BY ALL").fetchall()
    assert found == [(11, 10, "co_owner_of"), (12, 10, "co_owner_of"), (12, 11, "co_owner_of")]


def shipped(name: str) -> Extract:
    [found] = [each for contract in load_contracts() for each in contract.extracts if each.extract == name]
    return found


@pytest.mark.parametrize(
    "label",
    [
        "营业执照",
        "统一社会信用代码证书",
        "单位证照",
        "企业法人营业执照",
        "2-营业执照",
        "营业执照（副本）",
        " 营业　执照 ",
    ],
)
def test_what_an_organisation_owns_alone_names_nobody_and_misses_nobody(
    con: duckdb.DuckDBPyConnection, label: str
) -> None:
    owner = {"certificate_no": "1", "owner_name": "章丘区示范局", "owner_id_type": label}
    partner = {"co_owner_names": "裴定邦"}
    found = mentions(con, shipped("ownership"), owner, owner | partner)
    assert [(m["row_number"], m["role"]) for m in found] == [(2, "co_owner1")]
    assert con.sql(person_missing_sql(shipped("ownership"), "rows_in")).fetchall() == []


@pytest.mark.parametrize("label", ["居民身份证", "其他", "猎枪证", ""])
def test_under_any_other_document_the_owner_is_a_person(con: duckdb.DuckDBPyConnection, label: str) -> None:
    found = mentions(con, shipped("ownership"), {"owner_name": "裴定邦", "owner_id_type": label})
    assert [m["role"] for m in found] == ["owner"]


@pytest.mark.parametrize(
    ("kind", "is_named"),
    [
        ("自然人股东", True),
        ("境内中国公民", True),
        ("境外自然人（台湾居民）", True),
        ("自然人合伙人", True),
        ("1-自然人股东", True),
        ("１．自然人股东（境外）", True),
        ("企业法人", False),
        ("2-企业法人", False),
        ("单位股东", False),
        ("非自然人股东", False),
        ("个人独资企业", False),
        ("合伙企业（有限合伙）", False),
        ("国有独资公司", False),
        ("居民委员会", False),
    ],
)
def test_shareholders_are_persons_by_what_their_type_means(
    con: duckdb.DuckDBPyConnection, kind: str, is_named: bool
) -> None:
    shape = shipped("shareholder")
    found = mentions(con, shape, {"entity_code": "1", "shareholder_name": "裴定邦", "shareholder_type": kind})
    assert [m["role"] for m in found] == ["shareholder"] * is_named
    [undecided] = undecided_columns(shape).values()
    assert con.sql(f"FROM rows_in WHERE {undecided}").fetchall() == []


KEY_CASES = [
    ("same natural key, other values", {"no": "1", "name": "甲"}, {"no": " 1\t", "name": "乙"}, True),
    ("other natural key", {"no": "1", "name": "甲"}, {"no": "01", "name": "甲"}, False),
    (
        "second alternative",
        {"name": "甲", "number": "7", "kind": "a"},
        {"no": "无", "name": "甲", "number": "7", "kind": "b"},
        True,
    ),
    ("whole row", {"name": "甲", "kind": "a"}, {"name": "甲", "kind": "a"}, True),
    ("whole row differs", {"name": "甲", "kind": "a"}, {"name": "甲", "kind": "b"}, False),
    ("parts do not run together", {"name": "甲1", "number": "2"}, {"name": "甲", "number": "12"}, False),
]


@pytest.mark.parametrize(
    ("first", "second", "same"), [case[1:] for case in KEY_CASES], ids=[case[0] for case in KEY_CASES]
)
def test_the_record_key_follows_the_natural_key(
    con: duckdb.DuckDBPyConnection, first: dict[str, str | None], second: dict[str, str | None], same: bool
) -> None:
    one, two = mentions(con, extract([SELF]), first, second)
    assert (one["record_key"] == two["record_key"]) is same
    assert len(one["record_key"]) == 64


def test_the_record_key_belongs_to_the_department(con: duckdb.DuckDBPyConnection) -> None:
    keys = {
        mentions(con, extract([SELF]), {"no": "1", "name": "甲"}, department=name)[0]["record_key"]
        for name in ("a", "b")
    }
    assert len(keys) == 2


def test_the_record_key_of_a_known_record_stays(con: duckdb.DuckDBPyConnection) -> None:
    """A change here re-keys every stored record: an incident, never a side effect."""
    (mention,) = mentions(con, extract([SELF]), {"no": "1", "name": "甲"})
    assert mention["record_key"] == sha256(b"veterans\x1flist\x1f1").hexdigest()


def test_relations_are_stated_within_a_row(con: duckdb.DuckDBPyConnection) -> None:
    roles = [
        {"role": "wife", "attributes": {"name": "name"}},
        {"role": "husband", "attributes": {"name": "kind"}},
        {"role": "co", "attributes": {"name": "place"}, "split": {"separator": "、", "most": 2}},
    ]
    relations = [
        {"from_role": "wife", "relation": "spouse", "to_role": "husband", "except_when": {"event_type": ["离婚登记"]}},
        {
            "from_role": "wife",
            "relation": "former_spouse",
            "to_role": "husband",
            "only_when": {"event_type": ["离婚登记"]},
        },
        {"from_role": "co", "relation": "co_owner_of", "to_role": "wife"},
    ]
    con.execute(
        """CREATE TABLE std AS FROM (VALUES
            (1, 1, 10, 'wife', NULL), (1, 1, 11, 'husband', NULL), (1, 1, 12, 'co1', NULL), (1, 1, 13, 'co2', NULL),
            (1, 2, 20, 'wife', '离婚登记'), (1, 2, 21, 'husband', '离婚登记'),
            (2, 1, 30, 'wife', NULL)
        ) AS t(delivery_id, row_number, mention_id, role, event_type)"""
    )
    found = con.sql(f"FROM ({relations_sql(extract(roles, relations=relations), 'std')}) ORDER BY ALL").fetchall()
    assert found == [(10, 11, "spouse"), (12, 10, "co_owner_of"), (13, 10, "co_owner_of"), (20, 21, "former_spouse")]


def test_what_kind_of_registration_nobody_knows_says_nothing_of_a_couple(con: duckdb.DuckDBPyConnection) -> None:
    [marriage] = [each for c in load_contracts() for each in c.extracts if each.extract == "marriage"]
    con.execute(
        """CREATE TABLE std AS FROM (VALUES
            (1, 1, 10, 'husband', '补领结婚登记证'), (1, 1, 11, 'wife', '补领结婚登记证'),
            (1, 2, 20, 'husband', '离婚登记'), (1, 2, 21, 'wife', '离婚登记'),
            (1, 3, 30, 'husband', NULL), (1, 3, 31, 'wife', NULL),
            (1, 4, 40, 'husband', '其他业务'), (1, 4, 41, 'wife', '其他业务')
        ) AS t(delivery_id, row_number, mention_id, role, event_type)"""
    )
    found = con.sql(f"FROM ({relations_sql(marriage, 'std')}) ORDER BY ALL").fetchall()
    assert found == [(10, 11, "spouse"), (20, 21, "former_spouse")]


def test_no_relations_are_an_empty_table(con: duckdb.DuckDBPyConnection) -> None:
    table = con.sql(relations_sql(extract([SELF]), "nothing")).to_arrow_table()
    assert (table.num_rows, table.column_names) == (0, ["from_mention_id", "to_mention_id", "relation"])
