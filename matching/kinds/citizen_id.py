"""Citizen numbers (GB 11643-1999), whole, masked, ruined or mistyped.

A slip almost never passes the check character, so two valid numbers are two numbers even when they look alike: of
twins, or given in a row. Not here: reading (`matching.kinds.id_numbers`).
"""

from typing import Final

import numpy as np
import pyarrow as pa

from matching.kinds.distances import edit_distances
from matching.kinds.id_numbers import IdNumbers, LENGTH, MASK, read_id_numbers
from matching.kinds.kind import at_level, Flags, Kind, Levels, NEUTRAL, OPEN, Positions, settle_pairs

LEVELS: Final = {
    "equal": "The citizen numbers are the same; one of 15 digits counts as its 18 digits.",
    "one_slip": "One character is wrong, missing or too many, or two neighbours are swapped.",
    "mask_fits": "One number is masked and fits the other, with three or more characters shown at the end.",
    "long_prefix_fits": "One number is masked or cut, and its first twelve or more characters fit the other.",
    "short_prefix_fits": "One number is masked, and the few characters shown fit the other.",
    "two_slips": "Two such slips lie between the numbers.",
    "two_numbers": "Both numbers are correct, proven by their holders' names, and different.",
    "different": "The numbers are different, and at least one is mistyped, masked or not proven.",
}

_EQUAL, _ONE_SLIP, _MASK, _LONG_PREFIX, _SHORT_PREFIX, _TWO_SLIPS, _TWO_NUMBERS, _DIFFERENT = range(len(LEVELS))

_TAIL: Final = 3
_LONG_HEAD: Final = 12


def _is_hidden(numbers: IdNumbers) -> Flags:
    found: Flags = (numbers.head == 0) & (numbers.tail == 0)
    return found


def _is_silent(numbers: IdNumbers, left: Positions, right: Positions) -> Flags:
    hidden = _is_hidden(numbers)
    return hidden[left] | hidden[right]


def _by_mask(numbers: IdNumbers, left: Positions, right: Positions) -> Levels:
    level = np.full(len(left), OPEN, np.int8)
    chosen = np.flatnonzero(numbers.is_masked[left] | numbers.is_masked[right])
    if not len(chosen):
        return level
    one, other = left[chosen], right[chosen]
    fitting = _fitting_levels(
        np.minimum(numbers.head[one], numbers.head[other]), np.minimum(numbers.tail[one], numbers.tail[other])
    )
    level[chosen] = np.where(_contradicts(numbers, one, other), _DIFFERENT, fitting)
    return level


def _fitting_levels(head: np.ndarray, tail: np.ndarray) -> Levels:
    return np.where(tail >= _TAIL, _MASK, np.where(head >= _LONG_HEAD, _LONG_PREFIX, _SHORT_PREFIX)).astype(np.int8)


def _contradicts(numbers: IdNumbers, left: Positions, right: Positions) -> Flags:
    """Whether two characters shown in the same place differ: in the heads, in the tails, in numbers of one length."""
    characters = numbers.characters
    head = np.minimum(numbers.head[left], numbers.head[right])
    tail = np.minimum(numbers.tail[left], numbers.tail[right])
    same_length = characters.lengths[left] == characters.lengths[right]
    contradicts = np.zeros(len(left), np.bool_)
    for place in range(LENGTH):
        one, other = characters.at(place, left), characters.at(place, right)
        shown = (one != MASK) & (other != MASK) & (same_length | (place < head))
        contradicts |= shown & (one != other)
        contradicts |= (place < tail) & (characters.at(-place - 1, left) != characters.at(-place - 1, right))
    return contradicts


def _is_equal(numbers: IdNumbers, left: Positions, right: Positions) -> Flags:
    found: Flags = numbers.numbers[left] == numbers.numbers[right]
    return found


def _are_two(numbers: IdNumbers, left: Positions, right: Positions) -> Flags:
    proven = numbers.is_valid & numbers.is_proven
    return proven[left] & proven[right]


def _by_distance(numbers: IdNumbers, left: Positions, right: Positions) -> Levels:
    distance = edit_distances(numbers.characters, numbers.texts, left, right, 2)
    slips = {1: _ONE_SLIP, 2: _TWO_SLIPS}
    return np.select([distance == count for count in slips], list(slips.values()), _DIFFERENT).astype(np.int8)


_STEPS: Final = (
    at_level(NEUTRAL, _is_silent),
    _by_mask,
    at_level(_EQUAL, _is_equal),
    at_level(_TWO_NUMBERS, _are_two),
    _by_distance,
)


def _prepare(values: pa.StringArray) -> IdNumbers:
    return read_id_numbers(values)


def _same(numbers: IdNumbers) -> Levels:
    level = np.where(numbers.is_masked, _fitting_levels(numbers.head, numbers.tail), _EQUAL)
    return np.where(_is_hidden(numbers), NEUTRAL, level).astype(np.int8)


def _compare(numbers: IdNumbers, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, numbers, left, right)


CITIZEN_ID: Final = Kind(
    "citizen_id", LEVELS, _prepare, _same, _compare, "[1-9][0-9]{14}(?:(?:[1-9][0-9]|[0-9][1-9])[0-9X]|00[1-9X])?!?"
)
