"""What is compared in names: their sound and their distance, over distinct values.

Folding of variants and widths is done before records come here; homophones and slips are evidence and
belong here. Everything works on whole columns: one translation of the joined text, one rapidfuzz call.
"""

import functools
import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pypinyin.constants import PINYIN_DICT
from rapidfuzz import process
from rapidfuzz.distance import OSA

_BREAK = "\n"


@functools.cache
def _sound_table() -> dict[int, str]:
    """Code point → its first reading without tone. Dots and blanks are silent, so 王彦 and WANG YAN agree."""
    table = {code: _without_tone(readings.split(",", 1)[0]) for code, readings in PINYIN_DICT.items()}
    return table | {ord("·"): "", ord(" "): ""}


def _without_tone(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def name_pinyin(names: Sequence[str]) -> list[str]:
    """Toneless pinyin of names in small letters, in one word; other characters stay as they are.

    Args:
        names: distinct names without line breaks.
    """
    return _BREAK.join(names).translate(_sound_table()).lower().split(_BREAK) if names else []


def name_distances(left: Sequence[str], right: Sequence[str]) -> pa.Array:
    """Optimal string alignment distance (Damerau 1964, adjacent transpositions) of two columns, pairwise.

    Returns:
        int32 array of the columns' common length.
    """
    if not left:
        return pa.array([], pa.int32())
    return pa.array(process.cpdist(left, right, scorer=OSA.distance, dtype=np.int32, workers=-1))
