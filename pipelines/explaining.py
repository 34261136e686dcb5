"""`popbase explain`: what the linkage says of a person or of two, with the ids and the records of the warehouse.

Values of persons are masked as soon as they are read, unless the operator asks for clear ones. Not here: the reasons
themselves (`matching.explain`), nor how they are shown (`pipelines.show_explain`, `pipelines.explain_page`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

import duckdb

from matching.explain import clusters_of, explain_cluster, explain_clusters, first_records
from matching.explanation import ClusterExplanation, Encounter, Judgement, RULES
from matching.spec import RELATIVES
from matching.waterfall import Step
from pipelines.errors import PipelinesError, QuestionError
from pipelines.home import Home
from pipelines.show_review import mask_value
from pipelines.writer import hold_reader
from warehouse.database import warehouse_session
from warehouse.file_names import shown_file
from warehouse.matching_input import spell_keys
from warehouse.projects import known_projects
from warehouse.pseudonyms import find_person, find_record

PERSON_ID: Final = re.compile("P[0-9A-Z]{25}")
PSEUDONYM: Final = re.compile("p[0-9a-f]{26}")

SOURCES: Final[Mapping[str, str]] = {
    "backbone": "a citizen number of the register of residents",
    "numbered": "a citizen number of other departments, whose names agree",
    "unproven": "no proven citizen number",
}
"""What the records of a unit are known by: where its records come from in the spec of persons."""

SHORT: Final = ("dwellings", "places")
"""Columns of the spec of persons that hold short keys (`warehouse.matching_input`)."""

_COMPUTED: Final = ("bits", "ratio", "odds", "shared_odds", "probability", "sentence")

Found = TypeVar("Found")


class UnknownPersonError(QuestionError):
    """An id that is no person's. What was typed is repeated only if it can be an id, as it may be a citizen number."""

    def __init__(self, given: str) -> None:
        """Keep the id, if it is one."""
        self.person_id = given if PERSON_ID.fullmatch(given) or PSEUDONYM.fullmatch(given) else None
        super().__init__(
            f"no person {given}; take an id from the published base, such as `SELECT person_id FROM person`"
            if self.person_id
            else "that is no person id; ids of a published base are p and 26 small letters and digits"
        )


@dataclass(frozen=True)
class SourceRecord:
    """Where a record was delivered, and the rule that put it into its unit."""

    record_id: int
    department: str
    extract: str
    file: str
    row_number: int
    role: str
    night: date
    is_current: bool
    unit_rule: str = ""

    @property
    def sentence(self) -> str:
        """What the rule says."""
        return RULES.get(self.unit_rule, self.unit_rule)


@dataclass(frozen=True)
class PersonReport:
    """Why the records of a person are one person. `asked`: the id asked for, which may have been retired since.

    `records`: unit → its records. `persons`: cluster → person id, of all clusters that are told of.
    """

    asked: str
    person_id: str
    explanation: ClusterExplanation
    records: Mapping[int, tuple[SourceRecord, ...]]
    persons: Mapping[int, str]
    is_masked: bool


@dataclass(frozen=True)
class PairReport:
    """What is between two persons. `clusters`: unit → its cluster, of the units in `records`."""

    asked: tuple[str, str]
    person_ids: tuple[str, str]
    encounter: Encounter
    records: Mapping[int, tuple[SourceRecord, ...]]
    clusters: Mapping[int, int]
    persons: Mapping[int, str]
    is_masked: bool


def explain_persons(home: Home, given: str, other: str | None, *, clear: bool = False) -> PersonReport | PairReport:
    """Explain a person, or what is between two, from the warehouse of a home.

    Args:
        home: whose warehouse; it is opened for reading alone.
        given: a person id, in force or retired.
        other: another one.
        clear: leave values as they are.

    Raises:
        UnknownPersonError: there is no such person.
        QuestionError: both ids are of one person.
        PipelinesError, MatchingError: the linkage does not know the person's records.
        WriterBusyError: a run is writing this home.
        WarehouseError: the warehouse cannot be opened.
    """
    with hold_reader(home), warehouse_session(home.database, read_only=True) as con:
        given = _own_id(con, home, given)
        if other:
            return explain_pair_of_persons(con, given, _own_id(con, home, other), clear=clear)
        return explain_person(con, given, clear=clear)


def find_records(home: Home, pseudonym: str) -> list[SourceRecord]:
    """The records in the row of a file that a project's base calls so, in whatever nights the file came.

    Raises:
        QuestionError: no project calls a row so.
        WriterBusyError: a run is writing this home.
        WarehouseError: the warehouse cannot be opened.
    """
    query = "SELECT mention_id FROM crosswalk WHERE (file, row_number) = ($1, $2) ORDER BY mention_id"
    with hold_reader(home), warehouse_session(home.database, read_only=True) as con:
        for project in known_projects(con, home.projects, home.warehouse).usable:
            if row := find_record(con, project.key, pseudonym):
                mentions = tuple((mention_id, "") for (mention_id,) in con.execute(query, row).fetchall())
                return list(_records(con, {0: mentions})[0])
    raise QuestionError("no project calls a record so; take a record_id from its base")


def explain_person(con: duckdb.DuckDBPyConnection, given: str, *, clear: bool = False) -> PersonReport:
    """Why the records of a person are one person; see `explain_persons`."""
    person_id = _in_force(con, given)
    found = explain_cluster(con, _cluster(con, person_id))
    clusters = {found.cluster, *(each.cluster_r for each in found.near), *_rivals(found)}
    units = {unit.unit_id: tuple(unit.records.items()) for unit in found.units}
    found = _spelt(con, found, clusters)
    told = found if clear else hide_values(found)
    return PersonReport(given, person_id, told, _records(con, units), _persons(con, clusters), is_masked=not clear)


def explain_pair_of_persons(
    con: duckdb.DuckDBPyConnection, given: str, other: str, *, clear: bool = False
) -> PairReport:
    """What is between two persons; see `explain_persons`."""
    one, two = _in_force(con, given), _in_force(con, other)
    if one == two:
        raise QuestionError(f"both ids are of one person; ask for {one} alone")
    found = explain_clusters(con, _cluster(con, one), _cluster(con, two))
    links = [found.best, *([found.worst] if found.worst else [])]
    shown = {
        *(unit for link in links for unit in link.units),
        *(u for each in found.obstacles for u in each.units or ()),
    }
    clusters = {found.cluster_l, found.cluster_r, *_rivals(found)}
    found = _spelt(con, found, clusters)
    told = found if clear else hide_values(found)
    query = "SELECT unit_id, cluster FROM match_place WHERE unit_id IN (SELECT unnest($1::BIGINT[]))"
    cluster_of = dict(con.execute(query, [sorted(shown)]).fetchall())
    records, persons = _records(con, _units(con, shown)), _persons(con, clusters)
    return PairReport((given, other), (one, two), told, records, cluster_of, persons, is_masked=not clear)


def report_json(report: PersonReport | PairReport) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A report as plain lists and dicts, with sums worked out and dates as text."""
    return _plain(report)


def hide_values(found: Found) -> Found:
    """The same explanation with values masked, and without what reviewers wrote."""
    hidden: Found = _changed(found, _hidden)
    return hidden


def _hidden(part: Any) -> Any:  # noqa: ANN401 - any part of an explanation
    if isinstance(part, Step) and part.column != RELATIVES:
        left, right = (tuple(mask_value(part.kind, each) for each in side) for side in (part.left, part.right))
        return replace(part, left=left, right=right)
    return replace(part, decided_by="", reason="") if isinstance(part, Judgement) else part


def _spelt(con: duckdb.DuckDBPyConnection, found: Found, clusters: Iterable[int]) -> Found:
    """The same explanation with doors and places as texts, which matching knows by short keys."""
    query = """
        SELECT record_id FROM match_record JOIN match_place USING (unit_id)
        WHERE cluster IN (SELECT unnest($1::BIGINT[]))
    """
    texts = spell_keys(con, (record for (record,) in con.execute(query, [sorted(clusters)]).fetchall()))

    def spelt(part: Any) -> Any:  # noqa: ANN401 - any part of an explanation
        if not isinstance(part, Step) or part.column not in SHORT:
            return part
        left, right = (tuple(texts.get(each, each) for each in side) for side in (part.left, part.right))
        return replace(part, left=left, right=right)

    told: Found = _changed(found, spelt)
    return told


def _changed(found: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - walks whatever an explanation is made of
    """The same with parts changed, from the whole down to what is left as it was."""
    changed = change(found)
    if changed is not found:
        return changed
    if isinstance(found, tuple):
        return tuple(_changed(each, change) for each in found)
    if is_dataclass(found) and not isinstance(found, type):
        return replace(found, **{each.name: _changed(getattr(found, each.name), change) for each in fields(found)})
    return found


def _plain(found: Any) -> Any:  # noqa: ANN401 - walks whatever a report is made of
    if is_dataclass(found) and not isinstance(found, type):
        computed = [name for name in _COMPUTED if isinstance(getattr(type(found), name, None), property)]
        return {name: _plain(getattr(found, name)) for name in (*(each.name for each in fields(found)), *computed)}
    if isinstance(found, Mapping):
        return {str(key): _plain(value) for key, value in found.items()}
    if isinstance(found, tuple):
        return [_plain(each) for each in found]
    return found.isoformat() if isinstance(found, (date, datetime)) else found


def _own_id(con: duckdb.DuckDBPyConnection, home: Home, given: str) -> str:
    """The warehouse's own id of a person whom a published base calls by a pseudonym; other texts as they are."""
    if not PSEUDONYM.fullmatch(given):
        return given
    keys = (project.key for project in known_projects(con, home.projects, home.warehouse).usable)
    return next((found for key in keys if (found := find_person(con, key, given))), given)


def _in_force(con: duckdb.DuckDBPyConnection, given: str) -> str:
    """The id itself, or the one that took its place."""
    if not PERSON_ID.fullmatch(given):
        raise UnknownPersonError(given)
    alias = con.execute("SELECT person_id FROM person_alias WHERE retired_person_id = $1", [given]).fetchall()
    person_id = str(alias[0][0]) if alias else given
    if con.execute("SELECT count(*) FROM crosswalk WHERE person_id = $1", [person_id]).fetchall() == [(0,)]:
        raise UnknownPersonError(given)
    return person_id


def _cluster(con: duckdb.DuckDBPyConnection, person_id: str) -> int:
    mentions = con.execute("SELECT mention_id FROM crosswalk WHERE person_id = $1", [person_id]).fetchall()
    clusters = clusters_of(con, [row[0] for row in mentions])
    if len(clusters) != 1:
        raise PipelinesError(f"the linkage knows {len(clusters)} clusters of {person_id}; run a night first")
    return clusters[0]


def _persons(con: duckdb.DuckDBPyConnection, clusters: Iterable[int]) -> dict[int, str]:
    first = first_records(con, clusters)
    query = "SELECT mention_id, person_id FROM crosswalk WHERE mention_id IN (SELECT unnest($1::BIGINT[]))"
    person_of = dict(con.execute(query, [sorted(first.values())]).fetchall())
    return {cluster: person_of[record] for cluster, record in first.items() if record in person_of}


def _rivals(found: ClusterExplanation | Encounter) -> set[int]:
    """Clusters of rivals."""
    if isinstance(found, Encounter):
        links = [found.best, *([found.worst] if found.worst else [])]
        return {rival.cluster for link in links for rival in link.rivals}
    inside = [unit.strongest for unit in found.units if unit.strongest]
    links = [*inside, *([found.hold.link] if found.hold else [])]
    return {rival.cluster for link in links for rival in link.rivals}.union(*map(_rivals, found.near))


def _units(con: duckdb.DuckDBPyConnection, units: Iterable[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    """Unit → (record, rule) of its records."""
    query = """
        SELECT unit_id, record_id, match_rule FROM match_record
        WHERE unit_id IN (SELECT unnest($1::BIGINT[])) ORDER BY unit_id, record_id
    """
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for unit_id, record_id, rule in con.execute(query, [sorted(units)]).fetchall():
        found[unit_id] = (*found.get(unit_id, ()), (record_id, rule))
    return found


def _records(
    con: duckdb.DuckDBPyConnection, units: Mapping[int, tuple[tuple[int, str], ...]]
) -> dict[int, tuple[SourceRecord, ...]]:
    """Unit → where its records were delivered."""
    asked = [record_id for records in units.values() for record_id, _ in records]
    rows = con.execute(
        """
        SELECT mention_id, department, extract, file, row_number, role, night, is_current FROM crosswalk
        WHERE mention_id IN (SELECT unnest($1::BIGINT[]))
        """,
        [asked],
    ).fetchall()
    origin = {row[0]: (*row[:3], shown_file(row[3]), *row[4:]) for row in rows}
    return {
        unit: tuple(SourceRecord(*(*origin[record_id], rule)) for record_id, rule in records if record_id in origin)
        for unit, records in units.items()
    }
