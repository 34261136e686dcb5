"""Telephone numbers as digits, without those that are no one's."""

from datetime import date

import duckdb
import pytest

from sources.standards.phones import standardise_phones
from sources.standards.statements import prepare_statements

PHONES = [
    ("18969787710", "18969787710", None),
    ("+8617887253322", "17887253322", None),
    ("86-13994652049", "13994652049", None),
    ("0086 139 9465 2049", "13994652049", None),
    ("136 3673 7135", "13636737135", None),
    ("181-9953-1524", "18199531524", None),
    ("１５８８０７８７６６２", "15880787662", None),
    ("13994652049.0", "13994652049", None),
    ("013994652049", "13994652049", None),
    ("0531-83680058", "053183680058", None),
    ("053183680058", "053183680058", None),
    ("0531-83680058转801", "053183680058", None),
    ("13994652049/15880787662", "13994652049", "15880787662"),
    ("13994652049、15880787662", "13994652049", "15880787662"),
    ("13994652049 15880787662", "13994652049", "15880787662"),
    ("13994652049/13994652049", "13994652049", None),
    ("15624243451/13800000222", "15624243451", None),
    ("0/15880787662", "15880787662", None),
    ("13800000000", None, None),
    ("13800138000", None, None),
    ("13888888888", None, None),
    ("0", None, None),
    ("12345", None, None),
    ("1.38E+10", None, None),
    ("联系电话", None, None),
]


@pytest.fixture(scope="module")
def standard():
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    con.execute("CREATE TABLE delivered AS SELECT unnest($1) AS raw", [[case[0] for case in PHONES]])
    standardise_phones(con, "SELECT DISTINCT raw FROM delivered")
    return {raw: tuple(rest) for raw, *rest in con.execute("FROM std_phone").fetchall()}


@pytest.mark.parametrize(("raw", "phone", "phone_2"), PHONES)
def test_phones_become_digits(standard, raw, phone, phone_2):
    assert standard[raw] == (phone, phone_2)
