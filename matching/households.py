"""Pairs of one household, measured: two records of a de-duplicated table that share what households share.

Such two are certainly two persons, so their levels show without labels and without EM what relatives, twins and couples
look like. Only where no table is de-duplicated must the class of households be learnt with the matches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.columns import Column
from matching.levels import compare_pairs
from matching.parameters import default_m, Floats
from matching.sets import distinct
from matching.spec import Spec

MOST_MEMBERS: Final = 15
"""Holders of one value beyond which it is no household's."""

SAMPLE: Final = 25_000
LEAST_PAIRS: Final = 200
PRIOR_STRENGTH: Final = 20.0

DOUBLET_WEIGHT: Final = 10.0
"""Bits for one person, of what households do not share, beyond which a pair is no pair of relatives."""


@dataclass(frozen=True)
class Households:
    """h of each level of each comparison, and the share of such pairs among all pairs of different records."""

    levels: list[Floats]
    prior: float


def measure_households(
    spec: Spec, columns: Mapping[str, Column], sources: NDArray[np.int64], u: list[Floats], rng: np.random.Generator
) -> Households | None:
    """Measure pairs of one household.

    Args:
        spec: which comparisons are `shared`.
        columns: encoded columns.
        sources: for each record the number of its de-duplicated table, else -1.
        u: levels of strangers, believed until there is better.
        rng: for sampling.

    Returns:
        None when there are too few such pairs to learn from.
    """
    found = [_sharing(columns[each.column], sources) for each in spec.comparisons if each.shared]
    found = [each for each in found if len(each)]
    if sum(map(len, found)) < LEAST_PAIRS:
        return None
    pairs = distinct(*found)
    sizes = np.bincount(sources[sources >= 0]).astype(float)
    prior = len(pairs) / max(float((sizes * (sizes - 1) / 2).sum()), 1.0)
    if len(pairs) > SAMPLE:
        pairs = np.sort(rng.choice(pairs, SAMPLE, replace=False))
    compared = compare_pairs(spec, columns, (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32))
    relatives = ~_are_doublets(spec, compared.levels, u)
    levels = [_shares(row[relatives], strangers) for row, strangers in zip(compared.levels, u, strict=True)]
    return Households(levels, min(prior, 0.4))


def _are_doublets(spec: Spec, levels: NDArray[np.int8], u: list[Floats]) -> NDArray[np.bool_]:
    """Pairs which agree in so much that households do not share that the table rather holds one person twice."""
    said = np.zeros(levels.shape[1])
    for each, row, strangers in zip(spec.comparisons, levels, u, strict=True):
        if not each.shared:
            said += np.append(np.log2(default_m(len(strangers)) / strangers), 0.0)[row]
    doublets: NDArray[np.bool_] = said > DOUBLET_WEIGHT
    return doublets


def _shares(levels: NDArray[np.int8], strangers: Floats) -> Floats:
    """How often each level is seen: if relatives agree so much more often than strangers, they nearly agree so, too."""
    counts = np.bincount(levels[levels >= 0], minlength=len(strangers)) + PRIOR_STRENGTH * strangers
    h: Floats = counts / counts.sum()
    h[1:-1] = np.maximum(
        h[1:-1], strangers[1:-1] * min(h[0] / strangers[0], 1 / len(h) / strangers[1:-1].max(initial=1e-9))
    )
    shares: Floats = h / h.sum()
    return shares


def _sharing(column: Column, sources: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of records of one table that hold one value of the column, as `l << 32 | r`."""
    records = np.arange(len(sources)) if column.offsets is None else _owners(column)
    held = np.flatnonzero((column.codes >= 0) & (sources[records] >= 0))
    order = held[np.lexsort((records[held], sources[records[held]], column.codes[held]))]
    group = column.codes[order].astype(np.int64) << 8 | sources[records[order]]
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    few = counts[inverse] <= MOST_MEMBERS
    pairs = []
    for step in range(1, MOST_MEMBERS):
        same = np.flatnonzero((group[step:] == group[:-step]) & few[step:])
        if not len(same):
            break
        left, right = records[order[same]], records[order[same + step]]
        pairs.append(left[left < right] << 32 | right[left < right])
    return np.concatenate(pairs).astype(np.int64) if pairs else np.empty(0, np.int64)


def _owners(column: Column) -> NDArray[np.int64]:
    """For each value of a column with several values the record that holds it."""
    assert column.offsets is not None  # noqa: S101 - the caller has looked
    return np.repeat(np.arange(len(column.offsets) - 1), np.diff(column.offsets))
