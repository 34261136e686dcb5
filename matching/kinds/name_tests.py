"""In what two Chinese names may differ: one test for each way, over pairs of positions.

Not here: which test comes before which (`matching.kinds.chinese_name`).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Prefix

from matching.kinds.characters import Characters
from matching.kinds.distances import is_within, score_pairs
from matching.kinds.kind import Flags, Positions, where_possible
from matching.kinds.name_folding import HIDDEN
from matching.kinds.name_shapes import looks_alike
from matching.kinds.name_sounds import sounds_alike
from matching.kinds.names import Names
from matching.kinds.words import same_bag

SHORT: Final = 4
"""Names of so many characters and fewer are compared character by character."""

TWO_PART_SURNAMES: Final = (
    "欧阳 上官 司马 诸葛 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 东方 南宫 西门 宇文 长孙 端木 轩辕 "
    "闻人 呼延 申屠 太史 淳于 独孤 赫连 澹台 公冶 宗政 濮阳 钟离 闾丘 拓跋 鲜于 亓官 万俟 东郭 百里 "
    "第五 归海 羊舌 微生 梁丘 左丘"
)


@dataclass(frozen=True)
class Difference:
    """Where short names of one length differ: how many places, the first of them (from 0), and what stands there."""

    count: NDArray[np.int32]
    place: NDArray[np.int32]
    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    is_swap: Flags

    def of(self, rows: NDArray[np.intp]) -> Self:
        """The same for some pairs."""
        return type(self)(self.count[rows], self.place[rows], self.left[rows], self.right[rows], self.is_swap[rows])


def difference(names: Names, left: Positions, right: Positions) -> Difference:
    """Compare short names of one length character by character."""
    one, other = (
        np.stack([names.characters.at(place, each) for place in range(SHORT)], axis=1) for each in (left, right)
    )
    differs = one != other
    rows, place = np.arange(len(left)), differs.argmax(axis=1)
    after = np.minimum(place + 1, SHORT - 1)
    is_swap = (one[rows, place] == other[rows, after]) & (one[rows, after] == other[rows, place])
    count = differs.sum(axis=1)
    return Difference(
        count.astype(np.int32),
        place.astype(np.int32),
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
        | _is_rotated(names.characters, left, right)
        | _is_rotated(names.characters, right, left)
    )
    return found


def is_cut(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether one long name begins with the other."""
    characters = names.characters
    shortest = np.minimum(characters.lengths[left], characters.lengths[right])
    possible = shortest >= SHORT
    for place in range(SHORT):
        possible &= characters.at(place, left) == characters.at(place, right)

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
    given = lengths - _surname_lengths(names.characters)
    same = _same_end(names.characters, left, right, given[left]) & (given[left] == given[right])
    lost = np.minimum(lengths[left], lengths[right])
    same |= _same_end(names.characters, left, right, lost) & (np.maximum(given[left], given[right]) == lost)
    found: Flags = same & (np.maximum(lengths[left], lengths[right]) <= SHORT)
    return found


def same_surname(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether names of ordinary length begin with the same character, and it can be seen."""
    lengths = names.characters.lengths
    first = names.characters.at(0)
    same: Flags = (first[left] == first[right]) & (first[left] != HIDDEN)
    return same & (np.maximum(lengths[left], lengths[right]) <= SHORT)


def _same_end(characters: Characters, left: Positions, right: Positions, size: NDArray[np.int32]) -> Flags:
    same: Flags = (size > 1) & (size <= SHORT)
    for place in range(1, SHORT + 1):
        same &= (size < place) | (characters.at(-place, left) == characters.at(-place, right))
    return same


def _is_rotated(characters: Characters, left: Positions, right: Positions) -> Flags:
    """Whether a short name is the other one with its first character put last."""
    lengths = characters.lengths[left]
    same: Flags = (lengths == characters.lengths[right]) & (lengths > 1) & (lengths <= SHORT)
    same &= characters.at(0, left) == characters.at(-1, right)
    for place in range(1, SHORT):
        same &= (lengths <= place) | (characters.at(place, left) == characters.at(place - 1, right))
    return same


def _surname_lengths(characters: Characters) -> NDArray[np.int32]:
    """2 for names of three characters and more that begin with a surname of two, else 1."""
    begins = _packed(characters.at(0), characters.at(1))
    return np.where(np.isin(begins, _two_part_surnames()) & (characters.lengths > 2), 2, 1).astype(np.int32)


@cache
def _two_part_surnames() -> NDArray[np.uint64]:
    return np.array([ord(each[0]) << 32 | ord(each[1]) for each in TWO_PART_SURNAMES.split()], np.uint64)


def _packed(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return first.astype(np.uint64) << np.uint64(32) | second
