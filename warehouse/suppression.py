"""Small cells of published counts hidden, so that no total gives one away.

Primary suppression hides every count from 1 to k - 1; complementary suppression hides more, until what the visible
totals say of the hidden cells leaves each of them open up to k at least. Zeros are shown: that nobody is there.

After Willenborg & de Waal, Elements of Statistical Disclosure Control (2001), ch. 4, with a greedy choice of the
complementary cells instead of the least-cost one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Sums:
    """Published sums: cell `total[i]` is the sum of the cells `part[j]` with `owner[j] == i`; all are published."""

    total: Ints
    part: Ints
    owner: Ints


def find_sums(cells: Sequence[tuple[str | None, ...]], sets: Sequence[tuple[int, ...]], which: Ints) -> Sums:
    """The sums between the cells of a table that is published by several sets of its dimensions.

    Args:
        cells: for each cell its values, None in dimensions over which it is summed.
        sets: published sets of dimensions, by their numbers.
        which: for each cell the number of its set.
    """
    places = {(int(which[n]), cell): n for n, cell in enumerate(cells)}
    total: dict[tuple[int, int, int], int] = {}
    part, owner = [], []
    totals: list[int] = []
    for number, wide in enumerate(sets):
        for upper, narrow in enumerate(sets):
            if not set(narrow) < set(wide) or any(set(narrow) < set(other) < set(wide) for other in sets):
                continue
            for n in map(int, np.flatnonzero(which == number)):
                cell = tuple(value if d in narrow else None for d, value in enumerate(cells[n]))
                key = (number, upper, places[upper, cell])
                if key not in total:
                    total[key] = len(totals)
                    totals.append(places[upper, cell])
                part.append(n)
                owner.append(total[key])
    return Sums(np.array(totals, np.int64), np.array(part, np.int64), np.array(owner, np.int64))


def suppress(counts: Ints, sums: Sums, k: int) -> Flags:
    """Which counts to hide.

    Args:
        counts: of all cells, totals included.
        sums: which of them are sums of others.
        k: the smallest count that may be told, 1 for hiding nothing.
    """
    hidden: Flags = (counts > 0) & (counts < k)
    # Small cells first, and a total only when nothing else is left.
    order = np.lexsort((counts[sums.part], sums.owner))
    part, owner = sums.part[order], sums.owner[order]
    while len(more := _complementary(counts, hidden, sums.total, part, owner, k)):
        hidden[more] = True
    return hidden


def _complementary(counts: Ints, hidden: Flags, total: Ints, part: Ints, owner: Ints, k: int) -> Ints:
    """One more cell for each sum that gives away something; none when all are safe."""
    hidden_parts = np.bincount(owner[hidden[part]], minlength=len(total))
    remainder = np.bincount(owner, counts[part] * hidden[part], minlength=len(total)).astype(np.int64)
    # All hidden cells hold 1 at least, so one of them holds the remainder less the others at most.
    told = (hidden_parts > 0) & ~hidden[total] & ((hidden_parts == 1) | (remainder - hidden_parts + 1 < k))
    told |= (hidden_parts == 0) & hidden[total]
    free = told[owner] & ~hidden[part] & (counts[part] > 0)
    owners, first = np.unique(owner[free], return_index=True)
    chosen = part[free][first]
    left = np.setdiff1d(np.flatnonzero(told), owners)
    found: Ints = np.unique(np.concatenate((chosen, total[left][~hidden[total[left]]])))
    return found
