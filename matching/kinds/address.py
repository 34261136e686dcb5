"""Addresses as texts, level by level: door, building, place.

Not here: how they are taken apart (`matching.kinds.address_parts`).
"""

from typing import Final

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz
from rapidfuzz.distance import Postfix

from matching.kinds.address_parts import Addresses, read_addresses
from matching.kinds.distances import jaro_winkler, score_pairs
from matching.kinds.kind import (
    at_level,
    Flags,
    Kind,
    Levels,
    NEUTRAL,
    OPEN,
    otherwise,
    Positions,
    settle_pairs,
    where_possible,
)
from matching.kinds.words import same_bag

LEVELS: Final = {
    "equal": "The addresses are the same, apart from blanks, punctuation, capitals and width.",
    "same_door": "Place and all numbers (street, building, unit, room) are the same, written in another way.",
    "same_building": "Place and first number are the same; the numbers behind it differ or are missing.",
    "same_place": "The street, estate or village is the same; the numbers differ or are missing.",
    "similar": "The texts are similar: 0.85 and more of their characters are in common and in order.",
    "different": "The addresses are different.",
}

_EQUAL, _DOOR, _BUILDING, _PLACE, _SIMILAR, _DIFFERENT = range(len(LEVELS))

_SHORTEST_END: Final = 3
"""A shorter text that ends the other may be any 村 or 路."""

_SAME_SPELLING: Final = 0.9
_SIMILAR_PERCENT: Final = 85


def _is_silent(addresses: Addresses, left: Positions, right: Positions) -> Flags:
    found: Flags = addresses.says_nothing[left] | addresses.says_nothing[right]
    return found


def _is_equal(addresses: Addresses, left: Positions, right: Positions) -> Flags:
    found: Flags = addresses.words.unspaced[left] == addresses.words.unspaced[right]
    return found


def _by_place(addresses: Addresses, left: Positions, right: Positions) -> Levels:
    same_door = (addresses.door[left] == addresses.door[right]) & (addresses.door[left] >= 0)
    same_building = (addresses.building[left] == addresses.building[right]) & (addresses.building[left] >= 0)
    same_place = _is_same_place(addresses, left, right)
    same_place |= where_possible(
        same_door & ~same_place, lambda one, other: _is_spelt_alike(addresses, one, other), left, right
    )
    same_words = same_bag(addresses.words.reordered, left, right)
    return np.select(
        [same_words | (same_place & same_door), same_place & same_building, same_place],
        [_DOOR, _BUILDING, _PLACE],
        OPEN,
    ).astype(np.int8)


def _is_same_place(addresses: Addresses, left: Positions, right: Positions) -> Flags:
    """Whether places are the same, or one leaves out the province, city or county before it."""
    lengths = addresses.place_letters.lengths
    last = addresses.place_letters.at(-1)
    same = (addresses.place[left] == addresses.place[right]) & (addresses.place[left] >= 0)
    possible = ~same & (last[left] == last[right]) & (np.minimum(lengths[left], lengths[right]) >= _SHORTEST_END)

    def ends(one: Positions, other: Positions) -> Flags:
        shared = score_pairs(addresses.place_texts, one, other, Postfix.similarity)
        found: Flags = shared == np.minimum(lengths[one], lengths[other])
        return found

    found: Flags = same | where_possible(possible, ends, left, right)
    return found


def _is_spelt_alike(addresses: Addresses, left: Positions, right: Positions) -> Flags:
    found: Flags = jaro_winkler(addresses.place_letters, addresses.place_texts, left, right, _SAME_SPELLING) > 0
    return found


def _is_similar(addresses: Addresses, left: Positions, right: Positions) -> Flags:
    """The costly comparison, where sets and numbers of characters leave it possible."""
    characters, texts = addresses.words.characters, addresses.words.texts
    lengths, one, other = characters.lengths, characters.masks[left], characters.masks[right]
    common = np.minimum(
        lengths[left] - np.bitwise_count(one & ~other).astype(np.int32),
        lengths[right] - np.bitwise_count(other & ~one).astype(np.int32),
    )
    possible = 200 * common >= _SIMILAR_PERCENT * (lengths[left] + lengths[right])

    def similar(one: Positions, other: Positions) -> Flags:
        found: Flags = score_pairs(texts, one, other, fuzz.token_sort_ratio, _SIMILAR_PERCENT) >= _SIMILAR_PERCENT
        return found

    return where_possible(possible, similar, left, right)


_STEPS: Final = (
    at_level(NEUTRAL, _is_silent),
    at_level(_EQUAL, _is_equal),
    _by_place,
    at_level(_SIMILAR, _is_similar),
    otherwise(_DIFFERENT),
)


def _prepare(values: pa.StringArray) -> Addresses:
    return read_addresses(values)


def _same(addresses: Addresses) -> Levels:
    return np.where(addresses.says_nothing, NEUTRAL, _EQUAL).astype(np.int8)


def _compare(addresses: Addresses, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, addresses, left, right)


ADDRESS: Final = Kind("address", LEVELS, _prepare, _same, _compare, ".{8,}")
