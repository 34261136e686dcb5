"""A small fictitious city, generated once, and homes to merge it in."""

import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.home import Home
from pipelines.terminal import Exit
from sources.synth.generate import generate

NIGHTS = (date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3))
PEOPLE = 300


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    generate(PEOPLE, 5, len(NIGHTS), folder, NIGHTS[0])
    return folder


def deliver(city: Path, home: Home, number: int) -> None:
    shutil.copytree(city / f"night_{number:03}", home.intake, dirs_exist_ok=True)


def popbase(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


def run(home: Home, night: date, *options: str):
    return popbase("run", "--home", home.root, "--night", night, *options)


def query(home: Home, sql: str) -> list[tuple]:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{home.base}' AS base (READ_ONLY)")
        con.execute("USE base")
        return con.execute(sql).fetchall()


def published(home: Home) -> dict[str, list[tuple]]:
    """All that a reader sees of persons and crosswalk."""
    place = "night, department, file, row_number, role"
    return {
        "person": query(home, "SELECT * FROM person ORDER BY person_id"),
        "crosswalk": query(
            home, f"SELECT person_id, {place}, * EXCLUDE (person_id, {place}) FROM crosswalk ORDER BY ALL"
        ),
    }


def mention(row: tuple) -> tuple:
    """The place of a row of `published()["crosswalk"]`."""
    return row[1:6]


@pytest.fixture(scope="session")
def home_after(city, tmp_path_factory):
    """Homes after the first nights of the city, which are merged once: `home_after(nights, folder)` is a copy."""
    made = [Home(tmp_path_factory.mktemp("after") / "home").prepare()]

    def copy(nights: int, folder: Path) -> Home:
        while len(made) <= nights:
            made.append(copy(len(made) - 1, tmp_path_factory.mktemp("after")))
            deliver(city, made[-1], len(made) - 2)
            result = run(made[-1], NIGHTS[len(made) - 2])
            assert result.exit_code in (Exit.OK, Exit.FILES_REFUSED), result.output
        return Home(shutil.copytree(made[nights].root, folder / "home", symlinks=True))

    return copy


@pytest.fixture(scope="session")
def end_to_end():
    """The helpers of this module, which tests cannot import by name (import mode importlib)."""
    return sys.modules[__name__]
