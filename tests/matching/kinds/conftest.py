"""One pair of values at a time, in both orders."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from matching.kinds import KINDS

Level = Callable[[str, str, str], str]


def _level(name: str, left: str, right: str) -> str:
    kind = KINDS[name]
    if left == right:
        codes = {int(kind.same(kind.prepare(pa.array([left])))[0])}
    else:
        prepared = kind.prepare(pa.array([left, right]))
        sides = np.array([0], np.int32), np.array([1], np.int32)
        codes = {int(kind.compare(prepared, *pair)[0]) for pair in (sides, sides[::-1])}
    [code] = codes
    return "neutral" if code < 0 else list(kind.levels)[code]


@pytest.fixture
def level() -> Level:
    """The level of two values of a kind by name; `neutral` where they say nothing."""
    return _level
