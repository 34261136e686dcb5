"""Where the surname of a Chinese name ends.

Not here: how surnames are read aloud (`matching.kinds.name_sounds`).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.kinds.characters import Characters

TWO_PART_SURNAMES: Final = (
    "欧阳 上官 司马 诸葛 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 东方 南宫 西门 宇文 长孙 端木 轩辕 "
    "闻人 呼延 申屠 太史 淳于 独孤 赫连 澹台 公冶 宗政 濮阳 钟离 闾丘 拓跋 鲜于 亓官 万俟 东郭 百里 "
    "第五 归海 羊舌 微生 梁丘 左丘"
)


def given_lengths(characters: Characters) -> NDArray[np.int32]:
    """Characters of the given name in each name, which follows a surname of one character or of two."""
    begins = _packed(characters.at(0), characters.at(1))
    double = np.array([ord(each[0]) << 32 | ord(each[1]) for each in TWO_PART_SURNAMES.split()], np.uint64)
    has_double = np.isin(begins, double) & (characters.lengths > 2)
    return characters.lengths - np.where(has_double, 2, 1).astype(np.int32)


def _packed(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return first.astype(np.uint64) << np.uint64(32) | second
