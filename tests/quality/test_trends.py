"""Measures of nights, and when one of them is a drift."""

from datetime import date, timedelta

import duckdb
import pytest

from quality.engine import run_suites
from quality.trends import compare_night, LEAST_NIGHTS, measure_night, MEASURES, read_trends, trend_suite
from warehouse.schema import migrate

FIRST = date(2026, 9, 1)


@pytest.fixture
def con():
    con = duckdb.connect()
    migrate(con)
    yield con
    con.close()


def state(con, metric, values, item="", size=1000):
    """The state of the last of some nights. A dict is a distribution."""
    for number, value in enumerate(values):
        for name, part in value.items() if isinstance(value, dict) else [("", value)]:
            con.execute(
                "INSERT INTO night_metric VALUES ($1, $2, 'tax', 'pay', $3, $4, $5)",
                [FIRST + timedelta(days=number), metric, f"{item}={name}" if name else item, part, size],
            )
    compare_night(con, night_of(values))
    [(found,)] = con.execute("SELECT state FROM night_trend WHERE night = $1", [night_of(values)]).fetchall()
    return found


def night_of(values):
    return FIRST + timedelta(days=len(values) - 1)


STEADY = [1000, 1030, 980, 1010, 990, 1000, 1020, 1005]
SEXES = [{"1": 0.5, "2": 0.48, "9": 0.02}, {"1": 0.51, "2": 0.47, "9": 0.02}] * 4


@pytest.mark.parametrize(
    ("metric", "before", "tonight", "expected"),
    [
        ("rows", STEADY, 1250, "usual"),
        ("rows", STEADY, 500, "drift"),
        ("rows", STEADY, 2100, "drift"),
        ("rows", [200_000, *STEADY], 990, "usual"),  # the first full delivery is no measure for the others
        ("rows", [3, 0, 1, 2, 4, 1, 2, 3], 7, "usual"),  # by chance
        ("filled", [0.98] * 8, 0.95, "usual"),
        ("filled", [0.98] * 8, 0.5, "drift"),
        ("understood", [1.0] * 8, 0.9, "drift"),
        ("id_churn", [0.0005] * 8, 0.0008, "usual"),
        ("id_churn", [0.0005] * 8, 0.009, "drift"),
    ],
)
def test_a_measure_is_compared_with_its_own_nights(con, metric, before, tonight, expected):
    assert state(con, metric, [*before, tonight]) == expected


@pytest.mark.parametrize(("size", "expected"), [(20, "usual"), (2000, "drift")])
def test_a_rate_of_few_may_differ_by_chance(con, size, expected):
    assert state(con, "linked_rate", [0.9] * 8 + [0.8], size=size) == expected


@pytest.mark.parametrize(
    ("tonight", "expected"),
    [
        ({"1": 0.49, "2": 0.5, "9": 0.01}, "usual"),
        ({"1": 0.1, "2": 0.88, "9": 0.02}, "drift"),
        ({"1": 0.02, "2": 0.02, "9": 0.96}, "drift"),
        ({"男": 1.0}, "drift"),
    ],
)
def test_codes_are_compared_as_a_distribution(con, tonight, expected):
    assert state(con, "codes", [*SEXES, tonight], item="sex_code") == expected


def test_a_distribution_of_few_is_not_compared(con):
    assert state(con, "codes", [*SEXES, {"1": 1.0}], item="sex_code", size=20) == "too_early"


def test_with_few_nights_nothing_is_decided(con):
    assert state(con, "rows", [*STEADY[: LEAST_NIGHTS - 1], 1]) == "too_early"
    night = night_of(STEADY[:LEAST_NIGHTS])
    assert "rows_as_usual" in read_trends(con, night).undecided
    assert all(result.passed for result in run_suites(con, [trend_suite()], night))


def test_more_churn_than_the_budget_is_a_drift_from_the_first_night_on(con):
    assert state(con, "id_churn", [0.02]) == "drift"
    [result] = [each for each in run_suites(con, [trend_suite()], FIRST) if not each.passed]
    assert (result.name, result.severity, result.failed_count) == ("id_churn_as_usual", "warn", 1)
    found = read_trends(con, FIRST)
    assert "id_churn_as_usual" not in found.undecided and found.drifts[0].startswith("id_churn tax/pay: 0.02")


def test_nights_of_the_same_weekday_count_alone_when_there_are_enough(con):
    """Mondays bring ten times as much: no drift, once one was seen; and on a Tuesday it is one."""
    weekly = [1000 if (FIRST + timedelta(days=n)).weekday() == 0 else 100 for n in range(42)]
    for monday in [n for n, rows in enumerate(weekly) if rows == 1000][1:]:
        con.execute("DELETE FROM night_metric")
        assert state(con, "rows", weekly[: monday + 1]) == "usual"
    con.execute("DELETE FROM night_metric")
    assert state(con, "rows", [*weekly[: monday + 1], 1000]) == "drift"


def test_a_night_is_measured_as_it_is(population):
    population.execute("CREATE TABLE match_pair (odds DOUBLE); INSERT INTO match_pair VALUES (-9), (50)")
    population.execute(
        "ALTER TABLE person ADD COLUMN department_count INT; ALTER TABLE person ADD COLUMN mention_count INT"
    )
    population.execute("ALTER TABLE person ADD COLUMN first_night DATE")
    population.execute("UPDATE person SET department_count = 1, mention_count = 1, first_night = DATE '2026-11-01'")
    population.execute("CREATE TABLE std_address (address_raw TEXT, town TEXT)")
    population.execute("DROP TABLE night_trend")
    names = ("night_metric", "night_trend")
    with duckdb.connect() as template:
        migrate(template)
        for name in names:
            population.execute(
                template.execute("SELECT sql FROM duckdb_tables() WHERE table_name = $1", [name]).fetchone()[0]
            )
    for _ in range(2):
        measure_night(population, date(2026, 11, 1))
    found = dict(
        population.execute(
            "SELECT metric || item, value FROM night_metric WHERE item IN ('', 'sex', 'phone', 'sex_code=1')"
        ).fetchall()
    )
    assert found == {
        "rows": 4, "quarantine_rate": 0.25, "filledsex": 1, "filledphone": 0, "codessex_code=1": 1, "linked_rate": 0,
        "new_person_rate": 1, "persons": 3, "households": 1, "id_churn": 0,
    }  # fmt: skip
    compare_night(population, date(2026, 11, 1))
    assert population.execute("SELECT DISTINCT state FROM night_trend").fetchall() == [("too_early",)]
    assert set(read_trends(population, date(2026, 11, 1)).undecided) == {f"{each.name}_as_usual" for each in MEASURES}
