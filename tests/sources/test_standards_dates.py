"""Dates in every format that departments deliver."""

from datetime import date

import duckdb
import pytest

from sources.standards.dates import standardise_dates
from sources.standards.statements import prepare_statements

NEW_YEAR = date(1990, 1, 1)

WHOLE = [
    "19900101", "1990-01-01", "1990/1/1", "1990.1.1", "1990年1月1日", "90.1.1", "一九九〇年一月一日",
    "１９９０－０１－０１",
    "1990-01-01 00:00:00", "1990-01-01T00:00:00", "32874", "32874.0", "19900101000000", " 1990 . 01 . 01 ", "1990-1-1",
    "'1990-01-01", "900101", "1990年元月1日", "1990-01-01(公历)", "1990-1-1.", "阳历1990年1月1日",
]  # fmt: skip

PARTS = [  # text, date, first_day, last_date, year, age
    ("1990.01", None, NEW_YEAR, NEW_YEAR, 1990, None),
    ("1990年1月", None, NEW_YEAR, NEW_YEAR, 1990, None),
    ("2026-10", None, date(2026, 10, 1), date(2026, 10, 1), 2026, None),
    ("202409", None, date(2024, 9, 1), date(2024, 9, 1), 2024, None),
    ("1962", None, None, None, 1962, None),
    ("1972年", None, None, None, 1972, None),
    ("20230230", None, None, None, 2023, None),
    ("7", None, None, None, None, 7),
    ("0", None, None, None, None, 0),
    ("45岁", None, None, None, None, 45),
    ("3个月", None, None, None, None, 0),
    ("131", None, None, None, None, None),
    ("长期", None, None, None, None, None),
    ("1900-01-01", None, None, None, None, None),
    ("1899-12-30", None, None, None, None, None),
    ("9999-12-31", None, None, None, None, None),
    ("0000-00-00", None, None, None, None, None),
    ("1/2/1990", None, None, None, 1990, None),
    ("13/2/1990", date(1990, 2, 13), date(1990, 2, 13), date(1990, 2, 13), 1990, None),
    ("2010.06.01-2020.06.01", date(2010, 6, 1), date(2010, 6, 1), date(2020, 6, 1), 2010, None),
    ("二〇二六年十月二十三日", date(2026, 10, 23), date(2026, 10, 23), date(2026, 10, 23), 2026, None),
    ("26.11.2", date(2026, 11, 2), date(2026, 11, 2), date(2026, 11, 2), 2026, None),
    ("2010.6.1-2020.6.1", date(2010, 6, 1), date(2010, 6, 1), date(2020, 6, 1), 2010, None),
    ("20100601-20200601", date(2010, 6, 1), date(2010, 6, 1), date(2020, 6, 1), 2010, None),
    ("1985年二月廿三日", date(1985, 2, 23), date(1985, 2, 23), date(1985, 2, 23), 1985, None),
    ("1985年3月卅日", date(1985, 3, 30), date(1985, 3, 30), date(1985, 3, 30), 1985, None),
    ("1985.2.23（农历）", None, None, None, 1985, None),
    ("196200", None, None, None, 1962, None),
    ("199013", None, None, None, 1990, None),
    ("202313", None, None, None, 2023, None),
    ("1962 3 4", date(1962, 3, 4), date(1962, 3, 4), date(1962, 3, 4), 1962, None),
    ("1990 1 1", NEW_YEAR, NEW_YEAR, NEW_YEAR, 1990, None),
    ("1990 10 1 00:00:00", date(1990, 10, 1), date(1990, 10, 1), date(1990, 10, 1), 1990, None),
    ("62 3 4", date(1962, 3, 4), date(1962, 3, 4), date(1962, 3, 4), 1962, None),
    ("1990 1", None, NEW_YEAR, NEW_YEAR, 1990, None),
    ("一九九〇 一 一", NEW_YEAR, NEW_YEAR, NEW_YEAR, 1990, None),
    ("19900101 120000", NEW_YEAR, NEW_YEAR, NEW_YEAR, 1990, None),
    ("1990.1.1-", NEW_YEAR, NEW_YEAR, NEW_YEAR, 1990, None),
    ("00", None, None, None, None, None),
    ("0.0", None, None, None, None, None),
    ("45.0", None, None, None, None, 45),
    ("12/31/90", None, None, None, None, None),
    ("31/12/90", None, None, None, None, None),
    ("03/14/62", None, None, None, None, None),
    ("27.11.2", date(1927, 11, 2), date(1927, 11, 2), date(1927, 11, 2), 1927, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def standard():
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    texts = [*WHOLE, *(case[0] for case in PARTS)]
    con.execute("CREATE TABLE delivered AS SELECT unnest($1) AS raw", [texts])
    standardise_dates(con, "SELECT DISTINCT raw FROM delivered")
    return {raw: tuple(rest) for raw, *rest in con.execute("FROM std_date").fetchall()}


@pytest.mark.parametrize("raw", WHOLE)
def test_whole_dates_are_read_in_every_format(standard, raw):
    assert standard[raw][:2] == (NEW_YEAR, NEW_YEAR)


@pytest.mark.parametrize("case", PARTS, ids=lambda case: case[0])
def test_parts_of_dates_are_kept_as_parts(standard, case):
    raw, *expected = case
    assert standard[raw] == tuple(expected)
