"""Addresses taken apart over whole columns: their numbers in order, and the place before them.

Not here: levels of agreement (`matching.kinds.address`), nor any register of places.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.characters import Characters, CODE_POINTS, numbers_of
from matching.kinds.kind import Flags
from matching.kinds.words import BLANK, fold_words, is_after, split_first_word, squeeze, Words

PLACEHOLDERS: Final = (
    "",
    "无",
    "不详",
    "未知",
    "不明",
    "同上",
    "同户主",
    "暂无",
    "空",
    "none",
    "null",
    "unknown",
    "na",
    "n a",
)
"""What stands where no address is known, folded."""

_UNITS: Final = "幢栋号楼单元室户层座弄门组社队"
"""Words behind numbers, which one writes and another leaves out: 3幢2单元501室 is 3-2-501."""

_NUMERALS: Final = "一二三四五六七八九"
_SHORTEST_PLACE: Final = 3
"""A shorter text before the first number is no place: English addresses begin with their number."""


@dataclass(frozen=True)
class Addresses:
    """Addresses of n values.

    `place` numbers the text before the first number, `door` all the numbers in their order, `building` the first of
    them; each is -1 where there is none.
    """

    words: Words
    place_letters: Characters
    place_texts: pa.LargeStringArray
    place: NDArray[np.int32]
    door: NDArray[np.int32]
    building: NDArray[np.int32]
    says_nothing: Flags


def read_addresses(values: pa.StringArray) -> Addresses:
    """Read a column of addresses, Chinese or English."""
    words = fold_words(values)
    characters = _with_digits(words.characters)
    is_number = _is_number(characters)
    numbers = squeeze(Characters(np.where(is_number, characters.codes, np.uint32(BLANK)), characters.offsets))
    place = _place(characters, is_number)
    texts = place.texts()
    first, _ = split_first_word(numbers)
    return Addresses(
        words, place, texts,
        _numbered(place, texts), _numbered(numbers, numbers.texts()), _numbered(first, first.texts()),
        pc.is_in(words.texts, pa.array(PLACEHOLDERS, pa.large_string())).to_numpy(zero_copy_only=False),
    )  # fmt: skip


def _numbered(characters: Characters, texts: pa.LargeStringArray) -> NDArray[np.int32]:
    return np.where(characters.lengths > 0, numbers_of(texts), -1).astype(np.int32)


def _with_digits(characters: Characters) -> Characters:
    """Write Chinese numerals of one character before a unit as digits: 三号楼 is 3号楼."""
    after = characters.neighbours(1)
    is_numeral = _flags(_NUMERALS)[characters.codes] & _flags(_UNITS)[after]
    value = _digits()[characters.codes]
    return Characters(np.where(is_numeral, value, characters.codes), characters.offsets)


def _is_number(characters: Characters) -> Flags:
    """Digits, and one letter close behind them: 12a, but not 5th."""
    codes, after, before = characters.codes, characters.neighbours(1), characters.neighbours(-1)
    is_digit = _is_between(codes, "0", "9")
    is_letter = _is_between(codes, "a", "z") & _is_between(before, "0", "9") & ~_is_between(after, "a", "z")
    return is_digit | is_letter


def _place(characters: Characters, is_number: Flags) -> Characters:
    """The text before the first number; all text without numbers and their units where that is too short."""
    is_text = ~is_number & (characters.codes != BLANK)
    is_before = is_text & ~is_after(characters, is_number)
    is_enough = characters.count(is_before) >= _SHORTEST_PLACE
    is_unit = _flags(_UNITS)[characters.codes] & _is_between(characters.neighbours(-1), "0", "9")
    is_unit |= _flags(_UNITS)[characters.codes] & np.append(False, is_unit[:-1])
    return characters.kept(np.where(is_enough[characters.owners], is_before, is_text & ~is_unit))


def _is_between(codes: NDArray[np.uint32], low: str, high: str) -> Flags:
    found: Flags = (codes >= ord(low)) & (codes <= ord(high))
    return found


@cache
def _flags(characters: str) -> Flags:
    flags = np.zeros(CODE_POINTS, np.bool_)
    flags[[ord(each) for each in characters]] = True
    return flags


@cache
def _digits() -> NDArray[np.uint32]:
    digits = np.zeros(CODE_POINTS, np.uint32)
    digits[[ord(each) for each in _NUMERALS]] = np.arange(ord("1"), ord("9") + 1)
    return digits
