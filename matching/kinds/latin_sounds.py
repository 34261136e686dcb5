"""How names in Latin letters sound, as a key of consonants: Catherine and Katherine, Phillip and Filip.

In the manner of Soundex (Russell 1918) and Metaphone (Philips 1990), but over the letters of a whole column at once and
without cutting the key. Not here: what a like sound is worth.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.kinds.characters import Characters, identity_table, numbers_of, Table

_SOUNDS: Final = {
    "A": "aeiouy", "P": "bp", "F": "fv", "K": "ckqgx", "J": "j", "S": "sz", "T": "dt", "L": "l", "N": "mn", "R": "r",
    "H": "hw",
}  # fmt: skip
"""Sound → letters that have it by themselves."""

_PAIRS: Final = (
    ("p", "h", "F"), ("c", "eiy", "S"), ("g", "eiy", "J"), ("c", "h", "J"), ("c", "z", "J"), ("s", "h", "S"),
    ("g", "h", "H"),
)  # fmt: skip
"""Letter, letters after it, sound of the first; the second keeps its own."""

_SILENT_AT_START: Final = (("k", "n"), ("g", "n"), ("p", "n"), ("p", "s"), ("w", "r"))

_SHORTEST_KEY: Final = 2
"""Lee, Leo and Lia have one consonant in common and no more."""


def sound_numbers(characters: Characters) -> NDArray[np.int32]:
    """A number for the sound of each text of small letters, equal for like sounds; -1 where a text has too little."""
    keys = _without_repeats(Characters(_sounds(characters), characters.offsets))
    # A vowel counts at the beginning only; h and w count nowhere else either, and keep no two sounds apart.
    is_first = np.zeros(len(keys.codes), np.bool_)
    is_first[keys.offsets[:-1][keys.lengths > 0]] = True
    keys = keys.kept((keys.codes != ord("A")) | is_first)
    return np.where(keys.lengths >= _SHORTEST_KEY, numbers_of(keys.texts()), -1).astype(np.int32)


def _sounds(characters: Characters) -> NDArray[np.uint32]:
    codes, after = characters.codes, characters.neighbours(1)
    sounds = _sound_table()[codes]
    for letter, others, sound in _PAIRS:
        sounds[(codes == ord(letter)) & np.isin(after, [ord(each) for each in others])] = ord(sound)
    # Before r or l, ch is a k: Christine, Chloe.
    hard = (codes == ord("c")) & (after == ord("h")) & np.isin(characters.neighbours(2), [ord("r"), ord("l")])
    sounds[hard] = ord("K")
    first = characters.offsets[:-1][characters.lengths > 1]
    for letter, other in _SILENT_AT_START:
        sounds[first[(codes[first] == ord(letter)) & (after[first] == ord(other))]] = ord("H")
    return sounds


def _without_repeats(sounds: Characters) -> Characters:
    is_first = np.zeros(len(sounds.codes), np.bool_)
    is_first[sounds.offsets[:-1][sounds.lengths > 0]] = True
    voiced = sounds.kept((sounds.codes != ord("H")) | (is_first & (sounds.neighbours(1) == ord("A"))))
    return voiced.kept(voiced.codes != voiced.neighbours(1))


@cache
def _sound_table() -> Table:
    return identity_table({letter: sound for sound, letters in _SOUNDS.items() for letter in letters})
