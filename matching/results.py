"""A linkage as tables: clusters, pairs with their levels, and a report of counts without personal values."""

from typing import Any

import duckdb
import pyarrow as pa

from matching.engine import Linkage
from matching.kinds import KINDS
from matching.records import RECORDS
from matching.sets import distinct
from matching.weights import posterior_odds

LINKED = pa.schema(
    [
        ("source_l", pa.string()),
        ("record_id_l", pa.string()),
        ("source_r", pa.string()),
        ("record_id_r", pa.string()),
        ("match_weight", pa.float64()),
        ("match_probability", pa.float64()),
        ("is_linked", pa.bool_()),
    ]
)
"""Scored pairs; behind these columns one `level_<comparison>` for each comparison, null where nothing can be said.
`match_weight` is log2 of the posterior odds, before rivals; `is_linked` says that both are in one cluster."""

CLUSTERED = pa.schema([("source", pa.string()), ("record_id", pa.string()), ("cluster_id", pa.int64())])
"""Every record once, with its cluster."""


def cluster_table(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> pa.Table:
    """Every record with its cluster (CLUSTERED), in the order of the tables."""
    records = con.sql(f"SELECT source, record_id FROM {RECORDS}").to_arrow_table()
    return records.append_column("cluster_id", pa.array(linkage.cluster)).cast(CLUSTERED)


def pair_table(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> pa.Table:
    """Scored pairs (LINKED, then the levels)."""
    records = con.sql(f"SELECT source, record_id FROM {RECORDS}").to_arrow_table().combine_chunks()
    scored, columns = linkage.scored, {}
    for side, at in (("l", scored.left), ("r", scored.right)):
        for name in ("source", "record_id"):
            columns[f"{name}_{side}"] = records[name].take(pa.array(at))
    odds = posterior_odds(linkage.parameters, scored.match, scored.household)
    columns |= {
        "match_weight": pa.array(odds),
        "match_probability": pa.array(linkage.probability),
        "is_linked": pa.array(linkage.cluster[scored.left] == linkage.cluster[scored.right]),
    }
    for number, each in enumerate(linkage.spec.comparisons):
        names = pa.array(list(KINDS[each.kind].levels))
        codes = scored.levels[number]
        indices = pa.array(codes, mask=codes < 0)
        columns[f"level_{each.label}"] = pa.DictionaryArray.from_arrays(indices, names)
    return pa.table(columns)


def report(linkage: Linkage) -> dict[str, Any]:
    """Counts, costs and warnings."""
    candidates = linkage.candidates
    return {
        "spec": linkage.spec.spec,
        "version": linkage.spec.version,
        "records": linkage.records,
        "clusters": len(distinct(linkage.cluster)),
        "pairs_possible": candidates.possible,
        "pairs_compared": len(candidates.pairs),
        "pairs_kept": len(linkage.scored.left),
        "reduction_ratio": candidates.reduction_ratio,
        "match_prior": linkage.parameters.match_prior,
        "em_rounds": linkage.parameters.em_rounds,
        "blocking": [vars(plan) for plan in candidates.plan],
        "warnings": list(linkage.warnings),
        "seconds": linkage.seconds | {"total": round(sum(linkage.seconds.values()), 3)},
    }
