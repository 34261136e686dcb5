"""One night's merge: all mentions linked, persons named, golden records chosen.

The linkage is whole by itself, and a run that goes on behind it finds nothing left to link; persons and golden records
are one transaction, written whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from matching.nightly_rates import store_error_rates
from matching.nights import link_records, LinkCounts
from matching.state import forget_news, JUDGED, PLACED, WANTED
from pipelines.home import Home
from pipelines.judged import move_judged
from pipelines.memory import duckdb_limit, LINKAGE
from pipelines.trust import ASSUMED, ATTRIBUTE, create_trust_tables, ENDED, SOURCE
from sources.contract import Contract
from sources.standards.divisions import home_names
from warehouse.crosswalk import assign_persons, IdentityCounts
from warehouse.database import memory_limited, transaction
from warehouse.entities import build_entities, EntityCounts
from warehouse.identity_key import warehouse_key
from warehouse.ledger import check_night, finish_night
from warehouse.matching_input import (
    create_matching_input,
    create_record_kinds,
    RECORD_IDS,
    RECORD_KINDS,
    RECORDS,
    records_basis,
    RELATIONS,
)
from warehouse.settings import HOME_DIVISION, read_setting
from warehouse.survivorship import BaseCounts, build_base

KEY_FILE = "identity.key"


@dataclass(frozen=True)
class MergeCounts:
    """What the three rooms counted."""

    links: LinkCounts
    identity: IdentityCounts
    base: BaseCounts
    entities: EntityCounts


def merge_night(
    con: duckdb.DuckDBPyConnection, home: Home, contracts: Sequence[Contract], night: date, now: datetime
) -> MergeCounts:
    """Link what came or went to all that is stored, then write crosswalk and base where they differ.

    Raises:
        NightOrderError: a later night is merged already.
    """
    check_night(con, night)
    create_trust_tables(con, contracts)
    create_matching_input(con, SOURCE, WANTED)
    key = warehouse_key(con, home.warehouse / KEY_FILE)
    with memory_limited(con, duckdb_limit(con, LINKAGE)), transaction(con):
        move_judged(con, key, now)
        links = link_records(con, records=RECORDS, relations=RELATIONS, record_ids=RECORD_IDS, basis=_basis(con))
    with transaction(con):
        identity = assign_persons(
            con, night=night, key=key, source_trust=SOURCE, ended_extracts=ENDED, judged=JUDGED, placed=PLACED
        )
        base = build_base(con, night=night, trust=ATTRIBUTE, assumed=ASSUMED)
        entities = build_entities(con, night=night, key=key, home_names=_home_names(con))
        create_record_kinds(con)
        store_error_rates(con, night.isoformat(), night.year, RECORD_KINDS)
        forget_news(con)
        finish_night(con, night, now)
    return MergeCounts(links, identity, base, entities)


def _home_names(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    home_division = read_setting(con, HOME_DIVISION)
    return home_names(home_division) if home_division else ()


def _basis(con: duckdb.DuckDBPyConnection) -> str:
    """What the records depend on besides the deliveries: the home county, trust in departments, how they are made."""
    trust = con.execute(f"SELECT list((department, rank) ORDER BY department)::VARCHAR FROM {SOURCE}").fetchall()
    return f"{read_setting(con, HOME_DIVISION)} {trust[0][0]} {records_basis()}"
