"""Columns of records as numbers: every distinct value once, and for each record the number of its value.

All comparison works on these numbers; texts are looked at only once for each distinct pair of values.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.records import quoted

Codes = NDArray[np.int32]

NONE, SEVERAL = -1, -2
"""In place of the number of a value: a record has none, or more than one."""


@dataclass(frozen=True)
class Column:
    """One column of n records.

    `codes` (int32) are positions in `values`, -1 where a record has none. A record with several values has them
    in `codes[offsets[i] : offsets[i + 1]]`; `offsets` is None when every record has at most one: then `codes` is
    of length n. `known_counts`: how many records hold each value, where that was counted elsewhere.
    """

    codes: Codes
    values: pa.StringArray
    offsets: NDArray[np.int64] | None = None
    known_counts: NDArray[np.int64] | None = None

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many records hold each value."""
        if self.known_counts is not None:
            return self.known_counts
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @cached_property
    def holders(self) -> int:
        """How many records have a value."""
        return int((self.codes >= 0).sum() if self.offsets is None else (np.diff(self.offsets) > 0).sum())

    def only_value(self, records: Codes) -> Codes:
        """The number of the value of each of some records; NONE, or SEVERAL."""
        if self.offsets is None:
            return self.codes[records]
        if not len(self.codes):
            return np.full(len(records), NONE, np.int32)
        starts = self.offsets[records]
        sizes = self.offsets[1:][records] - starts
        first = self.codes[np.minimum(starts, len(self.codes) - 1)]
        only: Codes = np.where(sizes == 1, first, np.where(sizes == 0, NONE, SEVERAL)).astype(np.int32, copy=False)
        return only

    @property
    def is_empty(self) -> bool:
        """Whether no record has a value."""
        return len(self.values) == 0


def encode_columns(con: duckdb.DuckDBPyConnection, relation: str, names: Iterable[str]) -> dict[str, Column]:
    """Encode VARCHAR and VARCHAR[] columns of a relation, in the order of its rows."""

    def read(name: str) -> pa.ChunkedArray:
        return con.sql(f"SELECT {quoted(name)} FROM {relation}").to_arrow_table().column(0)

    encoded: dict[str, Future[Column]] = {}
    with ThreadPoolExecutor(1) as pool:  # Arrow encodes outside of the interpreter's lock, while the next is read
        for name in names:
            column = read(name)
            wait(encoded.values())  # so that no more than one waits as texts
            encoded[name] = pool.submit(_encode, column)
    return {name: column.result() for name, column in encoded.items()}


def _encode(column: pa.ChunkedArray) -> Column:
    if pa.types.is_list(column.type):
        return _encode_lists(column.combine_chunks())
    encoded = column.cast(pa.string()).dictionary_encode().combine_chunks()
    return Column(_filled(encoded.indices), encoded.dictionary)


def _encode_lists(lists: pa.ListArray) -> Column:
    sizes = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    encoded = lists.flatten().cast(pa.string()).dictionary_encode()
    offsets = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    return Column(_filled(encoded.indices), encoded.dictionary, offsets)


def _filled(indices: pa.Array) -> Codes:
    codes: Codes = pc.fill_null(indices, -1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return codes
