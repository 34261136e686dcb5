"""Folding of characters at the speed of C: a column of texts becomes one string, and back. No tables here."""

from collections.abc import Mapping
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sources.errors import FoldingError

SEPARATOR: Final = "\x1e"
BATCH_ROWS: Final = 500_000


def fold_texts(
    con: duckdb.DuckDBPyConnection, query: str, target: str, table: Mapping[int, str | int], plain: str = "^$"
) -> None:
    """Fold each text of a query, and keep the pairs.

    Args:
        con: where the query runs.
        query: SELECT of one column `raw`, distinct and without null.
        target: temporary table to be replaced, (`raw`, `text`).
        table: for `str.translate`; must leave the ASCII record separator alone.
        plain: regular expression of whole texts in which nothing can be folded; they are not sent.

    Raises:
        FoldingError: when what comes back does not fit what was sent.
    """
    con.execute(f'CREATE OR REPLACE TEMP TABLE "{target}" AS SELECT raw, raw AS text FROM ({query})')  # noqa: S608 - no values
    odd = f'FROM "{target}" WHERE NOT regexp_full_match(raw, $plain)'
    reader = con.sql(f"SELECT raw {odd}", params={"plain": plain}).to_arrow_reader(BATCH_ROWS)  # noqa: S608 - no values
    batches = [_fold_batch(batch, table) for batch in reader]
    folded = pa.Table.from_batches(batches, schema=pa.schema([("raw", pa.string()), ("text", pa.string())]))
    con.register("folded_batches", folded)
    con.execute(f"DELETE {odd}", {"plain": plain})  # noqa: S608 - no values
    con.execute(f'INSERT INTO "{target}" FROM folded_batches')
    con.unregister("folded_batches")


def _fold_batch(batch: pa.RecordBatch, table: Mapping[int, str | int]) -> pa.RecordBatch:
    raw = batch.column(0).cast(pa.string())
    if not len(raw):
        return pa.record_batch([raw, raw], names=["raw", "text"])
    sent = pc.replace_substring(raw, SEPARATOR, " ")
    whole = pa.ListArray.from_arrays(pa.array([0, len(sent)], pa.int32()), sent)
    joined = pc.binary_join(whole, SEPARATOR)[0].as_py()
    parts = pc.split_pattern(pa.array([joined.translate(table)], pa.string()), SEPARATOR).flatten()
    if len(parts) != len(raw):
        raise FoldingError(expected_count=len(raw), found_count=len(parts))
    return pa.record_batch([raw, parts], names=["raw", "text"])
