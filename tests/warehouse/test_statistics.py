"""Counts of the base as they are published."""

from datetime import date

import pytest

from warehouse.statistics import build_statistics, load_statistics

N1 = date(2026, 11, 1)
POLICE = {"department": "public_security", "extract": "register"}
TRUST = [("public_security", "register", attribute, 1) for attribute in ("household_no", "residence_address")]


@pytest.fixture
def town(house):
    """Twelve residents of 明水, six of 双山, one in a community that nobody else names."""
    places = ["龙泉"] * 12 + ["百脉"] * 5 + ["王芳家旁"]
    addresses = [
        {"address_raw": place, "is_local": True, "town": "明水" if place == "龙泉" else "双山", "community": place,
         "dwelling_key": place}
        for place in sorted(set(places))
    ]  # fmt: skip
    people = [
        {**POLICE, "name": f"甲{n}", "record_key": f"{n}", "household_no": f"{n}", "sex_code": "12"[n % 2],
         "birth_date": date(1980, 1, 1), "residence_address_raw": place}
        for n, place in enumerate(places)
    ]  # fmt: skip
    house.deliver(N1, "a.csv", people, addresses)
    house.assign(N1)
    house.build(TRUST)
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    return house


def rows(table, **wanted):
    return [
        row for row in table.to_pylist()
        if all(row[name] == wanted.get(name) for name in table.column_names if name not in ("count", "is_hidden"))
    ]  # fmt: skip


def test_residents_are_counted_by_place_age_and_sex(town):
    found = build_statistics(town.con, 5)["stat_population"]
    assert [row["count"] for row in rows(found)] == [18]
    assert [row["count"] for row in rows(found, town="明水")] == [12]
    # Three of each sex live in the other town, so the sexes of this one are hidden as well.
    assert [row["is_hidden"] for row in rows(found, town="明水", population="registered", sex_code="1")] == [True]
    assert [row["count"] for row in rows(found, population="registered", sex_code="2", age_band="45-49")] == [9]


def test_a_place_that_one_person_names_is_not_told(town):
    tables = build_statistics(town.con, 5)
    told = {value for table in tables.values() for row in table.to_pylist() for value in row.values()}
    assert "王芳家旁" not in told and "龙泉" in told
    assert "王芳家旁" in {row["community"] for row in build_statistics(town.con, 1)["stat_population"].to_pylist()}


def test_small_counts_are_null_and_said_to_be_hidden(town):
    for table in build_statistics(town.con, 5).values():
        for row in table.to_pylist():
            assert (row["count"] is None) == row["is_hidden"]
            assert row["count"] in (None, 0) or row["count"] >= 5


def test_an_empty_base_has_no_counts(house):
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    for name, table in build_statistics(house.con, 5).items():
        assert name in load_statistics()
        assert sum(row["count"] or 0 for row in table.to_pylist()) == 0
