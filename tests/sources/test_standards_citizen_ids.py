"""Citizen numbers against GB 11643, with python-stdnum as the oracle."""

from datetime import date

import duckdb
import pytest
from stdnum.cn import ric

from sources.standards.citizen_ids import standardise_citizen_ids
from sources.standards.statements import prepare_statements

SOUND = "11010519491231002X"
MALE = "370123199002131239"[:17] + ric.calc_check_digit("370123199002131239")


def with_check(first_17: str) -> str:
    return first_17 + ric.calc_check_digit(first_17 + "0")


def standardise(*cells: tuple[str, str | None]) -> dict[str, dict[str, object]]:
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    rows = [list(cell) for cell in cells]
    con.execute(
        "CREATE TABLE delivered AS SELECT c[1] AS citizen_id_raw, c[2] AS id_type_raw FROM (SELECT unnest($1) AS c)",
        [rows],
    )
    con.execute("CREATE TEMP VIEW std_raw AS FROM delivered")
    con.execute("CREATE TEMP TABLE std_code (attribute VARCHAR, raw VARCHAR, code VARCHAR, name VARCHAR)")
    standardise_citizen_ids(con)
    return {row["raw"]: row for row in con.sql("FROM std_id").to_arrow_table().to_pylist()}


WRITTEN = [
    SOUND,
    SOUND.lower(),
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105 19491231 002X",
    "'11010519491231002X",
    '="11010519491231002X"',
    "110105-19491231-002X\t",
    "11010519491231002Х",  # noqa: RUF001 - Cyrillic
    "11010519491231002×",  # noqa: RUF001
    "11010519491231002*",
    "1101O519491231OO2X",
    "l10105I949123l002X",
    "11010519491231002X（本人）",
    "G11010519491231002X",
    "11010519491231002X43",
    "11010519491231002XA",
    "\u200b11010519491231002X",
    "(11010519491231002X)",
    "身份证号：11010519491231002X",
    "11010519491231002x张三",
    "11010519491231002X。",
]

KINDS = [
    ("370123730610229", None, "citizen15", None),
    ("3701**********2099", None, "masked", "3701**********2099"),
    ("371171********3692", None, "masked", "371171********3692"),
    ("3701＊＊＊＊＊＊＊＊＊＊284X", None, "masked", "3701**********284X"),
    ("3701XXXXXXXXXX2099", None, "masked", "3701**********2099"),
    ("3701***2099", None, "masked", "3701**********2099"),
    ("3701??????????2099", None, "masked", "3701**********2099"),
    ("3701··········2099", None, "masked", "3701**********2099"),
    ("3701●●●●●●●●●●2099", None, "masked", "3701**********2099"),
    ("37012319900213XXXX", None, "masked", "37012319900213****"),
    ("**************1237", None, "masked", "**************1237"),
    ("*****1237", None, "masked", "**************1237"),
    ("************12*7", None, "masked", None),
    ("370123*****4283", None, "masked", "370123*******4283*"),
    ("3.70123E+17", None, "destroyed", "37012*************"),
    ("3.7E+17", None, "destroyed", "3*****************"),
    ("3.70124E+14", None, "destroyed", "37012*************"),
    ("3.70123730610229E+14", None, "destroyed", "37012319730610229*"),
    ("3.70114199203040E+17", None, "destroyed", "370114199203040***"),
    ("330106199001011000", None, "destroyed", "330106199001011***"),
    ("111111111111111111", None, "placeholder", None),
    ("000000000000000000", None, "placeholder", None),
    ("123456789012345678", None, "placeholder", None),
    ("110105194912310021", None, "invalid", "110105194912310021"),
    ("370181200256283098", None, "invalid", "370181200256283098"),
    ("37012319900213", None, "invalid", "37012319900213****"),
    ("370123199002131", None, "invalid", "370123199002131***"),
    ("3701231990021", None, "invalid", None),
    ("37012319909999", None, "invalid", "37012319909999"),
    ("3701231990021312", None, "invalid", "3701231990021312"),
    ("37012?199002131231", None, "invalid", "37012?199002131231"),
    ("370123", None, "invalid", None),
    ("370123000000000000", None, "placeholder", None),
    ("19900213", None, "invalid", None),
    ("1990-02-13", None, "invalid", None),
    ("02735164", None, "other", None),
    ("0", None, "missing", None),
    ("1", None, "missing", None),
    ("37012", None, "missing", None),
    ("不详1", None, "missing", None),
    ("无", None, "missing", None),
    ("H14750664", None, "hk_macao_taiwan", None),
    ("02735164", "台湾居民来往大陆通行证", "hk_macao_taiwan", None),
    ("P28334862", None, "passport", None),
    ("AB1234567", "外国护照", "passport", None),
    ("军字第012345号", None, "other", None),
]


@pytest.mark.parametrize("raw", WRITTEN)
def test_however_it_is_written_a_sound_number_is_found(raw):
    assert standardise((raw, None))[raw] == {
        "raw": raw,
        "id_type_raw": "",
        "citizen_id_kind": "citizen18",
        "citizen_id": SOUND,
        "citizen_id_claim": None,
        "document_no": None,
        "id_birth_date": date(1949, 12, 31),
        "id_sex_code": "2",
    }


@pytest.mark.parametrize(("raw", "id_type", "kind", "claim"), KINDS)
def test_each_kind_keeps_what_it_tells(raw, id_type, kind, claim):
    found = standardise((raw, id_type))[raw]
    assert (found["citizen_id_kind"], found["citizen_id_claim"]) == (kind, claim)


def test_a_first_generation_number_is_upgraded():
    found = standardise(("370123730610229", None))["370123730610229"]
    assert ric.is_valid(found["citizen_id"])
    assert found["citizen_id"].startswith("37012319730610229")


@pytest.mark.parametrize("first_17", ["81000019900226896", "83000019930114592"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_are_no_citizen_numbers(first_17):
    number = with_check(first_17)
    assert standardise((number, None))[number]["citizen_id_kind"] == "hk_macao_taiwan"
    assert standardise((number, None))[number]["citizen_id"] == number


def test_permanent_residence_cards_start_with_nine():
    number = with_check("91115619900101001")
    assert standardise((number, None))[number]["citizen_id_kind"] == "foreign_permanent"


@pytest.mark.parametrize("first_17", ["37012320270101001", "37012318990101001", "70012319900101001"])
def test_a_date_or_a_province_that_cannot_be_makes_a_number_unsound(first_17):
    number = with_check(first_17)
    assert standardise((number, None))[number]["citizen_id_kind"] == "invalid"


def test_numbers_that_pass_by_chance_count_as_damaged_among_damaged_ones():
    chance = next(
        n for n in (f"3701231990{m:02d}{d:02d}1000" for m in range(1, 13) for d in range(1, 29)) if ric.is_valid(n)
    )
    damaged = [(f"33010619900101{n}000", None) for n in range(1, 6)]
    assert standardise((chance, None), *[(with_check(f"370123199001{d:02d}123"), None) for d in range(1, 29)])[chance][
        "citizen_id"
    ]
    assert standardise((chance, None), *damaged)[chance]["citizen_id_kind"] == "destroyed"


def test_a_sequence_of_zeros_is_never_believed():
    number = next(n for n in (f"370123199{y}{m:02d}150000" for y in range(10) for m in range(1, 13)) if ric.is_valid(n))
    assert standardise((number, None))[number]["citizen_id_kind"] == "destroyed"


def test_the_check_character_is_that_of_python_stdnum():
    numbers = [
        f"3701231{(n * 7919) % 1000:03d}{1 + n % 12:02d}{1 + n % 31:02d}{(n * 31) % 1000:03d}{'0123456789X'[n % 11]}"
        for n in range(3000)
    ]
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    con.execute("CREATE TABLE n AS SELECT unnest($1) AS number", [numbers])
    query = "SELECT number, mod_11_2(CAST(left(number, 17) AS BIGINT)) = right(number, 1) FROM n"
    found = dict(con.execute(query).fetchall())
    assert found == {number: ric.calc_check_digit(number) == number[-1] for number in numbers}
    assert any(found.values())
