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
    owners = characters.owners
    after_word = np.zeros(len(blank), np.bool_)
    after_word[1:] = ~blank[:-1] & (owners[1:] == owners[:-1])
    trimmed = characters.kept(~blank | after_word)
    last = trimmed.offsets[1:][trimmed.lengths > 0] - 1
    is_kept = np.ones(len(trimmed.codes), np.bool_)
    is_kept[last] = trimmed.codes[last] != BLANK
    return trimmed.kept(is_kept)


def bags_of_parts(characters: Characters, separator: int) -> NDArray[np.uint64]:
    """A 64-bit hash of the parts of each text, whatever their order; 0 for a text of fewer than two parts."""
    inside = characters.codes != separator
    several = np.flatnonzero(characters.count(~inside))
    bags = np.zeros(len(characters), np.uint64)
    chosen = characters.chosen(several)
    inside = chosen.codes != separator
    begins = inside & np.concatenate(([True], ~inside[:-1] | (chosen.owners[1:] != chosen.owners[:-1])))[: len(inside)]
    places = np.arange(len(inside))
    since = places - np.maximum.accumulate(np.where(begins, places, 0))
    starts = np.flatnonzero(begins)
    if not len(starts):
        return bags
    letters = np.where(inside, _mixed(chosen.codes + (since.astype(np.uint64) << 32)), np.uint64(0))
    parts = _mixed(np.add.reduceat(letters, starts))
    owners = chosen.owners[starts]
    counts = np.bincount(owners, minlength=len(several))
    found = np.zeros(len(several), np.uint64)
    np.add.at(found, owners, parts)
    bags[several[counts > 1]] = found[counts > 1]
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
    numbers = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def split_first_word(characters: Characters) -> tuple[Characters, Characters]:
    """The first words of squeezed texts, and what stands behind them."""
    blanks = np.concatenate(([0], np.cumsum(characters.codes == BLANK)))
    is_behind = blanks[1:] > blanks[characters.offsets[:-1]][characters.owners]
    return characters.kept(~is_behind), characters.kept(is_behind)
