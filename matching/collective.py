"""Relatives as evidence: two records whose relatives are one person are the likelier one person themselves.

The relatives of a record are the clusters of the records related to it, so they are known only once records have
been clustered: a linkage with relations is decided twice.

Source: Bhattacharya & Getoor (2007), collective entity resolution, in two passes.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.columns import Column
from matching.records import number_records, ROWS
from matching.sets import distinct
from matching.spec import RELATIVES

Ints = NDArray[np.int64]


def relatives_column(records: int, relations: tuple[Ints, Ints], cluster: Ints) -> Column:
    """For each record the clusters of its relatives, its own left out.

    Args:
        records: number of records.
        relations: pairs of related records, each once.
        cluster: for each record its cluster.
    """
    own = np.concatenate(relations)
    other = cluster[np.concatenate(relations[::-1])]
    apart = cluster[own] != other
    packed = distinct(own[apart] << 32 | other[apart])
    values, codes = np.unique(packed & 0xFFFFFFFF, return_inverse=True)
    offsets = np.searchsorted(packed >> 32, np.arange(records + 1))
    return Column(codes.astype(np.int32), pa.array(values).cast(pa.string()), offsets.astype(np.int64))


def store_relatives(con: duckdb.DuckDBPyConnection, column: Column) -> None:
    """Write the relatives into the records, for the blocking rules that name them."""
    assert column.offsets is not None  # noqa: S101 - relatives_column makes it
    values = column.values.take(pa.array(column.codes))
    lists = pa.ListArray.from_arrays(pa.array(column.offsets.astype(np.int32)), values)
    con.register("_link_relatives", pa.table({RELATIVES: lists}))
    # Not an UPDATE: DuckDB moves rows whose lists change, and records are numbered by their rows.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {ROWS} AS
        SELECT r.* REPLACE (k.{RELATIVES} AS {RELATIVES}) FROM {ROWS} r POSITIONAL JOIN _link_relatives k
    """)
    con.unregister("_link_relatives")
    number_records(con)
