"""What a comparison kind is, and how its tests are applied: from the strongest level down, to pairs still open.

Not here: any kind. Each has a module of its own and is registered in `matching.kinds`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Positions = NDArray[np.int32]
Levels = NDArray[np.int8]
Flags = NDArray[np.bool_]

NEUTRAL = -1
"""The level of a pair about which nothing can be said."""

OPEN = -2
"""What a step answers for a pair that it leaves to the next step."""

Step = Callable[[Any, Positions, Positions], Levels]
Test = Callable[[Any, Positions, Positions], Flags]


@dataclass(frozen=True)
class Kind:
    """One way to compare the values of a column, over whole columns of distinct values.

    `levels`: level name → the sentence shown to reviewers, strongest first; a level's code is its place.
    `prepare`: distinct values without null → what the two others want, computed once.
    `same`: int8 level of each distinct value compared with itself, -1 when it says nothing (a placeholder).
    `compare`: (prepared, left positions, right positions), int32 and never equal → int8 levels, -1 for neutral;
    the order of the two sides makes no difference. `plain`: a regular expression of whole values that are surely at
    the first level when compared with themselves; they need not be prepared for that. `by_distinct_pairs`: whether
    comparing costs more than finding out which pairs are the same.
    """

    name: str
    levels: Mapping[str, str]
    prepare: Callable[[pa.StringArray], Any]
    same: Callable[[Any], Levels]
    compare: Callable[[Any, Positions, Positions], Levels]
    plain: str = ""
    by_distinct_pairs: bool = True


def settle_pairs(
    steps: Sequence[Step],
    prepared: Any,  # noqa: ANN401 - each kind has its own
    left: Positions,
    right: Positions,
) -> Levels:
    """Apply steps in turn, each to the pairs that those before it left open.

    Args:
        steps: the last one must leave nothing open.
        prepared: what the kind's `prepare` has made.
        left: positions of distinct values.
        right: positions of the values compared with them.
    """
    levels = np.full(len(left), OPEN, np.int8)
    still_open = np.arange(len(left))
    for step in steps:
        if not len(still_open):
            break
        found = step(prepared, left, right)
        levels[still_open] = found
        is_open = found == OPEN
        if not is_open.all():
            still_open, left, right = still_open[is_open], left[is_open], right[is_open]
    return levels


def at_level(level: int, test: Test) -> Step:
    """The step that puts pairs which pass a test at a level."""

    def step(prepared: Any, left: Positions, right: Positions) -> Levels:  # noqa: ANN401 - each kind has its own
        return np.where(test(prepared, left, right), level, OPEN).astype(np.int8)

    return step


def otherwise(level: int) -> Step:
    """The last step: whatever is still open is at this level."""
    return lambda _prepared, left, _right: np.full(len(left), level, np.int8)


def where_possible(
    possible: Flags, test: Callable[[Positions, Positions], Flags], left: Positions, right: Positions
) -> Flags:
    """Run a costly test only on the pairs that a cheap one leaves possible; the others fail it."""
    chosen = np.flatnonzero(possible)
    passed = np.zeros(len(left), np.bool_)
    if len(chosen):
        passed[chosen] = test(left[chosen], right[chosen])
    return passed
