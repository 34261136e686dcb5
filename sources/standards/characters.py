"""Character tables: what is folded away before a value is read. No SQL here, and no values.

`text_table` serves every kind of value: width, blanks, dashes, invisible characters, letters that only
look like an X. `name_table` adds what is true of personal names alone: traditional and variant forms,
private-use code points, separators, marks that stand for a character that could not be written.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

import opencc

UNKNOWN = "□"
"""Stands for one character of a name that was not delivered."""

MIDDLE_DOT = "·"

PLAIN = r"[0-9A-Za-z\x{4e00}-\x{9fff}#-]*"
"""Whole texts that `text_table` leaves as they are, and most are such, as a regular expression of Arrow."""

_BLANKS = "\t\n\r\v\f\u0085\u00a0\u2028\u2029\u3164"
_DASHES = "‐‑‒–—―−－﹣ー─━﹘"
_LETTERS_LIKE_X = "ХхΧχ×✕╳⨯"
_QUOTES = {**dict.fromkeys("‘’‛′＇`´", "'"), **dict.fromkeys("“”„″〃＂", '"')}
_BRACKETS = {**dict.fromkeys("【〔〖［〈《「『[{<", "("), **dict.fromkeys("】〕〗］〉》」』]}>", ")")}
_SEPARATORS = "·•∙‧・･．.。｡●⋅᛫ㆍ◦⸱﹒․⦁ꞏ˙"
_UNWRITABLE = "?？﹖○◯■*＊\ufffd〓◇◆▇█▢☐⬜"
_VARIANTS = (
    "喆哲 堃坤 峯峰 甦苏 昇升 陞升 勳勋 勛勋 恆恒 淩凌 菓果 珮佩 犇奔 羣群 敍叙 衞卫 裏里 祕秘 彊强 強强 "
    "寗宁 甯宁 濬浚 叡睿 龢和 囯国 圀国 崐昆 崑昆 淸清 靑青 徳德 惪德 嶽岳 逺远 晧皓 暠皓 烱炯 啓启 啟启 "
    "竒奇 躭耽 兪俞 鍳鉴 鑒鉴 槑梅 棊棋 碁棋 栢柏 邨村 玅妙 嬭奶 姪侄 喬乔 綵彩 倂并 竝并 侖仑 冨富 髙高 "
    "龑䶮"
)
"""Beside opencc's traditional forms: variants that clerks use for one another in names, each before its common form."""

_GB18030_2022 = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
    0xE864: 0x9FBB, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F,
    0xE855: 0x241FE,
}  # fmt: skip
"""GB 18030-2022 code points of the characters that Python's codec still puts into the private use area."""

_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2A6E0))
_PRIVATE_USE = range(0xE000, 0xF900)
_COMPATIBLE = (
    range(0x20, 0x3400),
    range(0xF900, 0x10000),
    range(0x1D400, 0x1D800),
    range(0x1F100, 0x1F200),
    range(0x2F800, 0x2FA20),
)


class FoldingTable(dict[int, str | int]):
    """A table for `str.translate` which learns the characters that stay: a miss costs an exception only once."""

    def __missing__(self, code_point: int) -> int:
        """Let a character stay as it is."""
        self[code_point] = code_point
        return code_point


@cache
def text_table() -> FoldingTable:
    """Folding of every kind of value: NFKC of each character, one blank, one dash, nothing invisible."""
    table = FoldingTable(_compatible())
    table.update(
        _keyed(dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_DASHES, "-") | dict.fromkeys(_LETTERS_LIKE_X, "X"))
    )
    table.update(_keyed(_QUOTES | _BRACKETS))
    return table


@cache
def name_table() -> FoldingTable:
    """Folding of personal names: the folding of text, then simplified forms, one middle dot, `□` for what is lost."""
    table = FoldingTable(text_table())
    table.update(_simplified())
    table.update(dict.fromkeys(_PRIVATE_USE, UNKNOWN))
    table.update({code: chr(point) for code, point in _private_use_of_gbk().items()})
    table.update(_keyed({pair[0]: pair[1] for pair in _VARIANTS.split()}))
    table.update(_keyed(dict.fromkeys(_SEPARATORS, MIDDLE_DOT) | dict.fromkeys(_UNWRITABLE, UNKNOWN)))
    table.update(dict.fromkeys(_pictures(), UNKNOWN))
    return table


def _keyed(table: Mapping[str, str]) -> dict[int, str]:
    return {ord(character): text for character, text in table.items()}


def _compatible() -> Iterator[tuple[int, str]]:
    for code in (code for block in _COMPATIBLE for code in block):
        character = chr(code)
        if unicodedata.category(character) in ("Cc", "Cf") or 0xFE00 <= code <= 0xFE0F:
            yield code, ""
        elif (folded := unicodedata.normalize("NFKC", character)) != character:
            yield code, folded.strip() or " "
    invisible = (range(0x1E), range(0x1F, 0x20), range(0xE0100, 0xE01F0))  # but not U+001E, which separates texts
    yield from ((code, "") for block in invisible for code in block)


def _simplified() -> dict[int, str]:
    characters = [chr(code) for block in _HAN for code in block]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new}


def _private_use_of_gbk() -> dict[int, int]:
    """GBK 1.0 put its bytes FE50–FEA0 at U+E815 and on; GB 18030 has since given them code points."""
    trails = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    points = (ord(bytes((0xFE, trail)).decode("gb18030")) for trail in trails)
    table = {0xE815 + place: point for place, point in enumerate(points) if point not in _PRIVATE_USE}
    return table | _GB18030_2022


def _pictures() -> Iterator[int]:
    return (
        code for code in (*range(0x2600, 0x27C0), *range(0x1F300, 0x1FB00)) if unicodedata.category(chr(code)) == "So"
    )
