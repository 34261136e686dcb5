"""Characters of personal names: their common forms, and which of them are no part of a name.

Only evidence needs folding here: records are cleaned before they come, but a spec may link any table. Not here:
sounds (`matching.kinds.name_sounds`) and shapes (`matching.kinds.name_shapes`).
"""

import unicodedata
from functools import cache
from typing import Final

import numpy as np
from opencc import OpenCC

from matching.kinds.characters import CODE_POINTS, identity_table, Table
from matching.kinds.kind import Flags

HIDDEN: Final = ord("□")
"""Stands for one character that was not delivered."""

SEPARATORS: Final = " \t\r\n\u3000\u00a0·•∙‧・･⋅ㆍ◦．.。｡●﹒,，-‐–'’"
"""What stands between the parts of a name, and differs between systems."""

_UNWRITABLE: Final = "□■*＊?？×\ufffd〓◇◆▇█▢☐⬜某"
_PRIVATE_USE: Final = slice(0xE000, 0xF900)
_HAN: Final = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2FA20))
_LETTERS: Final = (range(0x21, 0x250), range(0x1E00, 0x1F00), range(0xFF00, 0xFFF0))

_VARIANTS: Final = (
    "喆哲 堃坤 峯峰 甦苏 昇升 陞升 勛勋 淩凌 菓果 珮佩 犇奔 羣群 敍叙 衞卫 裏里 彊强 寗宁 甯宁 濬浚 叡睿 龢和 囯国 "
    "圀国 崐昆 崑昆 淸清 靑青 徳德 惪德 嶽岳 逺远 晧皓 暠皓 烱炯 竒奇 躭耽 兪俞 鍳鉴 槑梅 棊棋 碁棋 栢柏 邨村 玅妙 "
    "嬭奶 姪侄 綵彩 倂并 竝并 侖仑 冨富 髙高 龑䶮 咏詠 瀅滢 鍀锝 鉄铁 剣剑 桟栈 渉涉 乗乘 仏佛 畄留 雋隽 兎兔 "
    "迺乃 廼乃 婣姻 煇辉 暉晖 燿耀 曜耀 慜敏 埜野 壄野 喦岩 巗岩 嵒岩 巖岩 秊年 窻窗 葢盖 蘂蕊 蕋蕊 煕熙 凞熙 熈熙"
)
"""Beside OpenCC's traditional forms: variants used for one another in names, each before its common form."""


@cache
def folding_table() -> Table:
    """Code point of a name → its common form; 0 for separators and signs, `□` for what could not be written."""
    table = identity_table()
    for code in (each for span in _LETTERS for each in span):
        table[code] = _plain_letter(chr(code))
    _fold_han(table)
    table[_PRIVATE_USE] = HIDDEN
    table[:0x21] = 0
    table[[ord(each) for each in SEPARATORS]] = 0
    table[[ord(each) for each in _UNWRITABLE]] = HIDDEN
    return table


@cache
def is_separator() -> Flags:
    """For each code point whether it stands between the parts of a name."""
    separates = np.zeros(CODE_POINTS, np.bool_)
    separates[[ord(each) for each in SEPARATORS]] = True
    return separates


def _fold_han(table: Table) -> None:
    """Traditional to simplified, one character at a time: words do not matter in names."""
    characters = [chr(code) for span in _HAN for code in span]
    compatible = [unicodedata.normalize("NFKC", each) for each in characters]
    simplified = OpenCC("t2s").convert("\n".join(compatible)).split("\n")
    variants = {pair[0]: pair[1] for pair in _VARIANTS.split()}
    for old, new in zip(characters, simplified, strict=True):
        new = variants.get(new, new)
        if len(new) == 1:
            table[ord(old)] = ord(new)


def _plain_letter(letter: str) -> int:
    """A small letter without accent, 0 for what is no letter or digit."""
    plain = [each for each in unicodedata.normalize("NFKD", letter).lower() if each.isalnum()]
    return ord(plain[0]) if plain else 0
