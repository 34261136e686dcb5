"""Sets of whole numbers as arrays, by sorting: `np.unique` and `np.isin` hash, which takes many times as long."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def distinct(*values: Ints) -> Ints:
    """The distinct values of some arrays, in order."""
    ordered = np.sort(np.concatenate(values))
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    found: Ints = ordered[first]
    return found


def is_among(values: Ints, known: Ints) -> NDArray[np.bool_]:
    """For each value whether it is one of the known ones."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    ordered = np.sort(known)
    found: NDArray[np.bool_] = ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values
    return found
