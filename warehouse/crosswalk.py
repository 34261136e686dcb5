"""Clusters to persons for life: who keeps an id, who mints one, which ids retire; and the crosswalk.

Rules: a cluster takes the id whose founding mention it holds; of several the oldest survives and the others become
its aliases; a cluster with none mints. So in a split the part with the founding mention keeps the id, and a merge
that is undone gives the retired id back to the person it meant (cause `restore`) instead of a third one. An id whose
records are all gone waits for its entry under the same name; nobody else who stands in the entry ever gets it. All of
it follows from the keys and tonight's clusters alone: the same clusters again change nothing.

Not here: which records belong together (`matching`), the key (`warehouse.identity_key`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb

from warehouse.errors import IncompleteClustersError, PersonIdCollisionError
from warehouse.identity_key import check_identity_key, keyed_ids
from warehouse.statements import Changes, identifier, keep_basis, number, run, statement, write_differences
from warehouse.versions import write_versions

CHANGED_PERSONS: Final = "wh_changed_person"
"""Temporary table (person_id): whose records came, went, or count otherwise than before."""

_TEMPORARY = (
    "_wh_cluster_key",
    "_wh_founding",
    "_wh_entry",
    "_wh_used_entry",
    "_wh_tried",
    "_wh_minted",
    "_wh_revived",
    "_wh_person",
    "_wh_alias",
    "_wh_split",
    "_wh_crosswalk",
    "_wh_ended",
    "_wh_judged",
    "_wh_cluster",
    "_wh_keyed",
)

_OF_ALL: Final = 3
"""Looked at as a whole when one in so many mentions would be looked at anyway."""

_NEW_PERSONS: Final = """
    SELECT (SELECT count(*) FROM _wh_minted ANTI JOIN _wh_split USING (cluster_id)) + (
        SELECT count(*) FROM _wh_revived AS r
        WHERE r.person_id NOT IN (SELECT person_id FROM _wh_alias WHERE cause = 'restore')
            AND r.person_id NOT IN (SELECT person_id FROM crosswalk))
"""
_WITHDRAWN_PERSONS: Final = """
    SELECT count(DISTINCT person_id) FROM crosswalk
    WHERE mention_id >> 34 IN (SELECT delivery_id FROM delivery WHERE status = 'withdrawn')
        AND person_id NOT IN (SELECT person_id FROM _wh_person)
        AND person_id NOT IN (SELECT retired_person_id FROM _wh_alias)
"""


@dataclass(frozen=True)
class _Part:
    """What is looked at: clusters, mentions with all states of their records; lines of the crosswalk, and links."""

    clusters: str
    states: str = "std_mention"
    lines: str = "true"
    links: str = "true"


_IN_TOUCHED: Final = "IN (SELECT record_id FROM _wh_cluster)"
_TOUCHED: Final = _Part("_wh_cluster", "_wh_keyed", f"mention_id {_IN_TOUCHED}", f"record_id_l {_IN_TOUCHED}")
"""Both ends of a link are in one cluster; one that is taken apart is touched as a whole."""


@dataclass(frozen=True)
class IdentityCounts:
    """Persons there are, and what tonight did: persons = persons before + new - merged + split - withdrawn."""

    persons: int
    persons_new: int
    persons_merged: int
    persons_split: int
    persons_withdrawn: int
    crosswalk: Changes
    links: Changes


@dataclass(frozen=True)
class Identities:
    """Who is who, as numbers that differ when any mention belongs to another person."""

    mentions: int
    persons: int
    digest: str


def read_identities(con: duckdb.DuckDBPyConnection) -> Identities:
    """The identities of the base as it is."""
    [(mentions, persons, digest)] = con.execute("""
        SELECT count(*), count(DISTINCT person_id), coalesce(sum(hash(mention_id, person_id)), 0)::VARCHAR
        FROM crosswalk
    """).fetchall()
    return Identities(mentions, persons, digest)


def learn_key_names(con: duckdb.DuckDBPyConnection) -> None:
    """Keep with each key the hash of the name that it was founded under; call it before records are taken out.

    Args:
        con: the warehouse, inside of `keyed_ids`.
    """
    run(con, "key_names")


def assign_persons(
    con: duckdb.DuckDBPyConnection,
    *,
    night: date,
    key: bytes,
    source_trust: str,
    ended_extracts: str | None = None,
    judged: str | None = None,
    placed: str | None = None,
    clusters: str = "match_cluster",
    links: str = "match_link_new",
) -> IdentityCounts:
    """Give every stored mention its person, and write keys, aliases, crosswalk and links where they differ.

    Call it in the transaction that also writes the base and closes the night. The temporary table CHANGED_PERSONS
    tells `build_base` whom to look at.

    Args:
        con: the warehouse, in a transaction.
        night: the night being merged, opened by `warehouse.ledger.claim_deliveries`.
        key: from `warehouse.identity_key.load_identity_key`.
        source_trust: relation SOURCE_TRUST.
        ended_extracts: relation ENDED_EXTRACT; none when omitted.
        judged: relation (record_id) of the mentions that new judgements are about; none when omitted.
        placed: relation (record_id) of the mentions whose lines of `clusters` may not be what they were the last time,
            new ones included; all when omitted.
        clusters: relation of shape `matching.tables.CLUSTER`: each stored mention exactly once.
        links: relation of shape `matching.tables.LINK`.

    Raises:
        IncompleteClustersError: a mention is in no cluster, or in several.
        IdentityKeyError: person ids of this warehouse were made with another key.
        PersonIdCollisionError: two persons would have one id.
    """
    check_identity_key(con, key)
    con.execute("SET VARIABLE wh_night = $1::DATE", [night])
    con.execute("CREATE OR REPLACE TEMP TABLE _wh_ended (department VARCHAR, extract VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE _wh_judged (record_id BIGINT)")
    ended = ended_extracts or "_wh_ended"
    part = _TOUCHED if placed and _is_part_enough(con, clusters, placed, ended) else _Part(clusters)
    _check_clusters(con, clusters, part.clusters)
    with keyed_ids(con, key):
        learn_key_names(con)
        run(con, "identity", clusters=part.clusters, source_trust=source_trust)
    _check_new_ids(con)
    counts = _count_persons(con, clusters)
    run(con, "identity_write")
    run(con, "crosswalk", clusters=part.clusters, states=part.states, ended_extracts=ended)
    run(con, "regrouped", judged=judged or "_wh_judged")
    changes = write_versions(
        con, "crosswalk", "_wh_crosswalk", ["mention_id"], night, part.lines, changed=CHANGED_PERSONS
    )
    link_changes = write_differences(con, "match_link", links, ["record_id_l", "record_id_r"], part.links)
    _count_night(con, night, counts)
    _forget(con)
    return IdentityCounts(**counts, crosswalk=changes, links=link_changes)


def _count_persons(con: duckdb.DuckDBPyConnection, clusters: str) -> dict[str, int]:
    """Of IdentityCounts what is told of persons, before keys and aliases are written."""
    counted = {
        "persons": f"SELECT count(DISTINCT cluster_id) FROM {identifier(clusters)}",
        "persons_new": _NEW_PERSONS,
        "persons_merged": "SELECT count(*) FROM _wh_alias WHERE cause = 'merge'",
        "persons_split": (
            "SELECT (SELECT count(*) FROM _wh_split) + (SELECT count(*) FROM _wh_alias WHERE cause = 'restore')"
        ),
        "persons_withdrawn": _WITHDRAWN_PERSONS,
    }
    return {name: number(con, query) for name, query in counted.items()}


def _is_part_enough(con: duckdb.DuckDBPyConnection, clusters: str, placed: str, ended: str) -> bool:
    """Whether all that may differ from the last time is in `_wh_cluster`, and little.

    It is not when a mention went, as nobody knows its record any more, or when what all lines depend on is not what
    it was.
    """
    if _keep_basis(con, ended):
        return False
    if number(con, "SELECT count(*) FROM (FROM crosswalk ANTI JOIN std_mention USING (mention_id) LIMIT 1)"):
        return False
    run(con, "crosswalk_touched", clusters=clusters, placed=placed, ended_extracts=ended)
    part, mentions = (number(con, f"SELECT count(*) FROM {table}") for table in ("_wh_cluster", "std_mention"))
    return part * _OF_ALL <= mentions


def _keep_basis(con: duckdb.DuckDBPyConnection, ended: str) -> bool:
    """Remember what all lines depend on; whether it is not what it was."""
    extracts = sorted(con.execute(f"FROM {identifier(ended)}").fetchall())
    texts = [statement(name) for name in ("identity", "crosswalk", "crosswalk_touched")]
    return keep_basis(con, "crosswalk_basis", f"{extracts} {texts}")


def _check_clusters(con: duckdb.DuckDBPyConnection, clusters: str, part: str) -> None:
    """Each mention is in one cluster; those that are not looked at were so the last time."""
    mentions = number(con, "SELECT count(*) FROM std_mention")
    lines, asked = (number(con, f"SELECT count(*) FROM {identifier(relation)}") for relation in (clusters, part))
    once = number(
        con,
        f"""
        SELECT count(*) FROM std_mention AS m
        JOIN (SELECT record_id FROM {identifier(part)} GROUP BY record_id HAVING count(*) = 1) AS c
            ON c.record_id = m.mention_id
        """,
    )
    if (lines, once) != (mentions, asked):
        raise IncompleteClustersError(mentions, lines - asked + once)


def _check_new_ids(con: duckdb.DuckDBPyConnection) -> None:
    twice = number(
        con,
        """
        SELECT count(*) FROM (
            SELECT person_id FROM _wh_minted GROUP BY person_id HAVING count(*) > 1
            UNION ALL
            SELECT person_id FROM _wh_minted SEMI JOIN person_key USING (person_id)
        )
        """,
    )
    if twice:
        raise PersonIdCollisionError(twice)


def _count_night(con: duckdb.DuckDBPyConnection, night: date, counts: dict[str, int]) -> None:
    """Note the counts; a night that is continued adds to what it did before."""
    con.execute(
        """
        UPDATE night SET persons = $persons,
            persons_new = coalesce(persons_new, 0) + $persons_new,
            persons_merged = coalesce(persons_merged, 0) + $persons_merged,
            persons_split = coalesce(persons_split, 0) + $persons_split,
            persons_withdrawn = coalesce(persons_withdrawn, 0) + $persons_withdrawn
        WHERE night = $night
        """,
        {**counts, "night": night},
    )


def _forget(con: duckdb.DuckDBPyConnection) -> None:
    for name in _TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS {name}")
