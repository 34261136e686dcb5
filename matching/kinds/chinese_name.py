"""Names of persons in China: Han names, names of minorities, names in Latin letters, names not yet given.

Not here: how names are read (`matching.kinds.names`) and each single test (`matching.kinds.name_tests`).
"""

from typing import Final

import numpy as np
import pyarrow as pa

from matching.kinds.kind import at_level, Flags, Kind, Levels, NEUTRAL, OPEN, otherwise, Positions, settle_pairs
from matching.kinds.name_tests import (
    covers_difference,
    difference,
    is_cut,
    is_long_and_near,
    is_near,
    is_reordered,
    lacks_one,
    same_given_name,
    same_surname,
    sounds_same,
)
from matching.kinds.names import Names, read_names, SHORT

LEVELS: Final = {
    "equal": "The names are the same.",
    "same_folded": "The names are the same but for variant or traditional characters, dots, blanks or width.",
    "same_sound_and_tone": "The names sound the same, tones included.",
    "same_sound": "The names sound the same but for their tones, or one is the other in Latin letters.",
    "former_name": "One is a former name, and it is the same or sounds the same.",
    "hidden_character": "A character that was not delivered covers all that differs; what can be seen is the same.",
    "reordered_or_truncated": (
        "The parts stand in another order, a long name is cut, or a long name has two slips at most."
    ),
    "one_near_of_three": (
        "Of three or more characters one, not the surname, is another of like sound or shape, or two are swapped."
    ),
    "one_near_of_two": "The surname is the same; the one other character is another of like sound or shape.",
    "one_of_three": "Of three or more characters one, not the surname, is another or missing.",
    "surname_differs": "The given name of two or more characters is the same; the surname is another or missing.",
    "unnamed_newborn": "One side is a child entered by its mother's name before it had its own.",
    "one_of_two": "The surname is the same; the one other character is another.",
    "surname_differs_of_two": "The given name of one character is the same; the surname is another.",
    "surname_only": "Only the surname is the same.",
    "different": "The names are different.",
}

PLAIN: Final = (
    r"[^无不未待暂测空姓户本新婴男女同拒保匿某\x00-\x{4DFF}\x{A000}-\x{10FFFF}]"
    r"[\x{4E00}-\x{67CF}\x{67D1}-\x{9FFF}]{1,3}"
)
"""Han names that begin with nothing with which a placeholder begins, and are without 某 (U+67D0), which hides."""

(
    _EQUAL, _FOLDED, _TONED, _SOUND, _FORMER, _HIDDEN, _REORDERED, _NEAR_OF_THREE, _NEAR_OF_TWO, _ONE_OF_THREE,
    _SURNAME_DIFFERS, _NEWBORN, _ONE_OF_TWO, _SURNAME_DIFFERS_OF_TWO, _SURNAME_ONLY, _DIFFERENT,
) = range(len(LEVELS))  # fmt: skip


def _is_silent(names: Names, left: Positions, right: Positions) -> Flags:
    silent = names.says_nothing
    return silent[left] | silent[right]


def _by_former_name(names: Names, left: Positions, right: Positions) -> Levels:
    """A former name that does not agree says nothing: most people who changed their name are known by the new one."""
    is_former = names.is_former[left] | names.is_former[right]
    agrees = sounds_same(names, left, right) & (names.hidden[left] == 0)
    return np.where(is_former, np.where(agrees, _FORMER, NEUTRAL), OPEN).astype(np.int8)


def _is_hidden(names: Names, left: Positions, right: Positions) -> Flags:
    """Whether names of which something is hidden agree in the rest, or sound the same: no level above may have them."""
    is_hidden = names.hidden[left] + names.hidden[right] > 0
    return is_hidden & (covers_difference(names, left, right) | sounds_same(names, left, right))


def _is_folded(names: Names, left: Positions, right: Positions) -> Flags:
    same: Flags = names.folded[left] == names.folded[right]
    return same


def _is_toned(names: Names, left: Positions, right: Positions) -> Flags:
    same: Flags = names.toned[left] == names.toned[right]
    return same


def _by_newborn(names: Names, left: Positions, right: Positions) -> Levels:
    """A child before its name, and the mother herself is not that child."""
    mother, one, other = names.newborns.mother, names.newborns.mother[left], names.newborns.mother[right]
    is_newborn = (one >= 0) | (other >= 0)
    both = np.minimum(mother[left], mother[right]) >= 0
    is_mother = (one == names.spelt[right]) | (other == names.spelt[left])
    may_be = np.where(both, names.newborns.may_be_one(left, right), ~is_mother)
    return np.where(is_newborn, np.where(may_be, _NEWBORN, _DIFFERENT), OPEN).astype(np.int8)


def _is_reordered_or_cut(names: Names, left: Positions, right: Positions) -> Flags:
    return is_reordered(names, left, right) | is_cut(names, left, right) | is_long_and_near(names, left, right)


def _by_hidden_rest(names: Names, left: Positions, right: Positions) -> Levels:
    """Where what can be seen differs, what is hidden on both sides must not count as the same."""
    is_hidden = names.hidden[left] + names.hidden[right] > 0
    level = np.where(same_surname(names, left, right), _SURNAME_ONLY, _DIFFERENT)
    return np.where(is_hidden, level, OPEN).astype(np.int8)


def _has_other_script(names: Names, left: Positions, right: Positions) -> Flags:
    return ~(names.is_han[left] & names.is_han[right])


def _by_character(names: Names, left: Positions, right: Positions) -> Levels:
    """Short names of one length, character by character; others are left open."""
    level = np.full(len(left), OPEN, np.int8)
    lengths = names.characters.lengths
    chosen = np.flatnonzero((lengths[left] == lengths[right]) & (lengths[left] <= SHORT))
    left, right = left[chosen], right[chosen]
    found, is_two = difference(names, left, right), lengths[left] == 2
    one, is_near_one = found.count == 1, np.zeros(len(left), np.bool_)
    given = np.flatnonzero(one & (found.place > 0))
    is_near_one[given] = is_near(found.of(given))
    level[chosen] = np.select(
        [
            found.is_swap & (found.place == 0),
            is_near_one & is_two,
            is_near_one | found.is_swap,
            one & (found.place > 0) & is_two,
            one & (found.place > 0),
            one & is_two,
            one & (lengths[left] > 1),
        ],
        [
            _REORDERED,
            _NEAR_OF_TWO,
            _NEAR_OF_THREE,
            _ONE_OF_TWO,
            _ONE_OF_THREE,
            _SURNAME_DIFFERS_OF_TWO,
            _SURNAME_DIFFERS,
        ],
        OPEN,
    )
    return level


_STEPS: Final = (
    at_level(NEUTRAL, _is_silent),
    _by_former_name,
    at_level(_HIDDEN, _is_hidden),
    at_level(_FOLDED, _is_folded),
    at_level(_TONED, _is_toned),
    at_level(_SOUND, sounds_same),
    _by_newborn,
    at_level(_REORDERED, _is_reordered_or_cut),
    _by_hidden_rest,
    at_level(_DIFFERENT, _has_other_script),
    _by_character,
    at_level(_SURNAME_DIFFERS, same_given_name),
    at_level(_ONE_OF_THREE, lacks_one),
    at_level(_SURNAME_ONLY, same_surname),
    otherwise(_DIFFERENT),
)


def _prepare(values: pa.StringArray) -> Names:
    return read_names(values)


def _same(names: Names) -> Levels:
    level = np.select([names.is_former, names.hidden > 0], [_FORMER, _HIDDEN], _EQUAL)
    return np.where(names.says_nothing, NEUTRAL, level).astype(np.int8)


def _compare(names: Names, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, names, left, right)


CHINESE_NAME: Final = Kind("chinese_name", LEVELS, _prepare, _same, _compare, PLAIN)
