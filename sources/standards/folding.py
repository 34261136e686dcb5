"""Folding of characters at the speed of C: a column of texts becomes one string, and back. No tables here."""

import html
import re
from collections.abc import Mapping
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sources.errors import FoldingError

_SCHEMA: Final = pa.schema([("raw", pa.string()), ("text", pa.string())])
SEPARATOR: Final = "\x1e"
_ENTITY: Final = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|nbsp|amp|quot);")
"""How a page writes a character that its encoding lacks."""

BATCH_ROWS: Final = 500_000
CHUNK_ROWS: Final = 8_192
"""Rows that DuckDB gives to one thread at a time; a temporary table of 100 000 rows would be read by one alone."""


def fold_texts(
    con: duckdb.DuckDBPyConnection, query: str, target: str, table: Mapping[int, str | int], plain: str = ""
) -> None:
    """Fold each text of a query, and register the pairs.

    Args:
        con: where the query runs.
        query: SELECT of one column `raw`, distinct and without null.
        target: name of the relation to be registered in place of any before, (`raw`, `text`).
        table: for `str.translate`; must leave the ASCII record separator alone.
        plain: regular expression of whole texts in which nothing can be folded; they are not sent.

    Raises:
        FoldingError: when what comes back does not fit what was sent.
    """
    batches = [_fold_batch(batch, table, plain) for batch in con.sql(query).to_arrow_reader(BATCH_ROWS)]
    chunks = [batch.slice(start, CHUNK_ROWS) for batch in batches for start in range(0, len(batch), CHUNK_ROWS)]
    con.register(target, pa.Table.from_batches(chunks, schema=_SCHEMA))


def _fold_batch(batch: pa.RecordBatch, table: Mapping[int, str | int], plain: str) -> pa.RecordBatch:
    raw = batch.column(0).cast(pa.string())
    odd = pc.invert(pc.match_substring_regex(raw, f"^(?:{plain})$"))
    return pa.record_batch([raw, pc.replace_with_mask(raw, odd, _fold_column(raw.filter(odd), table))], schema=_SCHEMA)


def _fold_column(raw: pa.Array, table: Mapping[int, str | int]) -> pa.Array:
    if not len(raw):
        return raw
    sent = pc.replace_substring(raw, SEPARATOR, " ")
    whole = pa.ListArray.from_arrays(pa.array([0, len(sent)], pa.int32()), sent)
    joined = _ENTITY.sub(lambda entity: html.unescape(entity[0]), pc.binary_join(whole, SEPARATOR)[0].as_py())
    parts = pc.split_pattern(pa.array([joined.translate(table)], pa.string()), SEPARATOR).flatten()
    if len(parts) != len(raw):
        raise FoldingError(expected_count=len(raw), found_count=len(parts))
    return parts
