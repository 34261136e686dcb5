"""Identified look-ups in the restricted warehouse: each is written to the access log before anything is shown."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, UTC
from pathlib import Path
from typing import Any

import duckdb

from pipelines.home import Home
from pipelines.merge import KEY_FILE
from pipelines.writer import hold_reader, hold_writer, process_owner
from warehouse.access import LogState, record_access, verify_log
from warehouse.database import transaction, warehouse_session
from warehouse.identity_key import warehouse_key
from warehouse.projects import declared_projects, known_projects, rotate_project_key
from warehouse.pseudonyms import find_person
from warehouse.subject import close_correction, find_persons, held_on, open_corrections, request_correction

PATIENCE_SECONDS = 5.0


def look_up(home: Home, given: str, purpose: str) -> list[dict[str, Any]]:
    """The golden records of those whom an id, a pseudonym or a citizen number means."""
    return [held["person"][0] for held in _held(home, given, "lookup", purpose) if held["person"]]


def export_subject(home: Home, given: str, purpose: str, out_file: Path) -> int:
    """Write all that is held on a person into a file for its owner alone; how many persons were found."""
    held = _held(home, given, "subject", purpose)
    if held:
        text = json.dumps(held, ensure_ascii=False, indent=1, default=str) + "\n"
        handle = os.open(out_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
    return len(held)


def ask_correction(home: Home, given: str, attribute: str, value: str | None, reason: str) -> list[int]:
    """Take down requests for correction, one for each person found; their numbers."""
    with _writing(home) as con, transaction(con):
        now = datetime.now(UTC)
        return [
            request_correction(con, person, attribute, value, reason=reason, by=process_owner(), at=now)
            for person in _persons(con, home, given)
        ]


def waiting_corrections(home: Home) -> list[tuple[Any, ...]]:
    """Requests for correction that wait."""
    with hold_reader(home), warehouse_session(home.database, read_only=True) as con:
        return open_corrections(con)


def end_correction(home: Home, request_id: int, outcome: str) -> None:
    """Note how a request for correction ended."""
    with _writing(home) as con, transaction(con):
        close_correction(con, request_id, outcome=outcome, by=process_owner(), at=datetime.now(UTC))


def rotate_project(home: Home, name: str) -> bool:
    """Give a project a new key; whether there is such a project."""
    with _writing(home) as con, transaction(con):
        if name not in declared_projects(home.projects):
            return False
        rotate_project_key(con, home.warehouse, name)
    return True


def verify_access(home: Home) -> LogState:
    """Whether the access log is as it was written."""
    with hold_reader(home), warehouse_session(home.database, read_only=True) as con:
        return verify_log(con, warehouse_key(con, home.warehouse / KEY_FILE))


def _held(home: Home, given: str, action: str, purpose: str) -> list[dict[str, list[dict[str, Any]]]]:
    with _writing(home) as con:
        key = warehouse_key(con, home.warehouse / KEY_FILE)
        with transaction(con):
            persons = _persons(con, home, given)
            for person in (*persons, *(() if persons else (None,))):
                record_access(con, key, actor=process_owner(), action=action, purpose=purpose, person_id=person)
        return [held_on(con, person) for person in persons]


def _persons(con: duckdb.DuckDBPyConnection, home: Home, given: str) -> list[str]:
    projects = known_projects(con, home.projects, home.warehouse).usable
    own = (find_person(con, project.key, given) for project in projects)
    return find_persons(con, next((found for found in own if found), given))


@contextmanager
def _writing(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with hold_writer(home, wait_seconds=PATIENCE_SECONDS), warehouse_session(home.database) as con:
        yield con
