"""The published base: pseudonymous, built aside from the restricted warehouse, and put in place whole.

What is published is declared in `published.yml`. Not here: whether a night may be published (`quality.gate`), and how
folders become durable (`warehouse.snapshots`).
"""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from warehouse.continuing import among, basis, Before, find_before, Sums, TOUCHED
from warehouse.database import attached_snapshot
from warehouse.errors import PublicationError
from warehouse.file_names import create_shown_files
from warehouse.projects import Project
from warehouse.pseudonyms import create_pseudonyms
from warehouse.published_tables import (
    comments_sql,
    declaration_sha256,
    dictionary,
    load_publication,
    Publication,
    Table,
    views_sql,
)
from warehouse.snapshots import (
    copy_current,
    current_manifest,
    DATABASE,
    drop_snapshot,
    PARQUET,
    prune_snapshots,
    put_in_place,
    start_snapshot,
)
from warehouse.statements import identifier, literal, number, run
from warehouse.statistics import count_statistics, Counted, hide_counts, keep_estimates

_NAME: Final = "population_base"
PARTITIONED: Final = "person"

_PARQUET: Final = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
"""Level 1 is a fifth quicker than the default 3, and the files are no larger."""


@dataclass(frozen=True)
class Published:
    """What readers see now. `is_new` is false when that was so before; `rows` counts by table."""

    snapshot_id: str
    is_new: bool
    rows: dict[str, int]
    removed: tuple[str, ...] = ()


def publish_base(
    con: duckdb.DuckDBPyConnection,
    published: Path,
    night: date,
    *,
    project: Project,
    code_labels: str | None = None,
    keep: int = 3,
) -> Published:
    """Publish the base as of a merged night. The same base again is left as it is.

    Args:
        con: the warehouse, not in a transaction.
        published: the folder of the published base.
        night: names the snapshot.
        project: whose pseudonyms, and how exact.
        code_labels: relation CODE_LABEL; no labels when omitted.
        keep: snapshots to keep, the current one included; those made on other terms of the project go at once.

    Raises:
        PublicationError: the folder was changed by others.
    """
    publication = load_publication(traced=project.is_traced)
    building = start_snapshot(published)
    known = current_manifest(published)
    before = find_before(con, known, publication, project, night)
    counted = _prepare(con, publication, project, night, code_labels, persons=among("person_id") if before else "true")
    if before:
        copy_current(published, building)
    with attached_snapshot(con, building / DATABASE, _NAME):
        sums = _write_all(con, publication, before, lambda: hide_counts(counted, project.least_count))
        _define(con, publication)
        content = _content(publication, sums)
        is_new = known is None or known["content_sha256"] != content
        if is_new:
            _export(con, publication, building / PARQUET)
    for name in ("_wh_dictionary", *(f"_wh_{each}" for each in counted)):
        con.unregister(name)
    con.execute(f"DROP TABLE _wh_pseudonym; DROP TABLE IF EXISTS _wh_record_pseudonym; DROP TABLE IF EXISTS {TOUCHED}")
    rows = {name: count for name, (count, _) in sums.items()}
    if known and not is_new:
        drop_snapshot(building)
        return Published(known["snapshot_id"], is_new=False, rows=rows)
    manifest: dict[str, Any] = {
        "snapshot_id": f"{night.isoformat()}-{content[:12]}",
        "night": night.isoformat(),
        "content_sha256": content,
        "rows": rows,
        "sums": {name: total for name, (_, total) in sums.items()},
        "terms": project.terms,
        "basis": basis(con, publication, project, night),
        "renewed": before.renewed if before else 0,
    }
    put_in_place(published, building, manifest)
    removed = prune_snapshots(published, keep, project.terms)
    return Published(manifest["snapshot_id"], is_new=True, rows=rows, removed=tuple(removed))


def _prepare(
    con: duckdb.DuckDBPyConnection,
    publication: Publication,
    project: Project,
    night: date,
    code_labels: str | None,
    persons: str,
) -> dict[str, Counted]:
    """Pseudonyms, and the tables to publish that the warehouse does not keep, for the persons `t` of a condition.

    Returns:
        The statistics, in which nothing is hidden yet.
    """
    create_pseudonyms(con, project.key, records=not project.is_traced, among=persons)
    create_shown_files(con)
    con.execute("SET VARIABLE wh_night = $1::DATE", [night])
    counted = count_statistics(con, project.least_count)
    con.execute(f"CREATE OR REPLACE TEMP VIEW _wh_seen_among AS FROM crosswalk AS t WHERE {persons}")
    run(con, "commonest")
    run(con, "person_seen", crosswalk="_wh_seen_among")
    run(con, "place")
    con.execute("SET VARIABLE wh_birth_format = $1", ["%Y-%m" if project.birth == "month" else "%Y"])
    con.register("_wh_dictionary", dictionary(publication))
    labels = (
        f"SELECT code_list, code, label_zh FROM {identifier(code_labels)}"
        if code_labels
        else "SELECT '', '', '' LIMIT 0"
    )
    con.execute(f"CREATE OR REPLACE TEMP VIEW _wh_code_label (code_list, code, label_zh) AS {labels}")
    return counted


def _write_all(
    con: duckdb.DuckDBPyConnection,
    publication: Publication,
    before: Before | None,
    statistics: Callable[[], dict[str, pa.Table]],
) -> dict[str, Sums]:
    """Write all tables; which counts to hide is worked out while DuckDB writes those that do not wait for it."""
    sums: dict[str, Sums] = {}

    def write(names: Iterable[str]) -> None:
        sums.update((name, _write(con, name, publication.tables[name], before)) for name in names)

    late = [name for name in publication.tables if name.startswith("stat_")]
    with ThreadPoolExecutor(1) as pool:
        hiding = pool.submit(statistics)
        write(name for name in publication.tables if name not in late)
        for name, table in hiding.result().items():
            con.register(f"_wh_{name}", table)
    keep_estimates(con, "_wh_stat_population")
    write(late)
    return {name: sums[name] for name in publication.tables}


def _write(con: duckdb.DuckDBPyConnection, name: str, table: Table, before: Before | None) -> Sums:
    """Write a table whole, or of a copy of the base before only what may differ."""
    target = f"{_NAME}.{identifier(name)}"
    if before is None or table.renewed is None:
        con.execute(f"CREATE OR REPLACE TABLE {target} AS {table.query()}")
        return _sums(con, target)
    touched = among(table.renewed, "pseudonym", f"(FROM _wh_pseudonym SEMI JOIN {TOUCHED} USING (id))")
    gone = _sums(con, target, touched)
    con.execute(f"DELETE FROM {target} AS t WHERE {touched}")
    con.execute(f"INSERT INTO {target} {table.query(among(table.renewed))}")
    come = _sums(con, target, touched)
    rows, total = before.sums[name]
    rows, total = rows - gone[0] + come[0], total - gone[1] + come[1]
    if number(con, f"SELECT count(*) FROM {target}") != rows:
        raise PublicationError("the base published before is not what its manifest says; remove published/current")
    return rows, total


def _sums(con: duckdb.DuckDBPyConnection, table: str, condition: str = "true") -> Sums:
    [found] = con.execute(f"SELECT count(*), sum(hash(t)) FROM {table} AS t WHERE {condition}").fetchall()
    return int(found[0]), int(found[1] or 0)


def _define(con: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Comments, views and functions of the tables."""
    home = con.execute("SELECT current_database()").fetchone()
    con.execute(f"USE {_NAME}")
    try:
        con.execute(comments_sql(publication))
        labels = con.execute("SELECT code_list, code, label_zh FROM code_label ORDER BY code_list, code").fetchall()
        con.execute(views_sql(publication, labels))
        run(con, "published")
    finally:
        con.execute(f"USE {identifier(home[0] if home else 'memory')}")


def _content(publication: Publication, sums: dict[str, Sums]) -> str:
    """A digest of all that the tables say, in whatever order."""
    return hashlib.sha256(f"{declaration_sha256(publication)} {sorted(sums.items())}".encode()).hexdigest()


def _export(con: duckdb.DuckDBPyConnection, publication: Publication, folder: Path) -> None:
    """The tables as Parquet, persons by the code of their town; names are ASCII, others were damaged (duckdb#24482)."""
    for name in publication.tables:
        if name != PARTITIONED:
            target = literal(str(folder / f"{name}.parquet"))
            con.execute(f"COPY {_NAME}.{identifier(name)} TO {target} ({_PARQUET})")
    con.execute(f"""
        COPY (
            SELECT p.*, coalesce(t.town_code, 'none') AS town_code FROM {_NAME}.{PARTITIONED} AS p
            LEFT JOIN {_NAME}.place AS t ON t.town = p.residence_town AND t.community IS NULL
        ) TO {literal(str(folder / PARTITIONED))} ({_PARQUET}, PARTITION_BY (town_code))
    """)
