"""Names of persons in Latin letters: given names, family names, or both in one text.

Not here: Chinese names in Latin letters (`matching.kinds.chinese_name`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz.distance import Prefix

from matching.kinds.characters import numbers_of
from matching.kinds.distances import is_within, jaro_winkler, score_pairs
from matching.kinds.kind import at_level, Flags, Kind, Levels, Positions, settle_pairs, where_possible
from matching.kinds.latin_sounds import sound_numbers
from matching.kinds.nicknames import nickname_numbers, share_name
from matching.kinds.words import BLANK, fold_words, same_bag, split_first_word, Words

LEVELS: Final = {
    "equal": "The names are the same, apart from capitals, accents and punctuation.",
    "near_spelling": "One slip, blanks, the order of the words, or a Jaro-Winkler similarity of 0.92 and more.",
    "nickname_or_initial": "One name is the initial, the beginning or a known short form of the other.",
    "same_sound": "The names sound alike.",
    "similar": "The names are similar: a Jaro-Winkler similarity of 0.85 and more.",
    "alike": "The names have something in common: a Jaro-Winkler similarity of 0.7 and more.",
    "different": "The names are different.",
}

_EQUAL, _NEAR, _SHORT_FORM, _SOUND, _SIMILAR, _ALIKE, _DIFFERENT = range(len(LEVELS))

_SHORTEST_SLIP: Final = 4
"""Shorter names one letter apart are often two: Ann and Ian, Lee and Leo."""


@dataclass(frozen=True)
class _Names:
    words: Words
    sounds: NDArray[np.int32]
    first: NDArray[np.int32]
    """place of the first word in the list of short forms"""
    first_size: NDArray[np.int32]
    rest: NDArray[np.int32]
    """a number for what stands behind the first word"""


def _prepare(values: pa.StringArray) -> _Names:
    words = fold_words(values)
    first, rest = split_first_word(words.characters)
    letters = words.characters.kept(words.characters.codes != BLANK)
    return _Names(
        words, sound_numbers(letters), nickname_numbers(first.texts()), first.lengths, numbers_of(rest.texts())
    )


def _is_equal(names: _Names, left: Positions, right: Positions) -> Flags:
    found: Flags = names.words.numbers[left] == names.words.numbers[right]
    return found


def _is_near(names: _Names, left: Positions, right: Positions) -> Flags:
    words, lengths = names.words, names.words.characters.lengths
    slip = np.minimum(lengths[left], lengths[right]) >= _SHORTEST_SLIP
    found: Flags = words.unspaced[left] == words.unspaced[right]
    found |= same_bag(words.reordered, left, right)
    return found | (slip & is_within(words.characters, words.texts, left, right, 1))


def _is_short_form(names: _Names, left: Positions, right: Positions) -> Flags:
    """Initials and short forms are asked of the first word where all that follows is the same."""
    first = names.words.characters.at(0)
    is_initial = (names.first_size[left] == 1) | (names.first_size[right] == 1)
    is_form = (is_initial & (first[left] == first[right])) | share_name(names.first, left, right)
    found: Flags = is_form & (names.rest[left] == names.rest[right])
    return found | _begins(names.words, left, right)


def _begins(words: Words, left: Positions, right: Positions) -> Flags:
    """Whether the whole of one name is the beginning of the other."""
    lengths, masks, first = words.characters.lengths, words.characters.masks, words.characters.at(0)
    common = masks[left] & masks[right]
    possible = (first[left] == first[right]) & (first[left] != 0)
    possible &= (common == masks[left]) | (common == masks[right])

    def begins(one: Positions, other: Positions) -> Flags:
        shared = score_pairs(words.texts, one, other, Prefix.similarity)
        found: Flags = shared == np.minimum(lengths[one], lengths[other])
        return found

    return where_possible(possible, begins, left, right)


def _by_similarity(names: _Names, left: Positions, right: Positions) -> Levels:
    """What is very similar is near before its sound is asked for; what is less, after."""
    similarity = jaro_winkler(names.words.characters, names.words.texts, left, right, 0.7)
    sounds = (names.sounds[left] == names.sounds[right]) & (names.sounds[left] >= 0)
    return np.select(
        [similarity >= 0.92, _is_short_form(names, left, right), sounds, similarity >= 0.85, similarity >= 0.7],
        [_NEAR, _SHORT_FORM, _SOUND, _SIMILAR, _ALIKE],
        _DIFFERENT,
    ).astype(np.int8)


_STEPS: Final = (at_level(_EQUAL, _is_equal), at_level(_NEAR, _is_near), _by_similarity)


def _same(names: _Names) -> Levels:
    return np.full(len(names.sounds), _EQUAL, np.int8)


def _compare(names: _Names, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, names, left, right)


LATIN_NAME: Final = Kind("latin_name", LEVELS, _prepare, _same, _compare, ".*")
