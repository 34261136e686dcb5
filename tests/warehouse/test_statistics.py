"""Counts of the base as they are published."""

import random
from datetime import date

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from warehouse.statistics import count_statistics, hide_counts, load_statistics

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


def build_statistics(con, k):
    return hide_counts(count_statistics(con, k), k)


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


@pytest.mark.parametrize(
    ("parents", "left_behind"), [("杭州", [1]), ("龙泉", []), ("百脉", [1]), (None, [])],
    ids=["far away", "at home", "in another community", "nobody knows where"],
)  # fmt: skip
def test_a_child_is_left_behind_when_all_parents_live_elsewhere(house, parents, left_behind):
    addresses = [
        {"address_raw": place, "is_local": place != "杭州", "town": None if place == "杭州" else "明水",
         "community": None if place == "杭州" else place}
        for place in ("龙泉", "百脉", "杭州")
    ]  # fmt: skip
    family = [
        {"record_key": "1", "row_number": 1, "household_no": "1", "relation_to_head_code": "02",
         "birth_date": date(1985, 1, 1), "residence_address_raw": parents, "registration_status": None},
        {"record_key": "2", "row_number": 2, "household_no": "1", "relation_to_head_code": "20",
         "birth_date": date(2016, 1, 1), "residence_address_raw": "龙泉"},
    ]  # fmt: skip
    house.deliver(N1, "a.csv", [{**POLICE, **each} for each in family], addresses)
    house.assign(N1)
    house.build([*TRUST, ("public_security", "register", "relation_to_head", 1)])
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    found = build_statistics(house.con, 1)["stat_service"]
    assert [row["count"] for row in rows(found, category="left_behind_child")] == left_behind


@pytest.mark.parametrize(
    ("born", "nests"), [(date(1950, 1, 1), [2]), (date(2000, 1, 1), []), (None, [])], ids=["old", "young", "unknown"]
)
def test_a_nest_is_empty_when_all_in_it_are_known_to_be_old(house, born, nests):
    people = [{"record_key": "1", "birth_date": date(1950, 1, 1)}, {"record_key": "2", "birth_date": born}]
    home = {"address_raw": "龙泉1号", "is_local": True, "town": "明水", "community": "龙泉", "dwelling_key": "k1"}
    house.deliver(
        N1, "a.csv",
        [{**POLICE, **each, "household_no": each["record_key"], "residence_address_raw": "龙泉1号"} for each in people],
        [home],
    )  # fmt: skip
    house.assign(N1)
    house.build(TRUST)
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    found = build_statistics(house.con, 1)["stat_service"]
    assert [row["count"] for row in rows(found, category="empty_nest")] == nests


def test_small_counts_are_null_and_said_to_be_hidden(town):
    for table in build_statistics(town.con, 5).values():
        for row in table.to_pylist():
            assert (row["count"] is None) == row["is_hidden"]
            assert row["count"] in (None, 0) or row["count"] >= 5


def test_who_is_registered_elsewhere_than_seen(house):
    """In another community, another town, outside of the county; not where the community is unknown."""
    place = {"is_local": True, "town": "明水"}
    addresses = [
        {"address_raw": "龙泉1号", "community": "龙泉", "dwelling_key": "k1", **place},
        {"address_raw": "龙泉2号", "community": "龙泉", "dwelling_key": "k2", **place},
        {"address_raw": "百脉1号", "community": "百脉", "dwelling_key": "k3", **place},
        {"address_raw": "某路3号", "dwelling_key": "k4", **place},
        {"address_raw": "双山某处", "dwelling_key": "k5", **place, "town": "双山"},
        {"address_raw": "杭州", "is_local": False, "division_code": "330100"},
    ]
    people = [
        {**POLICE, "name": f"甲{n}", "record_key": f"{n}", "household_no": f"{n}", "registered_address_raw": "龙泉1号",
         "residence_address_raw": residence}
        for n, residence in enumerate(["龙泉2号", None, "百脉1号", "双山某处", "杭州", "某路3号"])
    ]  # fmt: skip
    house.deliver(N1, "a.csv", people, addresses)
    house.assign(N1)
    house.build([*TRUST, ("public_security", "register", "registered_address", 1)])
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    found = build_statistics(house.con, 1)["stat_registered"]
    assert [rows(found, is_separated=each)[0]["count"] for each in ("false", "true")] == [3, 3]
    assert [rows(found, destination=each)[0]["count"] for each in ("here", "33")] == [5, 1]


@pytest.fixture(params=range(4))
def county(house, request):
    """Some eighty people of a small county, seen by several departments, some of them floating."""
    rng = random.Random(request.param)  # noqa: S311 - no secret
    towns = ["明水"] * 6 + ["双山"] * 3 + ["龙山"]
    addresses = [
        {"address_raw": f"{town}{n}", "is_local": True, "town": town, "community": f"{town}{n}",
         "dwelling_key": f"{town}{n}"}
        for town in sorted(set(towns)) for n in range(3)
    ]  # fmt: skip
    files, clusters = {name: [] for name in ("public_security", "grid", "hrss", "tax")}, []
    for person in range(80):
        home = f"{rng.choice(towns)}{rng.randrange(3)}"
        here = rng.random() < 0.7
        number = f"{'37' if here else rng.choice(['41', '32'])}0114199001{person:02d}0017"
        common = {"name": f"甲{person}", "record_key": f"{person}", "citizen_id": number, "residence_address_raw": home}
        seen = {"public_security"} if here else {"grid"}
        seen |= {name for name, share in (("grid", 0.6), ("hrss", 0.3), ("tax", 0.05)) if rng.random() < share}
        for department in seen:
            register = {"household_no": str(person)} if department == "public_security" else {}
            files[department].append({"department": department, "extract": "all", **common, **register})
        clusters.append([(department, len(files[department])) for department in seen])
    numbers = {name: house.deliver(N1, f"{name}.csv", rows, addresses) for name, rows in files.items() if rows}
    merged = [{(numbers[name] << 34) + (row << 6) for name, row in cluster} for cluster in clusters]
    house.assign(N1, *merged)
    house.build([(name, "all", a, 1) for name in files for a in ("household_no", "residence_address", "citizen_id")])
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    return build_statistics(house.con, 5)


def test_tables_tell_nothing_of_each_others_hidden_counts(county):
    population, origin = county["stat_population"], county["stat_floating_origin"]
    registered = county["stat_registered"]
    assert any(row["is_hidden"] for row in origin.to_pylist())
    for town in {row["town"] for row in population.to_pylist()} - {None}:
        for kind, parts in (
            ("floating", rows(origin, town=town)),
            ("registered", [row for row in registered.to_pylist() if row["residence_town"] == town]),
        ):
            total = rows(population, town=town, population=kind)
            assert [row["is_hidden"] for row in (*total, *parts)].count(True) != 1, (town, kind)


def test_departments_tell_nothing_of_combinations(county):
    combinations = [row for row in county["stat_coverage"].to_pylist() if row["departments"]]
    assert any(row["is_hidden"] for row in combinations)
    for total in county["stat_department"].to_pylist():
        parts = [row for row in combinations if total["department"] in row["departments"].split(" + ")]
        assert [row["is_hidden"] for row in (total, *parts)].count(True) != 1, total


MEMBERS = {
    "single": ["02"],
    "couple": ["02", "10"],
    "parents_and_children": ["02", "10", "20"],
    "three_generations": ["02", "10", "20", "50"],
    "grandparents_and_grandchildren": ["02", "40"],
    "other_relatives": ["02", "10", "70"],
}


def households(house, *numbered):
    """Households of a type, a size (of which children make up what the type does not) and a number."""
    people = [
        {**POLICE, "household_no": f"{kind}{size}-{n}", "relation_to_head_code": code}
        for kind, size, number in numbered for n in range(number)
        for code in [*MEMBERS[kind], *["20"] * (size - len(MEMBERS[kind]))]
    ]  # fmt: skip
    house.deliver(N1, "a.csv", [{**each, "record_key": f"{n}", "name": f"甲{n}"} for n, each in enumerate(people)])
    house.assign(N1)
    house.build([*TRUST, ("public_security", "register", "relation_to_head", 1)])
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    return build_statistics(house.con, 5)


def most(tables, *identities):
    """For each hidden count the most that it can be, for all who add up what the tables show, and know identities.

    An identity is a list of (weight, name of a table, dimensions) that add up to zero; weighted cells that no table has
    count nothing, and where one has a class `10+`, the sum may be less.
    """
    cells = {
        (name, *((d, row[d]) for d in table.column_names if row[d] is not None and d not in ("count", "is_hidden"))):
        row["count"] for name, table in tables.items() for row in table.to_pylist()
    }  # fmt: skip
    sums = [[(weight, (name, *where.items())) for weight, name, where in identity] for identity in identities]
    for name, *values in cells:
        wider = [c[1:] for c in cells if c[0] == name and set(values) < set(c[1:])]
        for dimensions in {tuple(d for d, _ in each) for each in wider}:
            parts = [each for each in wider if tuple(d for d, _ in each) == dimensions]
            sums.append([(-1, (name, *values)), *((1, (name, *each)) for each in parts)])
    unknown = {cell: n for n, cell in enumerate(c for c, count in cells.items() if count is None)}
    matrix, known, lower = np.zeros((len(sums), len(unknown))), np.zeros(len(sums)), np.zeros(len(sums))
    for n, each in enumerate(sums):
        for weight, cell in each:
            if cell in unknown:
                matrix[n, unknown[cell]] += weight
            else:
                known[n] += weight * cells.get(cell, 0)
            if ("member_count", "10+") in cell and cell in cells and weight == 10:
                lower[n] = -np.inf
    add_up = LinearConstraint(matrix, lower - known, -known)
    found = {}
    for cell, n in unknown.items():
        aim = np.zeros(len(unknown))
        aim[n] = -1
        end = milp(aim, constraints=add_up, integrality=np.ones(len(unknown)), bounds=Bounds(1, 10_000))
        assert end.success, end.message
        found[cell] = -end.fun
    return found


ALONE = [(1, "stat_household", {"household_type": "single"}), (-1, "stat_household", {"member_count": "1"})]
EMPTY = [(1, "stat_dwelling", {"occupancy": "empty"}), (-1, "stat_dwelling", {"residents": "0"})]
MEMBERSHIP = [
    (-1, "stat_registered", {}),
    *((size, "stat_household", {"member_count": "10+" if size == 10 else str(size)}) for size in range(1, 11)),
]


@pytest.mark.parametrize(
    "numbered",
    [
        [("single", 1, 7), ("couple", 2, 40), ("parents_and_children", 3, 60), ("three_generations", 4, 20),
         ("grandparents_and_grandchildren", 2, 3), ("other_relatives", 3, 30)],
        [("single", 1, 20), ("couple", 2, 30), ("parents_and_children", 3, 40), ("parents_and_children", 5, 3),
         ("parents_and_children", 6, 7)],
        [("single", 1, 7), ("couple", 2, 30), ("parents_and_children", 3, 40), ("parents_and_children", 8, 3),
         ("parents_and_children", 10, 1)],
        [("single", 1, 7), ("couple", 2, 2), ("parents_and_children", 9, 2), ("three_generations", 5, 30)],
    ],
    ids=["a type and a size are the same", "persons by size", "no more than the open class allows", "whole numbers"],
)  # fmt: skip
def test_households_by_type_and_by_size_tell_nothing_of_each_other(house, numbered):
    tables = households(house, *numbered)
    told = {name: tables[name] for name in ("stat_household", "stat_registered")}
    found = most(told, ALONE, MEMBERSHIP)
    assert found and min(found.values()) >= 5, found


def test_empty_dwellings_tell_nothing_of_their_use(house):
    """Thirty lived in by their owners, three by others; seven are empty."""
    people = [
        *({"role": "owner", "dwelling_address_raw": f"自{n}", "residence_address_raw": f"自{n}"} for n in range(30)),
        *({"residence_address_raw": f"住{n}"} for n in range(3)),
        *({"role": "owner", "dwelling_address_raw": f"空{n}"} for n in range(7)),
    ]
    places = sorted({place for each in people for name, place in each.items() if name != "role"})
    addresses = [{"address_raw": place, "is_local": True, "town": "明水", "dwelling_key": place} for place in places]
    named = [{**POLICE, **each, "record_key": f"{n}", "name": f"甲{n}"} for n, each in enumerate(people)]
    house.deliver(N1, "a.csv", named, addresses)
    house.assign(N1)
    house.build(TRUST)
    house.entities(N1)
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    found = most({"stat_dwelling": build_statistics(house.con, 5)["stat_dwelling"]}, EMPTY)
    assert found and min(found.values()) >= 5, found


def test_an_empty_base_has_no_counts(house):
    house.con.execute("SET VARIABLE wh_night = DATE '2026-11-01'")
    for name, table in build_statistics(house.con, 5).items():
        assert name in load_statistics().statistics
        assert sum(row["count"] or 0 for row in table.to_pylist()) == 0
