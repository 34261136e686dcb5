"""A published base made from the one before it: which rows have to be written again. Writes none of them.

A row of a published table is what the versions of one person, dwelling, employer or household say, so only what has
versions that began or ended since can differ. What cannot be reckoned so makes a base be written whole: other terms,
another program, a purge, the same night merged again, or so much that differs that the file would be full of holes.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

import duckdb

from warehouse.projects import Project
from warehouse.published_tables import declaration_sha256, Publication
from warehouse.schema import load_migrations
from warehouse.statements import identifier, number

Sums = tuple[int, int]
"""Of a table: its rows, and the sum of their hashes, to which rows can be added and from which they can be taken."""

TOUCHED: Final = "_wh_renewed"
"""Temporary table (id): what may be published otherwise than before."""

NIGHT: Final = "night"
"""What tables are renewed by to which each night only adds rows."""

_VERSIONS: Final = {
    "crosswalk_version": "person_id",
    "person_version": "person_id",
    "person_attribute_version": "person_id",
    "person_runner_up_version": "person_id",
    "person_dwelling_version": "person_id",
    "person_employment_version": "person_id",
    "person_relation_version": "person_id",
    "household_member_version": "person_id",
    "household_version": "household_id",
    "dwelling_version": "dwelling_id",
    "employer_version": "employer_id",
}

_IDS: Final = ("person", "household", "dwelling", "employer")
"""The published tables of all things that have an id."""

_PROGRAM: Final = (
    "file_names.py", "identity_key.py", "pseudonyms.py", "published_tables.py",
    "sql/keyed_id.sql", "sql/person_seen.sql", "sql/statuses.sql",
)  # fmt: skip
"""What makes the rows of what is declared: by others all of them are made anew."""

_OF_ALL: Final = 5
"""Written whole when one in so many of all ids was written again since it last was."""


@dataclass(frozen=True)
class Before:
    """The base to go on from: its tables' sums, and how many ids are written again since one was written whole."""

    sums: dict[str, Sums]
    renewed: int


def basis(con: duckdb.DuckDBPyConnection, publication: Publication, project: Project, night: date) -> str:
    """A digest of what all rows depend on; as long as it is the same, later nights only add and end versions.

    Args:
        con: the warehouse.
        publication: what is published.
        project: for whom.
        night: of the base that others are to go on from.
    """
    merges = con.execute("SELECT epoch_us(merged_at), merges FROM night WHERE night = $1", [night]).fetchall()
    purges = number(con, "SELECT count(*) FROM purge")
    texts = [program_text(name) for name in _PROGRAM]
    program = (duckdb.__version__, len(load_migrations()), declaration_sha256(publication), texts)
    return hashlib.sha256(f"{program} {project.terms} {night} {merges} {purges}".encode()).hexdigest()


def program_text(name: str) -> str:
    """A part of the program by its path in this room."""
    return resources.files("warehouse").joinpath(name).read_text(encoding="utf-8")


def find_before(
    con: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any] | None,
    publication: Publication,
    project: Project,
    night: date,
) -> Before | None:
    """The base that readers see, if that of a night can go on from it: then TOUCHED is made.

    Args:
        con: the warehouse.
        manifest: of the base that readers see.
        publication: what is published.
        project: for whom.
        night: to be published.
    """
    if manifest is None or (last := date.fromisoformat(manifest["night"])) >= night:
        return None
    if manifest.get("basis") != basis(con, publication, project, last):
        return None
    con.execute("SET VARIABLE wh_last_published = $1::DATE", [last])
    since = "from_night > getvariable('wh_last_published') OR to_night > getvariable('wh_last_published')"
    versions = " UNION ".join(f"SELECT {key} AS id FROM {table} WHERE {since}" for table, key in _VERSIONS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} AS {versions}")
    renewed = int(manifest["renewed"]) + number(con, f"SELECT count(*) FROM {TOUCHED}")
    rows: dict[str, int] = manifest["rows"]
    if renewed * _OF_ALL > sum(rows[table] for table in _IDS):
        return None
    return Before({name: (rows[name], manifest["sums"][name]) for name in rows}, renewed)


def among(column: str, ids: str = "id", table: str = TOUCHED) -> str:
    """The condition over rows `t` that leaves out those that cannot differ.

    Args:
        column: by which the table is renewed.
        ids: the column of the touched ids as the rows have them.
        table: in which they are.
    """
    if column == NIGHT:
        return "t.night > getvariable('wh_last_published')"
    return f"t.{identifier(column)} IN (SELECT {ids} FROM {table})"
