"""A tiny warehouse in memory, and how a test delivers mentions and links them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, UTC
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from matching.tables import CLUSTER, LINK
from sources.tables import ROW_PROBLEMS, STD_ADDRESS, STD_MENTION, STD_RELATION
from warehouse.crosswalk import assign_persons, IdentityCounts
from warehouse.database import transaction
from warehouse.entities import build_entities, EntityCounts
from warehouse.ledger import claim_deliveries, DeliveryFacts, finish_night, store_delivery
from warehouse.schema import migrate
from warehouse.survivorship import BaseCounts, build_base
from warehouse.tables import FOUND

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
NIGHT = date(2026, 11, 1)
KEY = bytes(range(32))
HOME_NAMES = ("济南市章丘区", "章丘区", "章丘市", "章丘")
RANKS = {"public_security": 1, "civil_affairs": 2, "grid": 3}


@dataclass
class House:
    """A warehouse, and short words for what a night does with it."""

    con: duckdb.DuckDBPyConnection
    ended: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    in_part: bool = False
    clusters: dict[int, set[int]] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def found(self, *files: tuple[str, str | None, str | None], reason_code: str | None = None) -> pa.Table:
        """Files as (name, department, content)."""
        lines = [
            {
                "file": file,
                "department": department,
                "sha256": None if content is None else hashlib.sha256(content.encode()).hexdigest(),
                "size_bytes": len(content or ""),
                "reason_code": reason_code,
            }
            for file, department, content in files
        ]
        return pa.Table.from_pylist(lines, schema=FOUND)

    def claim(self, night: date, *files: tuple[str, str | None, str | None], **reason: str) -> list[dict[str, Any]]:
        claims: list[dict[str, Any]] = claim_deliveries(self.con, night, self.found(*files, **reason), NOW).to_pylist()
        return claims

    def store(
        self, delivery_id: int, mentions: Sequence[dict[str, Any]], addresses: Sequence[dict[str, Any]] = ()
    ) -> int:
        return store_delivery(self.con, delivery_id, self.read(delivery_id, mentions, addresses), problems())

    def read(
        self, delivery_id: int, mentions: Sequence[dict[str, Any]], addresses: Sequence[dict[str, Any]] = ()
    ) -> DeliveryFacts:
        """Make the temporary relations that `sources` would make."""
        lines = [self._mention(delivery_id, place, mention) for place, mention in enumerate(mentions, 1)]
        for name, given, schema in (
            ("new_std_mention", lines, STD_MENTION),
            ("new_std_address", list(addresses), STD_ADDRESS),
            ("new_std_relation", [], STD_RELATION),
        ):
            self.con.register("_given", pa.Table.from_pylist(given, schema=schema))
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM _given")
            self.con.unregister("_given")
        extract = lines[0]["extract"] if lines else None
        return DeliveryFacts(
            "accepted", len(lines) + 1, len(lines), 0, 1, extract=extract, encoding="utf-8", delimiter=","
        )

    def _mention(self, delivery_id: int, place: int, mention: dict[str, Any]) -> dict[str, Any]:
        row_number = mention.get("row_number", place)
        index = {"self": 0, "husband": 0, "owner": 0, "wife": 1, "co_owner1": 1}[mention.get("role", "self")]
        return {
            "mention_id": (delivery_id << 34) + (row_number << 6) + index,
            "delivery_id": delivery_id,
            "department": "public_security",
            "extract": "register",
            "row_number": row_number,
            "line_number": row_number + 1,
            "role": "self",
            "record_key": f"record-{row_number}",
            "name_is_placeholder": False,
            "citizen_id_kind": "citizen18" if mention.get("citizen_id") else "missing",
            **mention,
        }

    def deliver(
        self, night: date, file: str, mentions: Sequence[dict[str, Any]], addresses: Sequence[dict[str, Any]] = ()
    ) -> int:
        """Claim and store one file of mentions."""
        department = mentions[0].get("department", "public_security")
        self.waiting.append((file, department, f"{file} {night} {mentions}"))
        [claim] = [each for each in self.claim(night, *self.waiting) if each["is_new"]]
        assert claim["status"] == "claimed"
        self.store(claim["delivery_id"], mentions, addresses)
        return int(claim["delivery_id"])

    def assign(self, night: date, *clusters: set[int], key: bytes = KEY, judged: str | None = None) -> IdentityCounts:
        """Assign persons, where a cluster is a set of mention ids, and mentions not named are alone."""
        alone = {row[0] for row in self.rows("SELECT mention_id FROM std_mention")}.difference(*clusters)
        now = {record: cluster for cluster in (*clusters, *({one} for one in alone)) for record in cluster}
        lines = [
            {"record_id": record, "cluster_id": min(cluster), "match_rule": "rule", "match_probability": 1.0}
            for record, cluster in now.items()
        ]
        placed = [record for record, cluster in now.items() if self.clusters.get(record) != cluster]
        self._relation("placed", pa.table({"record_id": pa.array(placed, pa.int64())}))
        self.clusters = now
        self._relation("match_cluster", pa.Table.from_pylist(lines, schema=CLUSTER))
        self._relation("match_link_new", LINK.empty_table())
        self._relation("source_trust", pa.table({"department": list(RANKS), "rank": list(RANKS.values())}))
        ended = {"department": [e[0] for e in self.ended], "extract": [e[1] for e in self.ended]}
        strings = pa.schema([("department", pa.string()), ("extract", pa.string())])
        self._relation("ended", pa.table(ended, schema=strings))
        with transaction(self.con):
            return assign_persons(
                self.con, night=night, key=key, source_trust="source_trust", ended_extracts="ended", judged=judged,
                placed="placed" if self.in_part else None,
            )  # fmt: skip

    def build(
        self, trust: Sequence[tuple[str, str, str, int]] = (), night: date = NIGHT, assumed: str | None = None
    ) -> BaseCounts:
        """Build the base with ranks (department, extract, attribute, rank)."""
        columns = ("department", "extract", "attribute", "rank")
        given = [dict(zip(columns, line, strict=True)) for line in trust]
        schema = pa.schema([(name, pa.int32() if name == "rank" else pa.string()) for name in columns])
        self._relation("trust", pa.Table.from_pylist(given, schema=schema))
        with transaction(self.con):
            return build_base(self.con, night=night, trust="trust", assumed=assumed)

    def entities(self, night: date, key: bytes = KEY) -> EntityCounts:
        with transaction(self.con):
            return build_entities(self.con, night=night, key=key, home_names=HOME_NAMES)

    def finish(self, night: date) -> bool:
        self.waiting.clear()
        with transaction(self.con):
            return finish_night(self.con, night, NOW)

    def merge(self, night: date, *clusters: set[int], judged: str | None = None) -> IdentityCounts:
        counts = self.assign(night, *clusters, judged=judged)
        self.build(night=night)
        self.finish(night)
        return counts

    def persons(self) -> dict[int, str]:
        """Person by mention."""
        return dict(self.rows("SELECT mention_id, person_id FROM crosswalk"))

    def _relation(self, name: str, table: pa.Table) -> None:
        self.con.register("_given", table)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM _given")
        self.con.unregister("_given")


def problems(count: int = 0) -> pa.Table:
    """Quarantined rows."""
    lines = [
        {
            "row_number": n,
            "line_number": n + 1,
            "column_name": "c",
            "reason_code": "cells_too_many",
            "value_masked": "*",
            "raw_row": "x",
        }
        for n in range(100, 100 + count)
    ]
    return pa.Table.from_pylist(lines, schema=ROW_PROBLEMS)


@pytest.fixture
def house() -> Iterator[House]:
    con = duckdb.connect()
    migrate(con)
    yield House(con)
    con.close()


@pytest.fixture
def quarantined() -> Callable[[int], pa.Table]:
    return problems
