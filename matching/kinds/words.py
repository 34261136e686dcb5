"""Texts as words: one spelling of each letter, and keys that do not mind blanks or the order of the words.

Not here: levels of agreement. `text`, `latin_name` and `address` build on this.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.kinds.characters import Characters, CODE_POINTS, identity_table, numbers_of, Table
from matching.kinds.kind import Flags

BLANK: Final = ord(" ")

_FOLDED: Final = (range(0x20, 0x2100), range(0x3000, 0x3100), range(0xFB00, 0xFB07), range(0xFF00, 0xFFF0))
"""Where code points have another spelling: letters with accents and capitals, full-width forms."""

_ODD: Final = 0x9E3779B97F4A7C15
_INVERSE: Final = pow(_ODD, -1, 2**64)

_SILENT: Final = "'’‘`´.·"
"""Signs inside words: O'Brien is OBrien, and St. is St."""


@dataclass(frozen=True)
class Words:
    """Folded texts of a column.

    `texts` has small letters without accents and single blanks; `numbers` are equal for equal texts, `unspaced` for
    texts which are equal without blanks, `reordered` for texts of the same words in another order.
    """

    characters: Characters
    texts: pa.LargeStringArray
    numbers: NDArray[np.int32]
    unspaced: NDArray[np.int32]
    reordered: NDArray[np.uint64]


def fold_words(values: pa.StringArray) -> Words:
    """Fold a column of texts: capitals, accents, width, punctuation and repeated blanks make no difference."""
    characters = squeeze(Characters.of(values).mapped(word_table()))
    texts = characters.texts()
    unspaced = characters.kept(characters.codes != BLANK).texts()
    return Words(characters, texts, numbers_of(texts), numbers_of(unspaced), bags_of_parts(characters, BLANK))


def squeeze(characters: Characters) -> Characters:
    """Leave single blanks between words, and none at the ends."""
    blank = characters.codes == BLANK
    if not blank.any():
        return characters
    follows_blank = np.append(True, blank[:-1])[: len(blank)] | characters.is_first()
    trimmed = characters.kept(~blank | ~follows_blank)
    last = trimmed.offsets[1:][trimmed.lengths > 0] - 1
    is_kept = np.ones(len(trimmed.codes), np.bool_)
    is_kept[last] = trimmed.codes[last] != BLANK
    return trimmed.kept(is_kept)


def bags_of_parts(characters: Characters, separator: int) -> NDArray[np.uint64]:
    """A 64-bit hash of the parts of each text, whatever their order; 0 for a text of fewer than two parts."""
    bags = np.zeros(len(characters), np.uint64)
    several = np.flatnonzero(characters.count(characters.codes == separator))
    chosen = characters.chosen(several)
    inside = chosen.codes != separator
    begins = inside & (np.append(True, ~inside[:-1])[: len(inside)] | chosen.is_first())
    starts = np.flatnonzero(begins)
    if not len(starts):
        return bags
    # A polynomial in an odd number, modulo 2^64: dividing by a power of it takes a part to the beginning of its text.
    powers = np.multiply.accumulate(np.full(len(inside), _ODD, np.uint64))
    inverse = np.multiply.accumulate(np.full(len(inside), _INVERSE, np.uint64))
    letters = np.where(inside, chosen.codes, np.uint32(0)) * powers
    parts = _mixed(np.add.reduceat(letters, starts) * inverse[starts])
    of_text = Characters(chosen.codes[starts], np.searchsorted(starts, chosen.offsets))
    found = of_text.reduced(np.add, parts)
    has_several = of_text.lengths > 1
    bags[several[has_several]] = found[has_several]
    return bags


@cache
def word_table() -> Table:
    """Code point → small letter without accent, blank for punctuation, 0 for signs inside words."""
    table = identity_table()
    for code in (each for span in _FOLDED for each in span):
        table[code] = _folded(chr(code))
    table[:0x20] = BLANK
    table[[ord(each) for each in _SILENT]] = 0
    return table


def same_bag(bags: NDArray[np.uint64], left: NDArray[np.int32], right: NDArray[np.int32]) -> Flags:
    """Whether texts have the same two or more parts."""
    same: Flags = (bags[left] == bags[right]) & (bags[left] != 0)
    return same


def _folded(letter: str) -> int:
    plain = unicodedata.normalize("NFKD", letter).casefold()
    base = [each for each in plain if not unicodedata.combining(each)]
    if not base:
        return 0 if plain else BLANK
    return ord(base[0]) if base[0].isalnum() or ord(base[0]) >= CODE_POINTS else BLANK


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): near numbers become far ones."""
    numbers = (numbers + np.uint64(1)) * np.uint64(_ODD)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def split_first_word(characters: Characters) -> tuple[Characters, Characters]:
    """The first words of squeezed texts, and what stands behind them."""
    is_behind = is_after(characters, characters.codes == BLANK)
    return characters.kept(~is_behind), characters.kept(is_behind)


def is_after(characters: Characters, is_mark: Flags) -> Flags:
    """For each character whether a mark stands in its text, before it or in its place."""
    marks = np.flatnonzero(is_mark)
    after = np.zeros(len(is_mark) + 1, np.int8)
    ends = characters.offsets[1:]
    first = np.searchsorted(marks, characters.offsets[:-1])
    has = np.append(marks, len(is_mark))[first] < ends
    after[marks[first[has]]] += 1
    after[ends[has]] -= 1
    return np.cumsum(after[:-1], dtype=np.int8) > 0
