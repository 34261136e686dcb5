"""Codes and numbers: postcodes, phones, account numbers, keys that people type.

Not here: citizen numbers, which have a check character and masks (`matching.kinds.citizen_id`).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.kinds.characters import Characters, numbers_of, Table
from matching.kinds.distances import edit_distances
from matching.kinds.kind import at_level, Flags, Kind, Levels, Positions, settle_pairs
from matching.kinds.words import BLANK, word_table

LEVELS: Final = {
    "equal": "The codes are the same, apart from capitals, blanks and punctuation.",
    "one_slip": "One character is wrong, missing or too many, or two neighbours are swapped.",
    "two_slips": "Two such slips lie between codes of six characters and more.",
    "different": "The codes are different.",
}

_EQUAL, _ONE_SLIP, _TWO_SLIPS, _DIFFERENT = range(len(LEVELS))

_SHORTEST_OF_TWO_SLIPS: Final = 6


@dataclass(frozen=True)
class _Codes:
    characters: Characters
    texts: pa.LargeStringArray
    numbers: NDArray[np.int32]


@cache
def _code_table() -> Table:
    table = word_table().copy()
    table[table == BLANK] = 0
    return table


def _prepare(values: pa.StringArray) -> _Codes:
    characters = Characters.of(values).mapped(_code_table())
    texts = characters.texts()
    return _Codes(characters, texts, numbers_of(texts))


def _same(codes: _Codes) -> Levels:
    return np.full(len(codes.numbers), _EQUAL, np.int8)


def _is_equal(codes: _Codes, left: Positions, right: Positions) -> Flags:
    found: Flags = codes.numbers[left] == codes.numbers[right]
    return found


def _by_distance(codes: _Codes, left: Positions, right: Positions) -> Levels:
    lengths = codes.characters.lengths
    distance = edit_distances(codes.characters, codes.texts, left, right, 2)
    level = np.full(len(left), _DIFFERENT, np.int8)
    level[(distance == 2) & (np.minimum(lengths[left], lengths[right]) >= _SHORTEST_OF_TWO_SLIPS)] = _TWO_SLIPS
    # Of two codes of one character nothing is left when one slip is taken away.
    level[(distance == 1) & (np.maximum(lengths[left], lengths[right]) > 1)] = _ONE_SLIP
    return level


_STEPS: Final = (at_level(_EQUAL, _is_equal), _by_distance)


def _compare(codes: _Codes, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, codes, left, right)


CODE: Final = Kind("code", LEVELS, _prepare, _same, _compare, ".*")
