"""Comparison levels of pairs: kernels run once for each distinct pair of values, results are spread over the pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.columns import Codes, Column, NONE, SEVERAL
from matching.kinds import KINDS
from matching.kinds.kind import Kind
from matching.spec import Comparison, Spec

Levels = NDArray[np.int8]
NEUTRAL = -1


@dataclass(frozen=True)
class Compared:
    """What was found of pairs, comparisons x pairs."""

    levels: Levels
    """-1 where nothing can be said"""
    counts: NDArray[np.int32]
    """how many records hold the more frequent of the two values; 1 for comparisons without `frequency`"""


def compare_pairs(spec: Spec, columns: Mapping[str, Column], left: Codes, right: Codes) -> Compared:
    """Compare records pairwise.

    Args:
        spec: its comparisons, in order.
        columns: encoded columns of the records.
        left: record numbers, int32.
        right: record numbers, int32, of the same length.
    """
    levels = np.full((len(spec.comparisons), len(left)), NEUTRAL, np.int8)
    counts = np.ones((len(spec.comparisons), len(left)), np.int32)
    for number, each in enumerate(spec.comparisons):
        levels[number], found = compare_column(each, columns[each.column], left, right)
        if each.frequency:
            counts[number] = found
    explain_away(spec, levels)
    return Compared(levels, counts)


def compare_column(
    comparison: Comparison, column: Column, left: Codes, right: Codes
) -> tuple[Levels, NDArray[np.int32]]:
    """Levels of one comparison, and counts of the more frequent value."""
    kind = KINDS[comparison.kind]
    lefts, rights = column.only_value(left), column.only_value(right)
    levels, counts = _compare_values(kind, column, lefts, rights)
    several = np.flatnonzero(((lefts == SEVERAL) | (rights == SEVERAL)) & (lefts != NONE) & (rights != NONE))
    if len(several):
        levels[several], counts[several] = _compare_many(kind, column, left[several], right[several])
    return levels, counts


def _compare_values(kind: Kind, column: Column, left: Codes, right: Codes) -> tuple[Levels, NDArray[np.int32]]:
    levels = np.full(len(left), NEUTRAL, np.int8)
    present = np.flatnonzero((left >= 0) & (right >= 0))
    counts = np.ones(len(left), np.int32)
    if not len(present):
        return levels, counts
    lefts, rights = left[present], right[present]
    counts[present] = np.maximum(column.counts[lefts], column.counts[rights])
    levels[present] = _levels_of_values(kind, column.values, lefts, rights)
    return levels, counts


def _levels_of_values(kind: Kind, values: pa.StringArray, left: Codes, right: Codes) -> Levels:
    """Levels of pairs of value numbers, none missing."""
    equal = left == right
    levels = np.zeros(len(left), np.int8)
    same, differ = np.flatnonzero(equal), np.flatnonzero(~equal)
    levels[same] = _levels_with_themselves(kind, values, left[same])
    if len(differ):
        used, (low, high) = _only(
            values, np.minimum(left[differ], right[differ]), np.maximum(left[differ], right[differ])
        )
        levels[differ] = _levels_of_distinct(kind, kind.prepare(used), low, high)
    return levels


def _levels_with_themselves(kind: Kind, values: pa.StringArray, codes: Codes) -> Levels:
    used, (place,) = _only(values, codes)
    levels = np.zeros(len(used), np.int8)
    if kind.plain:
        odd = np.flatnonzero(~pc.match_substring_regex(used, f"^(?:{kind.plain})$").to_numpy(zero_copy_only=False))
    else:
        odd = np.arange(len(used))
    if len(odd):
        levels[odd] = kind.same(kind.prepare(used.take(pa.array(odd))))
    spread: Levels = levels[place]
    return spread


def _only(values: pa.StringArray, *codes: Codes) -> tuple[pa.StringArray, list[Codes]]:
    """The values that occur, and the codes as positions among them."""
    is_used = np.zeros(len(values), bool)
    for each in codes:
        is_used[each] = True
    used = np.flatnonzero(is_used)
    place = np.empty(len(values), np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    return values.take(pa.array(used)), [place[each] for each in codes]


def _levels_of_distinct(kind: Kind, prepared: object, low: Codes, high: Codes) -> Levels:
    if not kind.by_distinct_pairs:
        return kind.compare(prepared, low, high)
    packed = pa.array((low.astype(np.int64) << 32) | high).dictionary_encode()
    pairs = packed.dictionary.to_numpy()
    found = kind.compare(prepared, (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32))
    levels: Levels = found[packed.indices.to_numpy()]
    return levels


def _compare_many(kind: Kind, column: Column, left: Codes, right: Codes) -> tuple[Levels, NDArray[np.int32]]:
    """Records with several values: each value against each, the best level counts (the rarest value among equals)."""
    pair, lefts, rights = _cross(column, left, right)
    levels, counts = _compare_values(kind, column, lefts, rights)
    rank = np.where(levels < 0, len(kind.levels), levels).astype(np.int64) << 32 | counts
    best = np.full(len(left), np.int64(len(kind.levels)) << 32 | 1)
    np.minimum.at(best, pair, rank)
    level = (best >> 32).astype(np.int8)
    return np.where(level == len(kind.levels), NEUTRAL, level).astype(np.int8), (best & 0xFFFFFFFF).astype(np.int32)


def _cross(column: Column, left: Codes, right: Codes) -> tuple[NDArray[np.int64], Codes, Codes]:
    """All pairs of values of each pair of records: (number of the pair, left value, right value)."""
    assert column.offsets is not None  # noqa: S101 - the caller has looked
    starts = column.offsets[left], column.offsets[right]
    sizes = column.offsets[1:][left] - starts[0], column.offsets[1:][right] - starts[1]
    many = sizes[0] * sizes[1]
    pair = np.repeat(np.arange(len(left)), many)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
    width = np.maximum(sizes[1], 1)[pair]
    return pair, column.codes[starts[0][pair] + within // width], column.codes[starts[1][pair] + within % width]


def explain_away(spec: Spec, levels: Levels) -> None:
    """Make equality neutral where another comparison has said the same already."""
    row = {each.label: number for number, each in enumerate(spec.comparisons)}
    for number, each in enumerate(spec.comparisons):
        for other, names in each.explained_by.items():
            said = np.isin(levels[row[other]], spec.level_codes(other, names))
            levels[number][said & (levels[number] == 0)] = NEUTRAL
