"""Free text: titles, occupations, places, names of firms, in any script.

Not here: names of persons and addresses, which have kinds of their own.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from matching.kinds.distances import is_within, jaro_winkler
from matching.kinds.kind import at_level, Flags, Kind, Levels, Positions, settle_pairs
from matching.kinds.words import fold_words, same_bag, Words

LEVELS: Final = {
    "equal": "The texts are the same, apart from capitals, accents, punctuation and width.",
    "near": "The texts are nearly the same: one slip of the pen, or a Jaro-Winkler similarity of 0.92 and more.",
    "similar": "The texts are similar: 0.85 and more, or the same words in another order or without blanks.",
    "alike": "The texts have something in common: a Jaro-Winkler similarity of 0.75 and more.",
    "different": "The texts are different.",
}

_EQUAL, _NEAR, _SIMILAR, _ALIKE, _DIFFERENT = range(len(LEVELS))

_SHORTEST_SLIP: Final = 3
"""Shorter texts one letter apart, such as codes of states, are different words."""


def _is_equal(words: Words, left: Positions, right: Positions) -> Flags:
    found: Flags = words.numbers[left] == words.numbers[right]
    return found


def _is_one_slip(words: Words, left: Positions, right: Positions) -> Flags:
    lengths = words.characters.lengths
    long_enough = np.minimum(lengths[left], lengths[right]) >= _SHORTEST_SLIP
    return long_enough & is_within(words.characters, words.texts, left, right, 1)


def _is_respaced(words: Words, left: Positions, right: Positions) -> Flags:
    found: Flags = (words.unspaced[left] == words.unspaced[right]) | same_bag(words.reordered, left, right)
    return found


def _by_similarity(words: Words, left: Positions, right: Positions) -> Levels:
    similarity = jaro_winkler(words.characters, words.texts, left, right, 0.75)
    level = np.full(len(left), _DIFFERENT, np.int8)
    level[similarity >= 0.75] = _ALIKE
    level[(similarity >= 0.85) | _is_respaced(words, left, right)] = _SIMILAR
    level[similarity >= 0.92] = _NEAR
    return level


_STEPS: Final = (at_level(_EQUAL, _is_equal), at_level(_NEAR, _is_one_slip), _by_similarity)


def _prepare(values: pa.StringArray) -> Words:
    return fold_words(values)


def _same(words: Words) -> Levels:
    return np.full(len(words.characters), _EQUAL, np.int8)


def _compare(words: Words, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, words, left, right)


TEXT: Final = Kind("text", LEVELS, _prepare, _same, _compare, ".*")
