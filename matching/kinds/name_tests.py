"""In what two Chinese names may differ: one test for each way, over pairs of positions.

Not here: which test comes before which (`matching.kinds.chinese_name`).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Prefix

from matching.kinds.distances import is_within, score_pairs
from matching.kinds.kind import Flags, Positions, where_possible
from matching.kinds.name_folding import HIDDEN
from matching.kinds.name_shapes import looks_alike
from matching.kinds.name_sounds import sounds_alike
from matching.kinds.names import Names, SHORT
from matching.kinds.words import same_bag


@dataclass(frozen=True)
class Difference:
    """Where short names of one length differ: how many places, the first of them (from 0), and what stands there."""

    count: NDArray[np.int8]
    place: NDArray[np.intp]
    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    is_swap: Flags

    def of(self, rows: NDArray[np.intp]) -> Self:
        """The same for some pairs."""
        return type(self)(self.count[rows], self.place[rows], self.left[rows], self.right[rows], self.is_swap[rows])


def difference(names: Names, left: Positions, right: Positions) -> Difference:
    """Compare short names of one length character by character."""
    one, other = names.heads[left], names.heads[right]
    differs = one != other
    rows, place = np.arange(len(left)), differs.argmax(axis=1)
    after = np.minimum(place + 1, SHORT - 1)
    is_swap = (one[rows, place] == other[rows, after]) & (one[rows, after] == other[rows, place])
    count = differs.sum(axis=1, dtype=np.int8)
    return Difference(
        count,
        place,
        one[rows, place],
        other[rows, place],
        is_swap & (count == 2) & differs[rows, after],
    )


def is_near(found: Difference) -> Flags:
    """Whether the first characters that differ sound or look alike."""
    return sounds_alike(found.left, found.right) | looks_alike(found.left, found.right)


def sounds_same(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether names are spelt the same without tones, the first character read as a surname in both or in neither."""
    same: Flags = names.spelt[left] == names.spelt[right]
    found: Flags = same | (names.spelt_plain[left] == names.spelt_plain[right])
    return found


def covers_difference(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether hidden characters cover all that differs in names of one length, at least one character being seen."""
    characters = names.characters
    lengths = characters.lengths
    possible = (names.hidden[left] + names.hidden[right] > 0) & (lengths[left] == lengths[right])

    def agree(one: Positions, other: Positions) -> Flags:
        agrees, seen = np.ones(len(one), np.bool_), np.zeros(len(one), np.bool_)
        for place in range(int(lengths[one].max())):
            a, b = characters.at(place, one), characters.at(place, other)
            is_seen = (a != HIDDEN) & (b != HIDDEN)
            agrees &= ~is_seen | (a == b)
            seen |= is_seen & (a == b) & (a != 0)
        return agrees & seen

    return where_possible(possible, agree, left, right)


def is_reordered(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether names have the same words in another order, or one has its last word, or its family name, at the end."""
    turned = names.turned
    found: Flags = (
        same_bag(names.parts, left, right)
        | ((turned[left] == names.spelt[right]) & (turned[left] >= 0))
        | ((turned[right] == names.spelt[left]) & (turned[right] >= 0))
        | _is_rotated(names, left, right)
        | _is_rotated(names, right, left)
    )
    return found


def is_cut(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether one long name begins with the other."""
    characters = names.characters
    possible = names.first[left] == names.first[right]
    possible &= np.minimum(characters.lengths[left], characters.lengths[right]) >= SHORT

    def begins(one: Positions, other: Positions) -> Flags:
        common = score_pairs(names.texts, one, other, Prefix.similarity)
        found: Flags = common == np.minimum(characters.lengths[one], characters.lengths[other])
        return found

    return where_possible(possible, begins, left, right)


def is_long_and_near(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether two slips at most lie between names of more than four characters."""
    lengths = names.characters.lengths
    long = np.minimum(lengths[left], lengths[right]) > SHORT
    return where_possible(long, lambda one, other: is_within(names.characters, names.texts, one, other, 2), left, right)


def lacks_one(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether one name has a character more than the other, and no other difference."""
    lengths = names.characters.lengths
    possible = (np.abs(lengths[left] - lengths[right]) == 1) & (np.minimum(lengths[left], lengths[right]) > 1)
    return where_possible(
        possible, lambda one, other: is_within(names.characters, names.texts, one, other, 1), left, right
    )


def same_given_name(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether given names of two characters and more are the same, behind other surnames or none."""
    lengths = names.characters.lengths
    given = names.given
    same = _same_end(names, left, right, given[left]) & (given[left] == given[right])
    lost = np.minimum(lengths[left], lengths[right])
    same |= _same_end(names, left, right, lost) & (np.maximum(given[left], given[right]) == lost)
    found: Flags = same & (np.maximum(lengths[left], lengths[right]) <= SHORT)
    return found


def same_surname(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether names of ordinary length begin with the same character, and it can be seen."""
    lengths = names.characters.lengths
    first = names.first
    same: Flags = (first[left] == first[right]) & (first[left] != HIDDEN)
    return same & (np.maximum(lengths[left], lengths[right]) <= SHORT)


def _same_end(names: Names, left: Positions, right: Positions, size: NDArray[np.int32]) -> Flags:
    """Whether names have so many characters in common at their ends, two at least and four at most."""
    last = names.last
    chosen = np.flatnonzero((last[left] == last[right]) & (size > 1) & (size <= SHORT))
    agrees = names.tails[left[chosen]] == names.tails[right[chosen]]
    same = np.zeros(len(left), np.bool_)
    same[chosen] = (agrees | (np.arange(SHORT) >= size[chosen, None])).all(axis=1)
    return same


def _is_rotated(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether a short name is the other one with its first character put last."""
    lengths = names.characters.lengths
    chosen = np.flatnonzero(names.first[left] == names.last[right])
    one, other = left[chosen], right[chosen]
    size = lengths[one]
    agrees = names.heads[one][:, 1:] == names.heads[other][:, :-1]
    agrees |= np.arange(1, SHORT) >= size[:, None]
    rotated = np.zeros(len(left), np.bool_)
    rotated[chosen] = (size == lengths[other]) & (size > 1) & (size <= SHORT) & agrees.all(axis=1)
    return rotated
