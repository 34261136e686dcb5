"""Values that are the same or not: codes from a list, keys, sex.

Not here: anything about near values.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from matching.kinds.kind import Kind, Levels, Positions

LEVELS: Final = {
    "equal": "Both values are the same.",
    "different": "The values are not the same.",
}

_EQUAL, _DIFFERENT = range(len(LEVELS))


def _same(count: int) -> Levels:
    return np.full(count, _EQUAL, np.int8)


def _compare(_count: int, left: Positions, _right: Positions) -> Levels:
    return np.full(len(left), _DIFFERENT, np.int8)


def _prepare(values: pa.StringArray) -> int:
    return len(values)


EXACT: Final = Kind("exact", LEVELS, _prepare, _same, _compare, ".*", by_distinct_pairs=False)
