"""Small cells of published counts hidden, so that no total gives one away.

Primary suppression hides every count from 1 to k - 1; complementary suppression hides more, until a reader who solves
all published sums together still has to allow k or more in each of those cells. Zeros are shown: that nobody is there.
A sum may be weighted (persons are households by their size): then solutions count in whole numbers alone, as few do so.

After Willenborg & de Waal, Elements of Statistical Disclosure Control (2001), ch. 4; a heuristic, so that a little more
may be hidden than the least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csc_array, hstack

from warehouse.errors import SuppressionError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_NO_CHANGE: Final = 1e-6


@dataclass(frozen=True)
class Sums:
    """Sums that readers know: `total[i]` is the sum of the cells `part[j]`, times `weight[j]`, with `owner[j] == i`."""

    total: Ints
    part: Ints
    owner: Ints
    weight: Ints

    @classmethod
    def of(
        cls,
        sums: Sequence[tuple[int, Sequence[int]]],
        weighted: Sequence[tuple[int, Sequence[int], Sequence[int]]] = (),
    ) -> "Sums":
        """Sums given as a total and its parts, and weighted ones with their weights besides."""
        every = [*((total, parts, [1] * len(parts)) for total, parts in sums), *weighted]
        return cls(
            np.array([total for total, _, _ in every], np.int64),
            np.array([part for _, parts, _ in every for part in parts], np.int64),
            np.repeat(np.arange(len(every)), [len(parts) for _, parts, _ in every]),
            np.array([weight for _, _, weights in every for weight in weights], np.int64),
        )


def find_sums(
    cells: Sequence[tuple[str | None, ...]], sets: Sequence[tuple[int, ...]], which: Sequence[int]
) -> list[tuple[int, list[int]]]:
    """The sums between the cells of a table that is published by several sets of its dimensions.

    Args:
        cells: for each cell its values, None in dimensions over which it is summed.
        sets: published sets of dimensions, by their numbers.
        which: for each cell the number of its set.

    Returns:
        Numbers of cells: a total and its parts.
    """
    places = {(number, cell): n for n, (number, cell) in enumerate(zip(which, cells, strict=True))}
    sums: dict[tuple[int, int], list[int]] = {}
    for upper, narrow in enumerate(sets):
        for number, wide in enumerate(sets):
            if not set(narrow) < set(wide) or any(set(narrow) < set(other) < set(wide) for other in sets):
                continue
            for n, cell in enumerate(cells):
                if which[n] == number:
                    total = places[upper, tuple(value if d in narrow else None for d, value in enumerate(cell))]
                    sums.setdefault((number, total), []).append(n)
    return [(total, parts) for (_, total), parts in sums.items()]


def suppress(counts: Ints, sums: Sums, k: int, unpublished: Sequence[int] = ()) -> Flags:
    """Which counts to hide.

    Args:
        counts: of all cells, totals included.
        sums: which of them are sums of others.
        k: the smallest count that may be told, 1 for hiding nothing.
        unpublished: cells that no table has, and that need no protection.
    """
    hidden: Flags = (counts > 0) & (counts < k)
    small = np.setdiff1d(np.flatnonzero(hidden), unpublished)
    hidden[list(unpublished)] = True
    # Small cells first, and a total only when nothing else is left.
    order = np.lexsort((counts[sums.part], sums.owner))
    sums = Sums(sums.total, sums.part[order], sums.owner[order], sums.weight[order])
    while len(more := _told_by_one_sum(counts, hidden, sums, k)):
        hidden[more] = True
    _hide_what_all_sums_tell(counts, hidden, sums, small, k)
    return hidden


def _told_by_one_sum(counts: Ints, hidden: Flags, sums: Sums, k: int) -> Ints:
    """One more cell for each sum that by itself gives away something; none when all are safe."""
    hidden_parts = np.bincount(sums.owner[hidden[sums.part]], minlength=len(sums.total))
    hidden_counts = np.bincount(sums.owner, counts[sums.part] * hidden[sums.part], minlength=len(sums.total))
    # All hidden cells hold 1 at least, so one of them holds the remainder less the others at most.
    told = (hidden_parts > 0) & ~hidden[sums.total] & ((hidden_parts == 1) | (hidden_counts - hidden_parts + 1 < k))
    told |= (hidden_parts == 0) & hidden[sums.total]
    told[sums.owner[sums.weight > 1]] = False  # weighted sums are left to the programs below
    free = told[sums.owner] & ~hidden[sums.part] & (counts[sums.part] > 0)
    owners, first = np.unique(sums.owner[free], return_index=True)
    left = sums.total[np.setdiff1d(np.flatnonzero(told), owners)]
    found: Ints = np.unique(np.concatenate((sums.part[free][first], left[~hidden[left]])))
    return found


def _hide_what_all_sums_tell(counts: Ints, hidden: Flags, sums: Sums, small: Ints, k: int) -> None:
    """Hide more until each small cell could hold k for all that a reader knows: visible counts, sums, no hidden zero.

    For each cell a linear program looks for other counts that add up, with k in it, in which visible cells change as
    little as can be, the small ones rather than the large; those that change are hidden. What was open stays open when
    more is hidden. After Kelly, Golden & Assad, Cell Suppression (Networks 22, 1992).
    """
    live = np.flatnonzero(counts > 0)
    place = np.cumsum(counts > 0) - 1
    parts = counts[sums.part] > 0
    totals = np.flatnonzero(counts[sums.total] > 0)
    rows = np.concatenate((sums.owner[parts], totals))
    columns = place[np.concatenate((sums.part[parts], sums.total[totals]))]
    signs = np.concatenate((sums.weight[parts], np.full(len(totals), -1))).astype(float)
    matrix = coo_array((signs, (rows, columns)), shape=(len(sums.total), len(live))).tocsc()
    whole = place[np.unique(sums.part[parts & np.isin(sums.owner, sums.owner[sums.weight > 1])])]
    present = counts[live].astype(float)
    waiting = set(place[small].tolist())
    is_shown = ~hidden[live]
    while waiting:
        grown = present + _growth(matrix, present, is_shown, whole, np.array(sorted(waiting)), k)
        if not (reached := waiting.intersection(np.flatnonzero(grown > k - _NO_CHANGE).tolist())):
            break
        waiting -= reached
    for cell in sorted(waiting):
        if cell in waiting:
            change = _least_change(matrix, present, is_shown, whole, cell, k)
            is_shown &= abs(change) < _NO_CHANGE
            waiting -= set(np.flatnonzero(present + change > k - _NO_CHANGE).tolist())
    hidden[live[~is_shown]] = True


def _growth(matrix: csc_array, present: Floats, is_shown: Flags, whole: Ints, cells: Ints, k: int) -> Floats:
    """Changes of hidden cells that bring as much as possible into some of them, k into each at most."""
    limit = np.where(is_shown, 0.0, k * present.sum())
    limit[cells] = k - present[cells]
    gain = np.isin(np.arange(len(present)), cells).astype(float)
    return _solve(-gain, matrix, np.where(is_shown, 0.0, 1.0 - present), limit, whole)


def _least_change(matrix: csc_array, present: Floats, is_shown: Flags, whole: Ints, cell: int, k: int) -> Floats:
    """Changes that bring k into a cell and touch few of the cells shown, small ones rather than large."""
    cost = np.where(is_shown, present, 0.0)
    least = np.zeros(len(present))
    least[cell] = k - present[cell]
    lower = np.concatenate((least, np.zeros(len(present))))
    upper = np.concatenate((np.full(len(present), k * present.sum()), present - 1.0))
    upper[len(present) + cell] = 0.0  # or a loss would undo the gain
    whole = np.concatenate((whole, whole + len(present)))
    both = _solve(np.concatenate((cost, cost)), hstack((matrix, -matrix)), lower, upper, whole)
    return both[: len(present)] - both[len(present) :]


def _solve(cost: Floats, matrix: csc_array, lower: Floats, upper: Floats, whole: Ints) -> Floats:
    """The cheapest changes within bounds that add up, in whole numbers where `whole` says."""
    integrality = np.zeros(len(cost))
    while True:
        found = linprog(
            cost, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=np.column_stack((lower, upper)), method="highs",
            integrality=integrality, options={"presolve": False},  # which takes longer than what it saves
        )  # fmt: skip
        if not found.success:
            raise SuppressionError(f"hidden counts could not be made safe: {found.message}")
        solution: Floats = found.x
        # Most solutions are in whole numbers by themselves, and asking for them takes longer.
        if integrality.any() or (abs(solution[whole] - solution[whole].round()) < _NO_CHANGE).all():
            return solution
        integrality[whole] = 1
