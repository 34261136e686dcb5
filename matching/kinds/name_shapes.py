"""Which characters of names look alike: 冯 and 马, 晴 and 睛, 己 and 已.

The table is built by `data/build_like_shapes.py`, which says from what. Not here: what a like shape is worth.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from matching.kinds.kind import Flags


def looks_alike(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> Flags:
    """Whether two characters, pairwise, look alike."""
    known = _pairs()
    pairs = _packed(np.minimum(left, right), np.maximum(left, right))
    alike: Flags = known[np.minimum(np.searchsorted(known, pairs), len(known) - 1)] == pairs
    return alike


@cache
def _pairs() -> NDArray[np.uint64]:
    """All pairs in one sorted array: the lower code point above, the higher below."""
    lines = (files("matching.kinds") / "data" / "like_shapes.txt").read_text("utf-8").split()
    pairs = [(ord(line[0]), ord(other)) for line in lines for other in line[1:]]
    return np.sort(_packed(*np.array(pairs, np.uint32).T))


def _packed(low: NDArray[np.uint32], high: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return low.astype(np.uint64) << np.uint64(32) | high
