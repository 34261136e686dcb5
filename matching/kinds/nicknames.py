"""Short forms of given names: Bob is Robert, Peggy is Margaret.

The list is our own, of English usage. Not here: beginnings of names (Rob, Robert), which need no list.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.kind import Flags, Positions


def nickname_numbers(texts: pa.LargeStringArray) -> NDArray[np.int32]:
    """The place of each text in the list, behind all of them where it is in none."""
    words = _words()
    found = pc.index_in(texts, pa.array(words, pa.large_string()))
    numbers: NDArray[np.int32] = pc.fill_null(found, len(words)).to_numpy(zero_copy_only=False)
    return numbers


def share_name(numbers: NDArray[np.int32], left: Positions, right: Positions) -> Flags:
    """Whether two given names are forms of one name."""
    found: Flags = _are_forms()[numbers[left], numbers[right]]
    return found


@cache
def _groups() -> list[list[str]]:
    """Forms of one name; a form may stand in several groups (Pat, Alex)."""
    lines = (files("matching.kinds") / "data" / "nicknames.txt").read_text("utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


@cache
def _words() -> list[str]:
    return sorted({word for group in _groups() for word in group})


@cache
def _are_forms() -> Flags:
    place = {word: number for number, word in enumerate(_words())}
    forms = np.zeros((len(place) + 1, len(place) + 1), np.bool_)
    for group in _groups():
        members = [place[word] for word in group]
        forms[np.ix_(members, members)] = True
    return forms
