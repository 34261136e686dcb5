"""Organisation codes against GB 32100, with python-stdnum as the oracle."""

from datetime import date

import duckdb
import pytest
from stdnum.cn import uscc

from sources.standards.organisations import standardise_organisations
from sources.standards.statements import prepare_statements

SOUND = "91110000600037341L"
CODES = [
    (SOUND, SOUND),
    ("９１１１００００６００037341l", SOUND),
    ("9111 0000 6000 3734 1L", SOUND),
    ("9111OOOO6OOO37341L", SOUND),
    ("911100006000373410", None),
    ("370181228012345", "370181228012345"),
    ("无", None),
]


@pytest.fixture
def con():
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    return con


@pytest.mark.parametrize(("raw", "code"), CODES)
def test_only_sound_codes_are_kept(con, raw, code):
    con.execute("CREATE TABLE c AS SELECT $1 AS raw", [raw])
    standardise_organisations(con, "FROM c", "FROM c")
    assert con.execute("SELECT code FROM std_organisation_code").fetchall() == [(code,)]


def test_names_have_one_spelling(con):
    con.execute(
        "CREATE TABLE n AS SELECT unnest(['章丘（鲁源） 汽车配件有限公司', '章丘(鲁源)汽车配件有限公司', '无']) AS raw"
    )
    standardise_organisations(con, "SELECT raw FROM n WHERE false", "FROM n")
    assert set(con.execute("SELECT name FROM std_organisation_name").fetchall()) == {
        ("章丘(鲁源)汽车配件有限公司",),
        (None,),
    }


def test_the_check_character_is_that_of_python_stdnum(con):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = [f"9137018{n % 10}{alphabet[n % 31]}{n * 104729 % 10**8:08d}{alphabet[n * 7 % 31]}" for n in range(3000)]
    con.execute("CREATE TABLE n AS SELECT unnest($1) AS code", [codes])
    found = dict(con.execute("SELECT code, obeys_mod_31(code) FROM n").fetchall())
    assert found == {code: uscc.calc_check_digit(code) == code[-1] for code in codes}
    assert any(uscc.is_valid(code) for code in codes)
