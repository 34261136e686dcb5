"""Citizen numbers as people deliver them, read over whole columns: upgraded, checked, and split at their masks.

Not here: levels of agreement (`matching.kinds.citizen_id`).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.kinds.characters import Characters, numbers_of, Table
from matching.kinds.kind import Flags
from matching.kinds.words import BLANK, word_table

LENGTH: Final = 18
CLAIM: Final = ord("!")
"""At the end of a value: the number is not proven by the name of its holder."""

MASK: Final = ord("*")

_MASKS: Final = "＊●■□•#"
_LIKE_X: Final = "ХхΧχ×✕"
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
_CHECKS: Final = np.array([ord(each) for each in "10x98765432"], dtype=np.uint32)
_CENTURY: Final = np.array([ord(each) for each in "19"], dtype=np.uint32)
_OLD_LENGTH: Final = 15
_EXCEL_DIGITS: Final = 15


@dataclass(frozen=True)
class IdNumbers:
    """Citizen numbers of n values, in `characters` as digits, small x and `*`.

    `head` and `tail` count the characters before the first and behind the last one hidden, both the whole length
    where none is. `is_valid`: 18 characters with the right check character. `is_proven`: without the mark of a claim.
    """

    characters: Characters
    texts: pa.LargeStringArray
    numbers: NDArray[np.int32]
    head: NDArray[np.int32]
    tail: NDArray[np.int32]
    is_masked: Flags
    is_valid: Flags
    is_proven: Flags


def read_id_numbers(values: pa.StringArray) -> IdNumbers:
    """Read a column of citizen numbers: 18 characters, 15 digits, masked, ruined by a spreadsheet, or mistyped."""
    characters = Characters.of(values).mapped(_id_table())
    is_proven = characters.count(characters.codes == CLAIM) == 0
    characters = _hide_lost_digits(_upgrade(characters.kept(characters.codes != CLAIM)))
    texts = characters.texts()
    is_masked = characters.count(characters.codes == MASK) > 0
    head, tail = _shown(characters, is_masked)
    return IdNumbers(characters, texts, numbers_of(texts), head, tail, is_masked, _is_valid(characters), is_proven)


@cache
def _id_table() -> Table:
    table = word_table().copy()
    table[table == BLANK] = 0
    table[[ord(each) for each in _MASKS]] = MASK
    table[[ord(each) for each in _LIKE_X]] = ord("x")
    table[[MASK, CLAIM, ord("！")]] = MASK, CLAIM, CLAIM
    return table


def _rows(characters: Characters, rows: NDArray[np.int64], size: int) -> NDArray[np.uint32]:
    found: NDArray[np.uint32] = characters.codes[characters.offsets[:-1][rows][:, None] + np.arange(size)]
    return found


def _is_digit(codes: NDArray[np.uint32]) -> Flags:
    return (codes >= ord("0")) & (codes <= ord("9"))


def _check_characters(digits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """GB 11643-1999 (ISO 7064 MOD 11-2) check characters of numbers given by their first 17 digits."""
    found: NDArray[np.uint32] = _CHECKS[(digits.astype(np.int32) - ord("0")) @ _WEIGHTS % 11]
    return found


def _is_valid(characters: Characters) -> Flags:
    valid = np.zeros(len(characters), np.bool_)
    rows = np.flatnonzero(characters.lengths == LENGTH)
    starts, are_digits = characters.offsets[:-1][rows], np.ones(len(rows), np.bool_)
    total = np.zeros(len(rows), np.int32)
    for place, weight in enumerate(_WEIGHTS):
        codes = characters.codes[starts + place]
        are_digits &= _is_digit(codes)
        total += weight * (codes.astype(np.int32) - ord("0"))
    valid[rows] = are_digits & (characters.codes[starts + LENGTH - 1] == _CHECKS[total % len(_CHECKS)])
    return valid


def _upgrade(characters: Characters) -> Characters:
    """Make numbers of the first generation, 15 digits with a year of two, into those of the second."""
    rows = np.flatnonzero(characters.lengths == _OLD_LENGTH)
    codes = _rows(characters, rows, _OLD_LENGTH)
    rows, codes = rows[_is_digit(codes).all(axis=1)], codes[_is_digit(codes).all(axis=1)]
    if not len(rows):
        return characters
    century = np.broadcast_to(_CENTURY, (len(rows), 2))
    first = np.concatenate((codes[:, :6], century, codes[:, 6:]), axis=1)
    upgraded = np.concatenate((first, _check_characters(first)[:, None]), axis=1)
    sizes = characters.lengths.astype(np.int64)
    sizes[rows] = LENGTH
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    is_old = np.zeros(len(characters), np.bool_)
    is_old[rows] = True
    all_codes = np.empty(offsets[-1], np.uint32)
    all_codes[np.repeat(is_old, sizes)] = upgraded.ravel()
    all_codes[np.repeat(~is_old, sizes)] = characters.codes[~is_old[characters.owners]]
    return Characters(all_codes, offsets)


def _hide_lost_digits(characters: Characters) -> Characters:
    """Mask the last three digits where a spreadsheet has made them 0: it keeps 15 digits of a number."""
    rows = np.flatnonzero(characters.lengths == LENGTH)
    starts = characters.offsets[:-1][rows]
    for place in range(_EXCEL_DIGITS, LENGTH):
        starts = starts[characters.codes[starts + place] == ord("0")]
    codes = characters.codes.copy()
    codes[starts[:, None] + np.arange(_EXCEL_DIGITS, LENGTH)] = MASK
    return Characters(codes, characters.offsets)


def _shown(characters: Characters, is_masked: Flags) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How many characters are seen before the first one hidden, and behind the last."""
    head, tail = characters.lengths.copy(), characters.lengths.copy()
    rows = np.flatnonzero(is_masked)
    masked = characters.chosen(rows)
    hidden = np.flatnonzero(masked.codes == MASK)
    first = hidden[np.searchsorted(hidden, masked.offsets[:-1])]
    last = hidden[np.searchsorted(hidden, masked.offsets[1:]) - 1]
    head[rows] = first - masked.offsets[:-1]
    tail[rows] = masked.offsets[1:] - 1 - last
    return head, tail
