"""Signs of wrong clusters, counted from records that have them."""

from datetime import date, timedelta

import duckdb
import pytest

from matching.state import create_state
from quality.figures import read_figures
from warehouse.schema import migrate

NIGHT = date(2026, 11, 1)
FIRST, SECOND = "110101199003070011", "11010119900307002X"
BORN = date(1990, 3, 7)


@pytest.fixture
def con():
    con = duckdb.connect()
    migrate(con)
    create_state(con)
    con.execute("INSERT INTO night (night, status, opened_at, merged_at) VALUES ($1, 'merged', now(), now())", [NIGHT])
    yield con
    con.close()


def know(con, person, records, *, department="tax", is_current=True):
    """A person, and what records (citizen_id, birth_date, sex_code) say of them."""
    con.execute(
        "INSERT INTO person_version BY NAME SELECT $1 AS person_id, '王晓' AS name, $2::DATE AS birth_date, 'door' AS"
        " residence_dwelling_key, false AS is_deceased, true AS has_current_record, [$3] AS departments,"
        " 1 AS department_count, 1 AS mention_count, false AS is_floating, $4::DATE AS first_night,"
        " $4::DATE AS last_night, $4::DATE AS from_night",
        [person, records[0][1], department, NIGHT],
    )
    for citizen_id, born, sex in records:
        [(number,)] = con.execute("SELECT count(*) + 1 FROM std_mention").fetchall()
        con.execute(
            "INSERT INTO std_mention BY NAME SELECT $1::BIGINT AS mention_id, 1 AS delivery_id, $2 AS department,"
            " 'pay' AS extract, $1::INTEGER AS row_number, $1::INTEGER AS line_number, 'self' AS role,"
            " 'citizen18' AS citizen_id_kind, $3 AS citizen_id, $4::DATE AS birth_date, $5 AS sex_code",
            [number, department, citizen_id, born, sex],
        )
        con.execute(
            "INSERT INTO crosswalk_version BY NAME SELECT $1 AS person_id, $2 AS department, 'pay' AS extract,"
            " 'f.csv' AS file, $3::INTEGER AS row_number, 'self' AS role, 'founder' AS match_rule,"
            " 1.0 AS match_probability, $4::DATE AS night, $5::BOOLEAN AS is_current, $3::BIGINT AS mention_id,"
            " $4::DATE AS from_night",
            [person, department, number, NIGHT, is_current],
        )


def signs(con):
    """Each sign with how many have it, and the same by department; nothing of it stays behind."""
    figures = read_figures(con, NIGHT)
    left = "SELECT table_name FROM duckdb_tables() UNION ALL SELECT type_name FROM duckdb_types()"
    assert con.execute(f"SELECT * FROM ({left}) AS t (name) WHERE starts_with(name, 'check_')").fetchall() == []
    found = {row["sign"]: row["found"] for row in figures.clusters if row["found"]}
    return found, {(row["department"], row["sign"]): row["persons"] for row in figures.doubts}


def days(count):
    return [(FIRST, BORN + timedelta(days=n), "1") for n in range(count)]


@pytest.mark.parametrize(
    ("records", "sign"),
    [
        ([(FIRST, BORN, "1"), (None, BORN, "1")], None),
        ([(FIRST, BORN, "1"), (SECOND, BORN, "1")], "several_numbers"),
        (days(2), None),
        (days(3), "several_births"),
        ([(FIRST, BORN, "1"), (FIRST, BORN, "9")], None),
        ([(FIRST, BORN, "1"), (FIRST, BORN, "2")], "both_sexes"),
        ([(FIRST, BORN, "1")] * 30, None),
        ([(FIRST, BORN, "1")] * 31, "very_many_records"),
    ],
)
def test_a_sign_is_seen(con, records, sign):
    know(con, "P1", records)
    assert signs(con) == (({sign: 1}, {("tax", sign): 1}) if sign else ({}, {}))


def test_of_nobody_there_is_no_sign(con):
    assert signs(con) == ({}, {})


def test_records_that_are_not_current_are_no_sign(con):
    know(con, "P1", [(FIRST, BORN, "1"), (SECOND, BORN, "2")], is_current=False)
    assert signs(con) == ({}, {})


def test_persons_who_are_alike_are_told_as_pairs_and_by_department(con):
    for number in range(3):
        know(con, f"P{number}", [(FIRST, BORN, "1")], department="tax" if number else "grid")
    assert signs(con) == ({"alike_and_apart": 3}, {("grid", "alike_and_apart"): 1, ("tax", "alike_and_apart"): 2})
