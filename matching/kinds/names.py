"""Chinese personal names read over whole columns: folded, spelt, and in words.

Not here: levels of agreement (`matching.kinds.chinese_name`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.characters import Characters, numbers_of
from matching.kinds.kind import Flags
from matching.kinds.name_folding import folding_table, HIDDEN, is_separator
from matching.kinds.name_sounds import is_read_otherwise, spell, tone_table
from matching.kinds.newborns import Newborns, read_newborns
from matching.kinds.surnames import given_lengths
from matching.kinds.words import bags_of_parts

FORMER: Final = "曾:"
"""Before a former name; the colon may be wide."""

SHORT: Final = 4
"""Names of so many characters and fewer are compared character by character."""

PLACEHOLDERS: Final = (
    "无", "无名", "无名氏", "无姓名", "不详", "不明", "未知", "未取名", "未命名", "未起名", "未登记", "待定", "待取名",
    "暂无", "测试", "测试员", "测试人员", "测试用户", "空", "姓名", "户主", "本人", "新生儿", "婴儿", "男婴", "女婴",
    "同上", "拒答", "保密", "匿名", "test", "null", "none", "nan", "na", "unknown", "xx", "xxx",
)  # fmt: skip
"""What stands where no name is known, folded."""

_SEPARATOR: Final = ord("·")
_COLONS: Final = (ord(":"), ord("："))
_FIRST_HAN: Final = 0x2E80


@dataclass(frozen=True)
class Names:
    """Names of n values, folded in `characters` and `texts`; numbers are equal for what is equal.

    `toned` numbers the pinyin with tones, `spelt` the letters without, its first character read as a surname, and
    `spelt_plain` the same read as a word. `turned` numbers the letters with the last word first, -1 for a name of one
    word; `parts` is a hash of the words in any order, 0 for one word. `hidden` counts the characters not delivered.
    `heads` and `tails` have the first and, in reverse, the last four characters, 0 where a name has fewer; `given`
    counts the characters behind the surname.
    """

    characters: Characters
    texts: pa.LargeStringArray
    folded: NDArray[np.int32]
    toned: NDArray[np.int32]
    spelt: NDArray[np.int32]
    spelt_plain: NDArray[np.int32]
    turned: NDArray[np.int32]
    parts: NDArray[np.uint64]
    hidden: NDArray[np.int32]
    newborns: Newborns
    heads: NDArray[np.uint32]
    tails: NDArray[np.uint32]
    first: NDArray[np.uint32]
    last: NDArray[np.uint32]
    given: NDArray[np.int32]
    is_han: Flags
    is_former: Flags
    says_nothing: Flags


def read_names(values: pa.StringArray) -> Names:
    """Read a column of names."""
    raw, is_former = _without_tag(Characters.of(values))
    characters = raw.mapped(folding_table())
    texts, hidden = characters.texts(), characters.count(characters.codes == HIDDEN)
    newborns, mothers = read_newborns(texts, characters)
    in_words = _in_words(raw)
    spelt, plain, turned, mother = _numbered(
        spell(characters, True),
        (is_read_otherwise(characters.at(0)), lambda rows: spell(characters.chosen(rows), False)),
        (in_words.count(in_words.codes == _SEPARATOR) > 0, lambda rows: _turned(in_words.chosen(rows))),
        (newborns.mother >= 0, lambda rows: spell(mothers.chosen(rows), True)),
    )
    return Names(
        characters=characters,
        texts=texts,
        folded=characters.numbers(),
        toned=_toned(characters).numbers(),
        spelt=spelt,
        spelt_plain=np.where(plain < 0, spelt, plain),
        turned=turned,
        parts=bags_of_parts(in_words, _SEPARATOR),
        hidden=hidden,
        newborns=newborns.of_mothers(mother),
        heads=np.stack([characters.at(place) for place in range(SHORT)], axis=1),
        tails=np.stack([characters.at(-1 - place) for place in range(SHORT)], axis=1),
        first=characters.at(0),
        last=characters.at(-1),
        given=given_lengths(characters),
        is_han=characters.at(0) >= _FIRST_HAN,
        is_former=is_former,
        says_nothing=(hidden == characters.lengths) | _is_in(texts, PLACEHOLDERS),
    )


def _without_tag(characters: Characters) -> tuple[Characters, Flags]:
    """Names without the mark of a former name, and which had it."""
    second = characters.at(1)
    is_former = (characters.at(0) == ord(FORMER[0])) & ((second == _COLONS[0]) | (second == _COLONS[1]))
    starts = characters.offsets[:-1][is_former]
    is_kept = np.ones(len(characters.codes), np.bool_)
    is_kept[starts] = False
    is_kept[starts + 1] = False
    return characters.kept(is_kept), is_former


def _in_words(raw: Characters) -> Characters:
    codes = np.where(is_separator()[raw.codes], np.uint32(_SEPARATOR), folding_table()[raw.codes])
    return Characters(codes, raw.offsets).kept(codes != 0)


def _turned(in_words: Characters) -> Characters:
    """Letters with the last word first; an empty text for names of one word."""
    dot = chr(_SEPARATOR)
    words = pc.utf8_trim(in_words.texts(), dot)
    turned = pc.replace_substring_regex(words, rf"^(.+){dot}([^{dot}]+)$", r"\2\1")
    is_several = pc.match_substring(words, dot)
    return spell(Characters.of(pc.if_else(is_several, turned, "")).mapped(folding_table()), True)


def _toned(characters: Characters) -> Characters:
    """Names with each character in the place of all that have its reading."""
    codes = tone_table(False)[characters.codes]
    is_first = characters.is_first()
    codes[is_first] = tone_table(True)[characters.codes[is_first]]
    return Characters(codes, characters.offsets)


def _numbered(
    whole: Characters, *others: tuple[Flags, Callable[[NDArray[np.intp]], Characters]]
) -> list[NDArray[np.int32]]:
    """Numbers of a column and of others, equal for equal texts in any of them.

    The others are spelt only in the rows flagged; they have -1 elsewhere, and where a text is empty.
    """
    rows = [np.flatnonzero(is_flagged) for is_flagged, _ in others]
    columns = [spelling(chosen) for (_, spelling), chosen in zip(others, rows, strict=True)]
    numbers = numbers_of(pa.concat_arrays([whole.texts(), *(column.texts() for column in columns)]))
    found, *parts = np.split(numbers, np.cumsum([len(whole), *map(len, columns)])[:-1])
    spread = [np.full(len(whole), -1, np.int32) for _ in others]
    for target, chosen, column, part in zip(spread, rows, columns, parts, strict=True):
        target[chosen] = np.where(column.lengths > 0, part, -1)
    return [found, *spread]


def _is_in(texts: pa.LargeStringArray, words: tuple[str, ...]) -> Flags:
    found: Flags = pc.is_in(texts, pa.array(words, pa.large_string())).to_numpy(zero_copy_only=False)
    return found
