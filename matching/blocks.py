"""Blocks of records that have a key in common, and their pairs: sorted by key, so that a block is a run of rows.

Not here: what the keys are, and how many pairs are too many (`matching.candidates`).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Records = NDArray[np.int32]
Keys = NDArray[np.uint64]
Pairs = NDArray[np.int64]

PAIRS_AT_ONCE = 4_000_000

THREADS = 2
"""Parts worked on at once: most of it is done outside of the interpreter's lock."""

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
        """The blocks of rows of (hash of a key, record), sorted; a record comes at most once with each key."""
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
        order = np.lexsort((record, key))
        return type(self).of(key[order], record[order])

    def __add__(self, other: Self) -> Self:
        """The blocks of both."""
        return type(self)(
            np.concatenate((self.record, other.record)),
            np.concatenate((self.first, other.first + len(self.record))),
            np.concatenate((self.size, other.size)),
            np.concatenate((self.key, other.key)),
        )

    def members(self) -> "Members":
        """The records of these blocks."""
        rows, block = self._rows()
        following = (self.first + self.size)[block] - rows - 1
        return Members(self.record[rows], following.astype(np.int32))

    def _rows(self) -> tuple[Ints, Ints]:
        """The rows that are in blocks, and the number of each one's block."""
        block = np.repeat(np.arange(len(self.size)), self.size)
        start = np.cumsum(self.size) - self.size
        return np.arange(len(block)) + (self.first - start)[block], block


@dataclass(frozen=True)
class Members:
    """The records of blocks, block by block in ascending order, and how many of its block follow each."""

    record: Records
    following: Records

    def count_partners(self, records: int) -> Ints:
        """For each of so many records how many greater ones it meets, however often."""
        partners: Ints = np.bincount(self.record, self.following, minlength=records).astype(np.int64)
        return partners

    def pairs(self, first: int, last: int, apart: NDArray[np.int8]) -> Pairs:
        """Pairs `l << 32 | r` with first <= l < last and l < r: in no order, and again for each block they share."""
        rows = np.flatnonzero((self.record >= first) & (self.record < last))
        many = self.following[rows]
        left = np.repeat(rows, many)
        right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
        one, other = self.record[left], self.record[right]
        tables = apart[one]
        may = (tables != apart[other]) | (tables < 0)
        pairs: Pairs = one[may].astype(np.int64) << 32 | other[may]
        return pairs

    def are_together(self, left: Records, right: Records) -> NDArray[np.bool_]:
        """Whether two records have a block in common."""
        asked = np.zeros(int(max(self.record.max(initial=0), left.max(initial=0), right.max(initial=0))) + 1, bool)
        asked[left] = asked[right] = True
        rows = np.flatnonzero(asked[self.record])
        rows = rows[np.argsort(self.record[rows], kind="stable")]
        record, last_of_block = self.record[rows], rows + self.following[rows]

        def blocks(side: Records) -> Ints:
            start, stop = (np.searchsorted(record, side, end) for end in ("left", "right"))
            many = stop - start
            pair = np.repeat(np.arange(len(side)), many)
            at = np.arange(len(pair)) + np.repeat(start - np.cumsum(many) + many, many)
            named: Ints = pair << 32 | last_of_block[at]
            return named

        together = np.zeros(len(left), bool)
        together[np.intersect1d(blocks(left), blocks(right), assume_unique=True) >> 32] = True
        return together


def united(members: Sequence[Members], apart: NDArray[np.int8], known: Pairs) -> Pairs:
    """The pairs of several rules and those known before, sorted, each once: made of so many records at a time."""
    records = len(apart)
    partners = np.diff(np.searchsorted(known, np.arange(records + 1) << 32))
    for each in members:
        partners += each.count_partners(records)
    most = int(partners.sum())
    edges = np.searchsorted(np.cumsum(partners), np.arange(0, most, PAIRS_AT_ONCE))
    edges = np.unique(np.concatenate(([0], edges, [records])))

    def unite(first: int, last: int) -> Pairs:
        start, stop = np.searchsorted(known, np.array([first, last], np.int64) << 32)
        return sorted_unique(np.concatenate([known[start:stop], *(each.pairs(first, last, apart) for each in members)]))

    pairs, count = np.empty(most, np.int64), 0  # what is not filled takes no room
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map(unite, edges[:-1], edges[1:]):
            pairs[count : count + len(part)] = part
            count += len(part)
    return pairs[:count]


def sorted_unique(numbers: Pairs) -> Pairs:
    """Distinct numbers in order; sorting is several times quicker than numpy's own `unique`, which hashes.

    Stable, because that kind of sort merges what is sorted in parts.
    """
    ordered = np.sort(numbers, kind="stable")
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered
