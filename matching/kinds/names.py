"""Chinese personal names read over whole columns: folded, spelt, and in words.

Not here: levels of agreement (`matching.kinds.chinese_name`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.characters import Characters, numbers_of
from matching.kinds.kind import Flags
from matching.kinds.name_folding import folding_table, HIDDEN, is_separator
from matching.kinds.name_sounds import spell, tone_table
from matching.kinds.newborns import Newborns, read_newborns
from matching.kinds.words import bags_of_parts

FORMER: Final = "曾:"
"""Before a former name; the colon may be wide."""

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
    is_han: Flags
    is_former: Flags
    says_nothing: Flags


def read_names(values: pa.StringArray) -> Names:
    """Read a column of names."""
    raw, is_former = _without_tag(Characters.of(values))
    characters = raw.mapped(folding_table())
    texts, hidden = characters.texts(), characters.count(characters.codes == HIDDEN)
    turned = _turned(raw)
    newborns, mothers = read_newborns(texts, characters)
    spelt, spelt_plain, turned_number, mother = _numbered(
        spell(characters, True).texts(), spell(characters, False).texts(), turned, spell(mothers, True).texts()
    )
    return Names(
        characters,
        texts,
        numbers_of(texts),
        _toned(characters),
        spelt,
        spelt_plain,
        _where_any(turned, turned_number),
        bags_of_parts(_in_words(raw), _SEPARATOR),
        hidden,
        newborns.of_mothers(mother),
        characters.at(0) >= _FIRST_HAN,
        is_former,
        (hidden == characters.lengths) | _is_in(texts, PLACEHOLDERS),
    )


def _without_tag(characters: Characters) -> tuple[Characters, Flags]:
    """Names without the mark of a former name, and which had it."""
    is_former = (characters.at(0) == ord(FORMER[0])) & np.isin(characters.at(1), _COLONS)
    starts = characters.offsets[:-1][is_former]
    is_kept = np.ones(len(characters.codes), np.bool_)
    is_kept[starts] = False
    is_kept[starts + 1] = False
    return characters.kept(is_kept), is_former


def _in_words(raw: Characters) -> Characters:
    codes = np.where(is_separator()[raw.codes], np.uint32(_SEPARATOR), folding_table()[raw.codes])
    return Characters(codes, raw.offsets).kept(codes != 0)


def _turned(raw: Characters) -> pa.LargeStringArray:
    """Letters with the last word first; an empty text for names of one word."""
    several = np.flatnonzero(raw.count(is_separator()[raw.codes]))
    words = pc.utf8_trim(_in_words(raw.chosen(several)).texts(), chr(_SEPARATOR))
    is_several = pc.match_substring(words, chr(_SEPARATOR))
    turned = pc.replace_substring_regex(words, rf"^(.+){chr(_SEPARATOR)}([^{chr(_SEPARATOR)}]+)$", r"\2\1")
    folded = Characters.of(pc.if_else(is_several, turned, "")).mapped(folding_table())
    sizes = np.zeros(len(raw), np.int64)
    spelt = spell(folded, True)
    sizes[several] = spelt.lengths
    return Characters(spelt.codes, np.concatenate(([0], np.cumsum(sizes)))).texts()


def _toned(characters: Characters) -> NDArray[np.int32]:
    codes = tone_table(False)[characters.codes]
    first = characters.offsets[:-1][characters.lengths > 0]
    codes[first] = tone_table(True)[characters.codes[first]]
    return numbers_of(Characters(codes, characters.offsets).texts())


def _numbered(*columns: pa.LargeStringArray) -> list[NDArray[np.int32]]:
    """Numbers of several columns of one length, equal for equal texts in any of them."""
    return np.split(numbers_of(pa.concat_arrays(columns)), len(columns))


def _where_any(texts: pa.LargeStringArray, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(pc.utf8_length(texts).to_numpy(zero_copy_only=False) > 0, numbers, -1).astype(np.int32)


def _is_in(texts: pa.LargeStringArray, words: tuple[str, ...]) -> Flags:
    found: Flags = pc.is_in(texts, pa.array(words, pa.large_string())).to_numpy(zero_copy_only=False)
    return found
