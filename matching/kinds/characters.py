"""Columns of text as flat code points, so that whole columns are folded, counted and bounded without a loop.

Not here: what is folded (each kind has its table), nor distances (`matching.kinds.distances`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.kind import Flags, Positions

CODE_POINTS = 0x110000
_NOT_ASCII = 0x80
_PACKED = 3
"""Characters that go into one integer of 63 bits."""

Table = NDArray[np.uint32]
"""Code point → the code point which stands for it, 0 where it is left out."""


@dataclass(frozen=True)
class Characters:
    """Texts of one column: text i is `codes[offsets[i] : offsets[i + 1]]`."""

    codes: NDArray[np.uint32]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, values: pa.StringArray) -> Self:
        """Read a column of texts without null."""
        sizes = pc.utf8_length(values).to_numpy(zero_copy_only=False)
        return cls(np.frombuffer(_joined(values).encode("utf-32-le"), "<u4"), _offsets(sizes))

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.offsets) - 1

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """Characters of each text."""
        return np.diff(self.offsets).astype(np.int32)

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """For each character the number of its text."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    @cached_property
    def masks(self) -> NDArray[np.uint64]:
        """A set of 64 classes of characters for each text: a class in one only is an edit at least."""
        return self.reduced(np.bitwise_or, np.uint64(1) << (self.codes & 63).astype(np.uint64))

    def reduced(self, operation: np.ufunc, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Bring numbers of characters together by text; 0 for a text without characters."""
        found = np.zeros(len(self), np.uint64)
        # reduceat knows no empty slices, so texts without characters are passed over.
        filled = self.lengths > 0
        if filled.any():
            found[filled] = operation.reduceat(numbers, self.offsets[:-1][filled])
        return found

    def mapped(self, table: Table) -> Self:
        """Put each character's stand-in in its place, leaving out those which have 0."""
        codes = table[self.codes]
        return type(self)(codes, self.offsets).kept(codes != 0)

    def kept(self, is_kept: Flags) -> Self:
        """Leave out single characters."""
        if is_kept.all():
            return self
        return type(self)(self.codes[is_kept], self.offsets - self._before(~is_kept))

    def chosen(self, places: NDArray[np.int64] | Positions) -> Self:
        """Some texts, in the order asked for."""
        sizes = self.lengths[places].astype(np.int64)
        offsets = _offsets(sizes)
        source = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][places] - offsets[:-1], sizes)
        return type(self)(self.codes[source], offsets)

    def at(self, place: int, of: Positions | None = None) -> NDArray[np.uint32]:
        """The character at a place (from the end when negative) of texts, 0 where there is none."""
        starts, ends = self.offsets[:-1], self.offsets[1:]
        if of is not None:
            starts, ends = starts[of], ends[of]
        where = starts + place if place >= 0 else ends + place
        inside = (where >= starts) & (where < ends)
        if not len(self.codes):
            return np.zeros(len(where), np.uint32)
        return np.where(inside, self.codes[np.where(inside, where, 0)], np.uint32(0))

    def neighbours(self, step: int) -> NDArray[np.uint32]:
        """For each character the one a step after it (before it when negative) in its text, 0 where there is none."""
        beside = np.zeros(len(self.codes), np.uint32)
        if step > 0:
            beside[:-step] = self.codes[step:]
        else:
            beside[-step:] = self.codes[:step]
        for place in range(abs(step)):
            has = self.lengths > place
            beside[self.offsets[1:][has] - 1 - place if step > 0 else self.offsets[:-1][has] + place] = 0
        return beside

    def is_first(self) -> Flags:
        """For each character whether its text begins with it."""
        first = np.zeros(len(self.codes), np.bool_)
        first[self.offsets[:-1][self.lengths > 0]] = True
        return first

    def count(self, is_counted: Flags) -> NDArray[np.int32]:
        """How many characters of each text are flagged."""
        return np.diff(self._before(is_counted)).astype(np.int32)

    def _before(self, is_counted: Flags) -> NDArray[np.int64]:
        """How many flagged characters stand before each text, and in the end before all that would follow."""
        # Far less work than a running sum over all characters.
        return np.searchsorted(np.flatnonzero(is_counted), self.offsets)

    def texts(self) -> pa.LargeStringArray:
        """Back to a column of texts."""
        if not len(self.codes) or self.codes.max() < _NOT_ASCII:
            ends, data = self.offsets, self.codes.astype(np.uint8).tobytes()
        else:
            ends = self.offsets + sum(self._before(self.codes >= each) for each in (_NOT_ASCII, 0x800, 0x10000))
            data = self.codes.astype("<u4").tobytes().decode("utf-32-le").encode()
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(ends), pa.py_buffer(data))

    def numbers(self) -> NDArray[np.int32]:
        """A number for each text, equal for equal texts: short ones are looked up as one integer each."""
        long = np.flatnonzero(self.lengths > _PACKED)
        packed = np.zeros(len(self), np.int64)
        for place in range(_PACKED):
            packed |= self.at(place).astype(np.int64) << (21 * place)
        # Numbers below 0 are no characters, so they are free for the long texts.
        packed[long] = -1 - numbers_of(self.chosen(long).texts()).astype(np.int64)
        return numbers_of(pa.array(packed))


def identity_table(changes: Mapping[str, str] | None = None) -> Table:
    """A table that leaves every character as it is, but for some changed."""
    table = np.arange(CODE_POINTS, dtype=np.uint32)
    for old, new in (changes or {}).items():
        table[ord(old)] = ord(new)
    return table


def numbers_of(values: pa.Array) -> NDArray[np.int32]:
    """A number for each value, equal for equal values."""
    numbers: NDArray[np.int32] = values.dictionary_encode().indices.to_numpy()
    return numbers


def _joined(values: pa.StringArray) -> str:
    if not len(values):
        return ""
    large = values.cast(pa.large_string())
    if isinstance(large, pa.ChunkedArray):
        large = pa.concat_arrays(large.chunks)
    _, ends, data = large.buffers()
    ends = np.frombuffer(ends, np.int64)[large.offset : large.offset + len(large) + 1]
    return bytes(memoryview(data or b"")[ends[0] : ends[-1]]).decode()


def _offsets(sizes: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
