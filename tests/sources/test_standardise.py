"""RAW_MENTION of a delivery becomes STD_MENTION and STD_ADDRESS."""

from datetime import date

import duckdb
import pyarrow as pa
import pytest

from sources.standardise import standardise_mentions
from sources.tables import RAW_MENTION, STD_ADDRESS, STD_MENTION

NIGHT = date(2026, 11, 1)
ROLES = ("husband", "wife")
FULL = {
    "role": "wife",
    "record_key": "k",
    "record_date_raw": "2026-06-01",
    "name_raw": "王　芳",
    "former_name_raw": "王小芳",
    "citizen_id_raw": "11010519491231002x",
    "id_type_raw": "居民身份证",
    "sex_raw": "女",
    "birth_date_raw": "1949年12月31日",
    "ethnic_raw": "汉",
    "marital_status_raw": "20",
    "relation_to_head_raw": "配偶",
    "phone_raw": "+8613994652049",
    "residence_address_raw": "明水街道唐王小区8号楼3单元702室",
    "registered_address_raw": "章丘区圣井街道石埠村148号",
    "registered_division_raw": "370114001",
    "household_no_raw": " 0012 ",
    "employer_name_raw": "章丘（鲁源）有限公司",
    "employer_code_raw": "91110000600037341L",
    "valid_to_raw": "长期",
    "status_date_raw": "202610",
}


def standardise(*mentions: dict[str, str], con: duckdb.DuckDBPyConnection | None = None, **options: str | None):
    con = con or duckdb.connect()
    rows = [
        {"row_number": n, "line_number": n + 1, "role": "husband", **mention} for n, mention in enumerate(mentions, 1)
    ]
    con.register("delivered", pa.Table.from_pylist(rows, schema=RAW_MENTION))
    standardise_mentions(
        con,
        raw_relation="delivered",
        delivery_id=7,
        department="civil_affairs",
        extract="marriage",
        roles=ROLES,
        night=NIGHT,
        **options,
    )
    return con.sql("FROM new_std_mention ORDER BY mention_id").to_arrow_table().to_pylist()


def test_a_full_mention_has_every_standard_value():
    (mention,) = standardise(FULL)
    expected = {
        "mention_id": 7 * 2**34 + 1 * 2**6 + 1,
        "delivery_id": 7,
        "department": "civil_affairs",
        "extract": "marriage",
        "record_date": date(2026, 6, 1),
        "name_raw": "王　芳",
        "name": "王芳",
        "former_name": "王小芳",
        "name_is_placeholder": False,
        "citizen_id_kind": "citizen18",
        "citizen_id": "11010519491231002X",
        "id_birth_date": date(1949, 12, 31),
        "id_sex_code": "2",
        "sex_code": "2",
        "birth_date": date(1949, 12, 31),
        "birth_year_low": 1949,
        "birth_year_high": 1949,
        "ethnic_code": "01",
        "marital_status_code": "20",
        "relation_to_head_code": "10",
        "phone": "13994652049",
        "registered_division_code": "370114001",
        "household_no": "0012",
        "employer_name": "章丘(鲁源)有限公司",
        "employer_code": "91110000600037341L",
        "valid_to": None,
        "status_date": date(2026, 10, 1),
    }
    assert {name: mention[name] for name in expected} == expected


def test_the_tables_have_the_shapes_of_the_room():
    con = duckdb.connect()
    standardise(FULL, con=con)
    assert con.sql("FROM new_std_mention").to_arrow_table().schema.equals(STD_MENTION)
    assert con.sql("FROM new_std_address").to_arrow_table().schema.equals(STD_ADDRESS)


def test_every_mention_gives_one_line_even_when_values_repeat():
    assert [row["mention_id"] - 7 * 2**34 for row in standardise(FULL, FULL, {}, FULL)] == [65, 129, 192, 257]


def test_a_mention_that_says_nothing_is_kept_as_unknown():
    (mention,) = standardise({"record_key": "k"})
    assert mention["citizen_id_kind"] == "missing"
    assert mention["name_is_placeholder"] is False
    assert mention["record_date"] == NIGHT


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("370114", "370114"),
        (" 370114001001 ", "370114001001"),
        ("370181198402299177", "370181198402299177"),
        ("370114 章丘区", "370114"),
        ("370114.0", "370114"),
        ("章丘区", None),
    ],
)
def test_a_code_of_a_division_is_not_cut_out_of_a_longer_number(raw, code):
    assert standardise({"registered_division_raw": raw})[0]["registered_division_code"] == code


@pytest.mark.parametrize(
    ("raw", "birth_date", "low", "high"),
    [
        ("1996-08-01", date(1996, 8, 1), 1996, 1996),
        ("1962", None, 1962, 1962),
        ("1972年", None, 1972, 1972),
        ("7", None, 2018, 2019),
        ("0", None, 2025, 2026),
        ("2027-01-01", None, None, None),
        ("2026-12-01", None, None, None),
        ("不详", None, None, None),
    ],
)
def test_ages_and_years_give_bounds(raw, birth_date, low, high):
    (mention,) = standardise({"birth_date_raw": raw, "record_date_raw": "2026/6/10"})
    assert (mention["birth_date"], mention["birth_year_low"], mention["birth_year_high"]) == (birth_date, low, high)


def test_a_record_cannot_be_younger_than_its_night():
    assert standardise({"record_date_raw": "2036-09-01"})[0]["record_date"] == NIGHT


def test_the_birth_date_is_never_taken_from_the_number():
    (mention,) = standardise({"citizen_id_raw": "11010519491231002X"})
    assert (mention["birth_date"], mention["birth_year_low"]) == (None, None)


def test_known_addresses_are_not_parsed_again():
    con = duckdb.connect()
    con.execute("CREATE TABLE known AS SELECT '章丘区圣井街道石埠村148号' AS address_raw")
    standardise(FULL, con=con, known_addresses_relation="known")
    assert con.execute("SELECT address_raw FROM new_std_address").fetchall() == [("明水街道唐王小区8号楼3单元702室",)]


def test_a_delivery_that_is_rolled_back_leaves_the_next_one_whole():
    con = duckdb.connect()
    con.execute("BEGIN")
    standardise(FULL, con=con)
    con.execute("ROLLBACK")
    assert standardise(FULL, con=con)[0]["name"] == "王芳"


def test_nothing_stays_but_the_results_and_the_divisions():
    con = duckdb.connect()
    standardise(FULL, con=con)
    names = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()}
    assert names == {"new_std_mention", "new_std_address", "std_division", "std_division_prefix"}


def test_an_empty_delivery_gives_empty_tables():
    assert standardise() == []
