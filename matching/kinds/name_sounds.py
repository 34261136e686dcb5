"""How the characters of names sound: with tone, without, and as dialects and ears confuse them.

Readings are those of pypinyin's table (MIT), the first of each character, with the readings which some have as
surnames. Not here: what a like sound is worth.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pypinyin.constants import PINYIN_DICT

from matching.kinds.characters import Characters, CODE_POINTS, identity_table, Table
from matching.kinds.kind import Flags

SURNAME_READINGS: Final = (
    "单shàn 曾zēng 仇qiú 区ōu 解xiè 查zhā 任rén 朴piáo 盖gě 乐yuè 华huà 缪miào 种chóng 折shé 员yùn 郇xún 召shào 洗xiǎn "
    "那nā 覃qín 纪jǐ 翟zhái 黑hè 秘bì 繁pó 乜niè 么yāo 祭zhài 过guō 葛gě 哈hǎ 薄bó 都dū 句gōu "
    "阚kàn 相xiàng 燕yān 要yāo 於yū 占zhān 舍shè 撒sǎ 令líng 隗wěi"
)
"""Readings of characters as surnames; the common reading may be another."""

_READINGS_COMPARED: Final = 2
_CONFUSED: Final = (
    ("^zh", "z"), ("^ch", "c"), ("^sh", "s"), ("^n", "l"), ("^hui$", "fei"), ("^hun$", "fen"), ("^hu(?=.)", "f"),
    ("^hu$", "fu"), ("ng$", "n"),
)  # fmt: skip
"""Initials and finals that are easily confused, each with what stands for both; -ong has no counterpart in -on."""


@cache
def tone_table(as_surnames: bool) -> Table:
    """Code point → the first code point with the same reading, tone included; other characters stay as they are."""
    table = identity_table()
    representative: dict[str, int] = {}
    for code, readings in sorted(_readings(False).items()):
        table[code] = representative.setdefault(readings[0], code)
    if as_surnames:
        for code, readings in _readings(True).items():
            table[code] = representative.setdefault(readings[0], code)
    return table


def spell(characters: Characters, as_surnames: bool) -> Characters:
    """Names as small letters in one word: toneless pinyin, and Latin letters as they are.

    Args:
        characters: folded names.
        as_surnames: whether their first characters are read as surnames.
    """
    letters, sizes = _syllable_letters()
    characters = _without_umlauts(characters)
    syllables = _syllable_table(False)[characters.codes]
    if as_surnames:
        is_first = characters.is_first()
        syllables[is_first] = _syllable_table(True)[characters.codes[is_first]]
    lengths = sizes[syllables]
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    spelt = np.empty(starts[-1], np.uint32)
    spelt[starts[:-1]] = np.where(syllables < len(letters) - 1, letters[syllables, 0], characters.codes)
    for place in range(1, letters.shape[1]):
        longer = np.flatnonzero(lengths > place)
        spelt[starts[longer] + place] = letters[syllables[longer], place]
    return Characters(spelt, starts[characters.offsets])


def is_read_otherwise(first: NDArray[np.uint32]) -> Flags:
    """Whether first characters of names are read in another way than in words."""
    found: Flags = (_syllable_table(False) != _syllable_table(True))[first]
    return found


def sounds_alike(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> Flags:
    """Whether characters, pairwise, have readings that are the same or easily confused: zh and z, ing and in."""
    readings = _confused_table()
    one, other = readings[left][:, :, None], readings[right][:, None, :]
    alike: Flags = ((one == other) & (one >= 0)).any(axis=(1, 2))
    return alike


def _without_umlauts(characters: Characters) -> Characters:
    """Passports write 吕 as LYU, LV or LU, and the table of readings has two dots: all are lu here.

    Not so NYU, which is mostly the end of one syllable and the whole of the next.
    """
    codes = np.where(characters.codes == ord("v"), np.uint32(ord("u")), characters.codes)
    is_y = codes == ord("y")
    if not is_y.any():
        return Characters(codes, characters.offsets)
    found = Characters(codes, characters.offsets)
    return found.kept(~(is_y & (found.neighbours(1) == ord("u")) & (found.neighbours(-1) == ord("l"))))


@cache
def _readings(as_surnames: bool) -> Mapping[int, list[str]]:
    readings = {code: each.split(",") for code, each in PINYIN_DICT.items() if code < CODE_POINTS}
    if as_surnames:
        readings |= {ord(each[0]): [each[1:]] for each in SURNAME_READINGS.split()}
    return readings


@cache
def _syllables() -> list[str]:
    return sorted({_without_tone(each[0]) for flag in (False, True) for each in _readings(flag).values()})


@cache
def _syllable_table(as_surnames: bool) -> NDArray[np.int16]:
    """Code point → the place of its syllable, behind all of them where it has none."""
    number = {syllable: place for place, syllable in enumerate(_syllables())}
    table = np.full(CODE_POINTS, len(number), np.int16)
    for code, readings in _readings(as_surnames).items():
        table[code] = number[_without_tone(readings[0])]
    return table


@cache
def _syllable_letters() -> tuple[NDArray[np.uint32], NDArray[np.int8]]:
    """The letters of each syllable, and how many they are; the last stands for characters without a reading."""
    sizes = np.array([*(len(each) for each in _syllables()), 1], np.int8)
    letters = np.zeros((len(sizes), sizes.max()), np.uint32)
    for row, syllable in enumerate(_syllables()):
        letters[row, : len(syllable)] = [ord(letter) for letter in syllable]
    return letters, sizes


@cache
def _confused_table() -> NDArray[np.int16]:
    """Code point → numbers of its first readings after confusion, -1 where it has none."""
    number: dict[str, int] = {}
    table = np.full((CODE_POINTS, _READINGS_COMPARED), -1, np.int16)
    for code, readings in _readings(False).items():
        for place, reading in enumerate(readings[:_READINGS_COMPARED]):
            table[code, place] = number.setdefault(_confused(_without_tone(reading)), len(number))
    return table


@cache
def _confused(syllable: str) -> str:
    for pattern, common in _CONFUSED:
        if not syllable.endswith("ong") or pattern != "ng$":
            syllable = re.sub(pattern, common, syllable)
    return syllable


@cache
def _without_tone(reading: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", reading) if not unicodedata.combining(each))
