"""Blocks of records that have a key in common, and their pairs: sorted by key, so that a block is a run of rows.

Not here: what the keys are, and how many pairs are too many (`matching.candidates`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Records = NDArray[np.int32]
Keys = NDArray[np.uint64]
Pairs = NDArray[np.int64]

PAIRS_AT_ONCE = 4_000_000

_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Blocks:
    """Blocks of two records and more. A block is `record[first : first + size]`; `key` is what they share."""

    record: Records
    first: Ints
    size: Ints
    key: Keys

    @classmethod
    def of(cls, key: Keys, record: Records) -> Self:
        """The blocks of rows of (hash of a key, record) sorted by key; a record comes at most once with each key."""
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.empty(0, np.int64)
        size = np.diff(np.append(first, len(key)))
        shared = size > 1
        return cls(record, first[shared], size[shared], key[first[shared]])

    def select(self, chosen: NDArray[np.bool_]) -> Self:
        """Some of the blocks."""
        return replace(self, first=self.first[chosen], size=self.size[chosen], key=self.key[chosen])

    def count_pairs(self, apart: NDArray[np.int8]) -> Ints:
        """Pairs of each block; `apart` is for each record a table of which no two records are paired, or -1."""
        rows, block = self._rows()
        pairs = self.size * (self.size - 1) // 2
        tables = apart[self.record[rows]]
        for table in range(int(apart.max(initial=-1)) + 1):
            own = np.bincount(block[tables == table], minlength=len(self.size))
            pairs -= own * (own - 1) // 2
        return pairs

    def split(self, part: Keys, is_known: NDArray[np.bool_]) -> Self:
        """Smaller blocks, by the hash of a further key; records of which it is not known are in none."""
        rows, block = self._rows()
        record = self.record[rows]
        known = is_known[record]
        key, record = (self.key[block] * _MIX ^ part[record])[known], record[known]
        order = np.argsort(key)
        return type(self).of(key[order], record[order])

    def __add__(self, other: Self) -> Self:
        """The blocks of both."""
        return type(self)(
            np.concatenate((self.record, other.record)),
            np.concatenate((self.first, other.first + len(self.record))),
            np.concatenate((self.size, other.size)),
            np.concatenate((self.key, other.key)),
        )

    def pairs(self, apart: NDArray[np.int8]) -> Pairs:
        """Pairs `l << 32 | r` with l < r, sorted, each once."""
        found = [np.empty(0, np.int64)]
        rows, block = self._rows()
        following = (self.first + self.size)[block] - rows - 1
        for some in _portions(following):
            many = following[some]
            left = np.repeat(rows[some], many)
            right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
            one, other = self.record[left].astype(np.int64), self.record[right].astype(np.int64)
            tables = apart[one]
            may = (tables != apart[other]) | (tables < 0)
            found.append((np.minimum(one, other) << 32 | np.maximum(one, other))[may])
        return sorted_unique(np.concatenate(found))

    def _rows(self) -> tuple[Ints, Ints]:
        """The rows that are in blocks, and the number of each one's block."""
        block = np.repeat(np.arange(len(self.size)), self.size)
        start = np.cumsum(self.size) - self.size
        return np.arange(len(block)) + (self.first - start)[block], block


def sorted_unique(numbers: Pairs) -> Pairs:
    """Distinct numbers in order; sorting is several times quicker than numpy's own `unique`, which hashes.

    Stable, because that kind of sort merges what is sorted in parts.
    """
    ordered = np.sort(numbers, kind="stable")
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _portions(counts: Ints) -> Iterator[slice]:
    """Slices of rows that make about `PAIRS_AT_ONCE` pairs each."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")), start + 1)
        yield slice(start, stop)
        start = stop
