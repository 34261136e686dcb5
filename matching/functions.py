"""Functions that the SQL of a spec may use besides DuckDB's own, for columns and blocking keys.

`pinyin(text)`: Chinese characters as toneless pinyin in one word, other letters in small.
`soundex(text)`: the American Soundex code of the letters of a text.

Both work on whole Arrow arrays: one translation of the joined text, no call for each row.
"""

import functools
import unicodedata
from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.sqltypes import VARCHAR
from pypinyin.constants import PINYIN_DICT

_BREAK = "\x1e"
"""ASCII record separator; a text that holds it would fall apart, so it is taken out first."""

_SOUNDEX = dict(zip(map(ord, "abcdefghijklmnopqrstuvwxyz"), "~123~12~~22455~12623~1~2~2", strict=True))


def register_functions(con: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a connection; once more does no harm."""
    query = "SELECT count(*) FROM duckdb_functions() WHERE function_name = 'pinyin'"
    if con.execute(query).fetchall() != [(0,)]:
        return
    for name, function in (("pinyin", pinyin), ("soundex", soundex)):
        con.create_function(  # type: ignore[call-overload] # the stubs know no Arrow functions
            name, function, [VARCHAR], VARCHAR, type="arrow", null_handling="special"
        )


def pinyin(texts: pa.ChunkedArray) -> pa.Array:
    """Toneless pinyin of each text; null stays null.

    Args:
        texts: strings of any script. Dots and blanks are silent, so 王彦 and WANG YAN sound alike.
    """
    return pc.utf8_lower(translated(texts, _sound_table()))


def soundex(texts: pa.ChunkedArray) -> pa.Array:
    """American Soundex (Russell 1918): first letter and three digits; null where there is no Latin letter."""
    plain = pc.replace_substring_regex(pc.utf8_lower(_array(texts)), "[^a-z]", "")
    first = pc.utf8_upper(pc.utf8_slice_codeunits(plain, 0, 1))
    digits = translated(pc.replace_substring_regex(plain, "[hw]", ""), _SOUNDEX)
    for digit in "123456":
        digits = pc.replace_substring_regex(digits, f"{digit}+", digit)
    tail = pc.replace_substring_regex(pc.utf8_slice_codeunits(digits, 1), "[^1-6]", "")
    code = pc.utf8_slice_codeunits(pc.binary_join_element_wise(first, tail, "000", ""), 0, 4)
    return pc.if_else(pc.greater(pc.utf8_length(plain), 0), code, pa.scalar(None, pa.string()))


def _array(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def translated(texts: pa.ChunkedArray | pa.Array, table: Mapping[int, str]) -> pa.Array:
    """Each text with its characters replaced by a table of code points; null stays null."""
    array = _array(texts).cast(pa.string())
    filled = pc.replace_substring(pc.fill_null(array, ""), _BREAK, " ")
    if not len(filled):
        return filled
    whole = pa.ListArray.from_arrays(pa.array([0, len(filled)], pa.int32()), filled)
    joined = pc.binary_join(whole, _BREAK)[0].as_py().translate(table)
    parts = pc.split_pattern(pa.array([joined]), _BREAK).flatten()
    return pc.if_else(array.is_valid(), parts, pa.scalar(None, pa.string()))


@functools.cache
def _sound_table() -> dict[int, str]:
    """Code point → its first reading without tone."""
    table = {code: _without_tone(readings.split(",", 1)[0]) for code, readings in PINYIN_DICT.items()}
    return table | {ord("·"): "", ord(" "): ""}


def _without_tone(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
