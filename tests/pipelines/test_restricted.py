"""Identified look-ups through the command line: for a purpose, logged, and nowhere else to be seen."""

import json
import os
import pwd
from datetime import date

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.merge import KEY_FILE
from pipelines.terminal import Exit
from warehouse.database import warehouse_session
from warehouse.identity_key import check_identity_key, warehouse_key
from warehouse.projects import load_projects
from warehouse.pseudonyms import create_pseudonyms

A, B = (f"P{letter * 25}" for letter in "AB")
NAME, NUMBER, PHONE = "佟金丝雀", "370114199001010014", "13987650123"
PURPOSE = "核对低保申请人的身份"
N1 = date(2026, 11, 1)


@pytest.fixture
def filled(home):
    with warehouse_session(home.database) as con:
        check_identity_key(con, warehouse_key(con, home.warehouse / KEY_FILE))
        for number, (person, name) in enumerate(((A, NAME), (B, "乙")), start=1):
            con.execute(
                """
                INSERT INTO person_version BY NAME SELECT $1 AS person_id, $2 AS name, $3 AS phone,
                    false AS is_deceased, false AS is_floating, true AS has_current_record, 1 AS department_count,
                    ['tax'] AS departments, 1 AS mention_count, $4::DATE AS first_night, $4::DATE AS last_night,
                    $4::DATE AS from_night
                """,
                [person, name, PHONE, N1],
            )
            con.execute("INSERT INTO person_key VALUES ($1, $2, $3, NULL)", [person, number, N1])
            con.execute(
                "INSERT INTO crosswalk_version"
                " VALUES ($1, 'tax', 'pay', 'tax/a.csv', $2, 'self', 'r', 1, $3, true, $2, $3, NULL)",
                [person, number, N1],
            )
            con.execute(
                "INSERT INTO person_attribute_version"
                " VALUES ($1, 'name', $2, 'tax', 'pay', 'tax/a.csv', $3, 'self', $4, NULL, 1, 0, $4, NULL)",
                [person, name, number, N1],
            )
        con.execute("INSERT INTO std_mention BY NAME SELECT 1 AS mention_id, $1 AS citizen_id", [NUMBER])
    return home


def popbase(home, *arguments, typed=None):
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)], input=typed, env={"COLUMNS": "200"})


def test_the_actor_is_the_account_not_what_the_environment_says(filled, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody_else")
    popbase(filled, "lookup", A, "--purpose", PURPOSE)
    with warehouse_session(filled.database, read_only=True) as con:
        assert con.execute("SELECT actor FROM access_log").fetchall() == [(pwd.getpwuid(os.getuid()).pw_name,)]


def test_a_record_of_a_project_leads_to_its_row(filled):
    filled.projects.write_text("projects: {research: {}}")
    with warehouse_session(filled.database) as con:
        research = load_projects(con, filled.projects, filled.warehouse).usable[1]
        create_pseudonyms(con, research.key, records=True)
        query = "SELECT pseudonym FROM _wh_record_pseudonym WHERE row_number = 2"
        [(record,)] = con.execute(query).fetchall()
    told = popbase(filled, "record", record)
    assert told.exit_code == Exit.OK and "tax/a.csv" in told.output and NAME not in told.output
    assert popbase(filled, "record", "r0").exit_code == Exit.USAGE


def log(home):
    with warehouse_session(home.database, read_only=True) as con:
        return con.execute("SELECT action, purpose, person_id FROM access_log ORDER BY entry_id").fetchall()


def test_a_person_is_shown_and_the_look_up_logged(filled):
    shown = popbase(filled, "lookup", A, "--purpose", PURPOSE)
    assert shown.exit_code == Exit.OK and NAME in shown.output and PHONE in shown.output
    assert log(filled) == [("lookup", PURPOSE, A)]


def test_a_citizen_number_is_typed_without_an_echo(filled):
    shown = popbase(filled, "lookup", "--purpose", PURPOSE, typed=f"{NUMBER}\n")
    assert shown.exit_code == Exit.OK and NAME in shown.output and NUMBER not in shown.output
    assert log(filled) == [("lookup", PURPOSE, A)]


def test_an_analysts_pseudonym_leads_to_the_person(filled):
    with warehouse_session(filled.database) as con:
        [project] = load_projects(con, filled.projects, filled.warehouse).usable
        create_pseudonyms(con, project.key)
        [(pseudonym,)] = con.execute("SELECT pseudonym FROM _wh_pseudonym WHERE id = $1", [A]).fetchall()
    assert NAME in popbase(filled, "lookup", pseudonym, "--purpose", PURPOSE).output


@pytest.mark.parametrize("purpose", ["", "查"])
def test_without_a_purpose_nothing_is_shown(filled, purpose):
    refused = popbase(filled, "lookup", A, "--purpose", purpose)
    assert refused.exit_code == Exit.USAGE and NAME not in refused.output
    assert log(filled) == []


def test_who_is_not_found_is_logged_too(filled):
    assert popbase(filled, "lookup", "P9", "--purpose", PURPOSE).exit_code == Exit.USAGE
    assert log(filled) == [("lookup", PURPOSE, None)]


def test_all_that_is_held_is_written_for_the_asker_alone(filled, tmp_path):
    out = tmp_path / "held.json"
    assert popbase(filled, "subject", A, "--purpose", PURPOSE, "--out", str(out)).exit_code == Exit.OK
    [held] = json.loads(out.read_text(encoding="utf-8"))
    assert held["person"][0]["name"] == NAME and held["looked_at"][0]["purpose"] == PURPOSE
    assert "乙" not in out.read_text(encoding="utf-8")
    assert out.stat().st_mode & 0o777 == 0o600
    assert popbase(filled, "subject", A, "--purpose", PURPOSE, "--out", str(out)).exit_code == Exit.FAILED


def test_a_changed_log_is_found(filled):
    for _ in range(2):
        popbase(filled, "lookup", A, "--purpose", PURPOSE)
    assert popbase(filled, "audit", "verify").exit_code == Exit.OK
    with warehouse_session(filled.database) as con:
        con.execute("UPDATE access_log SET person_id = $1 WHERE entry_id = 1", [B])
    broken = popbase(filled, "audit", "verify")
    assert broken.exit_code == Exit.FAILED and "entry 1" in broken.output


def test_a_correction_is_asked_for_listed_and_closed(filled):
    asked = ["correction", "request", "name", "--person", A, "--why", "户口簿上是另一个字"]
    assert popbase(filled, *asked, typed="佟金雀\n").exit_code == Exit.OK
    listed = popbase(filled, "correction", "list")
    assert "tax/a.csv" in listed.output and NAME not in listed.output
    assert popbase(filled, "correction", "close", "1", "--outcome", "已转税务").exit_code == Exit.OK
    assert "nothing waits" in popbase(filled, "correction", "list").output
    assert popbase(filled, "correction", "close", "1", "--outcome", "x").exit_code == Exit.USAGE


def test_a_project_is_given_another_key(filled):
    with warehouse_session(filled.database) as con:
        [before] = load_projects(con, filled.projects, filled.warehouse).usable
    assert popbase(filled, "project", "rotate", "default").exit_code == Exit.OK
    with warehouse_session(filled.database) as con:
        [after] = load_projects(con, filled.projects, filled.warehouse).usable
    assert before.key != after.key
    assert popbase(filled, "project", "rotate", "nobody").exit_code == Exit.USAGE
