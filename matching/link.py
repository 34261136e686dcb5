"""The linkage run: records in, clusters out. Order of work only; each step is a statement of `sql/`.

certain units → candidate pairs → comparison levels → odds → clusters, then once more with the relatives
that the first clusters made known.
"""

from dataclasses import dataclass
from importlib import resources

import duckdb
import pyarrow as pa

from matching.blocking import find_pairs
from matching.comparisons import name_distances, name_pinyin
from matching.errors import InputError
from matching.model import load_model, Model
from matching.scoring import odds_sql
from matching.tables import RECORD, RELATION

_MOST_ROUNDS = 20

# A "document number" of several names is a word such as 补办中, not a number.
_GENERIC_DOCUMENTS = """
    SELECT document_no FROM {records} WHERE document_no IS NOT NULL
    GROUP BY document_no HAVING count(DISTINCT name) > 2
"""


@dataclass(frozen=True)
class LinkCounts:
    """How much was linked: records, units known with certainty, pairs compared, clusters."""

    records: int
    units: int
    pairs: int
    clusters: int


def link_records(
    con: duckdb.DuckDBPyConnection, *, records: str, relations: str, model: Model | None = None
) -> LinkCounts:
    """Link all records of a relation.

    Args:
        con: connection; temporary tables are made in it.
        records: name of a relation of shape `matching.tables.RECORD`.
        relations: name of a relation of shape `matching.tables.RELATION`.
        model: how to compare and decide; the packaged person model when omitted.

    Returns:
        Counts. The temporary tables `match_cluster` (CLUSTER), `match_link_new` (LINK) and
        `match_skipped_block` hold the result.

    Raises:
        InputError: a column is missing, or a record_id comes twice.
    """
    model = model or load_model()
    _set_limits(con, model)
    _take_input(con, records, relations)
    _make_units(con)
    _run(con, "unit_value")
    _run(con, "block")
    find_pairs(con, model)
    _clear_kin(con)
    _decide(con, model)
    _run(con, "kin_pair")
    _decide(con, model)
    _run(con, "result")
    return LinkCounts(
        _count(con, "_record"), _count(con, "_unit"), _count(con, "_pair"), _count(con, "match_cluster", "cluster_id")
    )


def _set_limits(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    con.execute(f"SET VARIABLE block_size = {model.limits.block_size}")
    con.execute(f"SET VARIABLE phone_holders = {model.limits.phone_holders}")
    con.execute(f"SET VARIABLE household_members = {model.limits.household_members}")
    con.execute(f"SET VARIABLE match_probability = {model.thresholds.match_probability}::DOUBLE")


def _take_input(con: duckdb.DuckDBPyConnection, records: str, relations: str) -> None:
    for relation, schema in ((records, RECORD), (relations, RELATION)):
        present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
        if missing := sorted(set(schema.names) - present):
            raise InputError(relation, f"columns missing: {', '.join(missing)}")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _record AS
        WITH generic AS ({_GENERIC_DOCUMENTS.format(records=records)})
        SELECT * EXCLUDE (document_no),
            CASE WHEN document_no NOT IN (SELECT document_no FROM generic) THEN document_no END AS document_no
        FROM {records}
    """)
    con.execute(f"CREATE OR REPLACE TEMP TABLE _relation AS SELECT {', '.join(RELATION.names)} FROM {relations}")
    if _count(con, "_record") != _count(con, "_record", "record_id"):
        raise InputError(records, "record_id is not unique; give each record its own")


def _make_units(con: duckdb.DuckDBPyConnection) -> None:
    names = (
        con.sql("""
        SELECT DISTINCT name FROM (SELECT name FROM _record UNION SELECT former_name FROM _record)
        WHERE name IS NOT NULL ORDER BY 1
    """)
        .to_arrow_table()["name"]
        .to_pylist()
    )
    _name = pa.table({"name": pa.array(names, pa.string()), "pinyin": pa.array(name_pinyin(names), pa.string())})
    con.register("_name_arrow", _name)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _name AS
        SELECT name, replace(name, '·', '') AS name_key, pinyin, left(name, 1) AS surname FROM _name_arrow
    """)
    con.unregister("_name_arrow")
    _run(con, "number_holder")
    _level_names(con, "SELECT name AS l, main_name AS r FROM _id_main_pair")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _id_name AS
        SELECT p.citizen_id, p.name,
               CASE WHEN p.name = p.main_name OR p.name IS NULL THEN 0
                    WHEN p.is_former THEN 2 ELSE v.level END AS name_level
        FROM _id_main_pair p
        LEFT JOIN _name_level v ON v.name_l = least(p.name, p.main_name) AND v.name_r = greatest(p.name, p.main_name)
    """)
    _run(con, "unit")


def _level_names(con: duckdb.DuckDBPyConnection, pairs_sql: str) -> None:
    """Fill `_name_level` for the distinct unordered pairs (l, r) of names that the query gives."""
    pairs = con.sql(f"""
        SELECT DISTINCT least(l, r) AS name_l, greatest(l, r) AS name_r,
               replace(name_l, '·', '') AS key_l, replace(name_r, '·', '') AS key_r
        FROM ({pairs_sql}) WHERE l <> r
    """).to_arrow_table()
    distance = name_distances(pairs["key_l"].to_pylist(), pairs["key_r"].to_pylist())
    con.register("_name_pair", pairs.append_column("distance", distance))
    _run(con, "name_level")
    con.unregister("_name_pair")


def _clear_kin(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE _kin_pair (unit_id_l BIGINT, unit_id_r BIGINT)")


def _decide(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Score `_pair` and cluster the units anew."""
    _level_names(
        con,
        """
        SELECT n.name AS l, m.name AS r FROM _pair p
        JOIN _unit_name n ON n.unit_id = p.unit_id_l JOIN _unit_name m ON m.unit_id = p.unit_id_r
    """,
    )
    _run(con, "pair_features")
    con.execute(odds_sql(model))
    _run(con, "certain_edge")
    con.execute("CREATE OR REPLACE TEMP TABLE _cluster AS SELECT unit_id, unit_id AS cluster_id FROM _unit")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _merge (unit_id BIGINT, match_rule VARCHAR, probability DOUBLE, odds DOUBLE,
            unit_id_l BIGINT, unit_id_r BIGINT, is_head BOOLEAN, step INTEGER)
    """)
    for step in range(_MOST_ROUNDS):
        con.execute(f"SET VARIABLE step = {step}")
        _run(con, "cluster_round")
        if _count(con, "_join") == 0:
            break


def _run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute(resources.files("matching").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))


def _count(con: duckdb.DuckDBPyConnection, table: str, distinct: str | None = None) -> int:
    [(count,)] = con.execute(f"SELECT count({f'DISTINCT {distinct}' if distinct else '*'}) FROM {table}").fetchall()
    return int(count)
