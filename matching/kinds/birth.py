"""What a population base knows of a birth: a date, the date that was told, or a range of years.

A value is `DATE|TOLD|LOW|HIGH|TOLD LOW|TOLD HIGH`, any part of which may be empty: the date in force (of a citizen
number when it is proven) and the one delivered, YYYY-MM-DD, and the years of birth that go with each. Not here: dates
proper (`matching.kinds.date`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.dates import Dates, days_apart, differing_digits, is_lunar, is_swapped, read_dates
from matching.kinds.kind import at_level, Flags, Kind, Levels, NEUTRAL, OPEN, otherwise, Positions, settle_pairs

LEVELS: Final = {
    "equal": "The birth dates are the same, or that of one side is the one told on the other.",
    "day_month_swapped": "The day of one is the month of the other, in the same year.",
    "one_digit": "One of the eight digits of the birth date differs.",
    "near": "The dates lie 18 to 52 days apart, as the lunar and the solar calendar do.",
    "same_year": "Both birth dates are known and are of one year.",
    "year_fits": "At least one side knows only an age or a year of birth, and it fits.",
    "year_beside": "At least one side knows only an age or a year of birth, and it is one year off.",
    "three_years_beside": "At least one side knows only an age or a year of birth, and it is two or three years off.",
    "different": "The births are different.",
}

_EQUAL, _SWAPPED, _ONE_DIGIT, _NEAR, _SAME_YEAR, _YEAR_FITS, _BESIDE, _THREE_BESIDE, _DIFFERENT = range(len(LEVELS))

_PARTS: Final = 6
_YEAR: Final = "^[0-9]{1,4}$"


@dataclass(frozen=True)
class _Span:
    """Years of birth from `low` to `high`, 0 where they are not known."""

    low: NDArray[np.int32]
    high: NDArray[np.int32]

    def meets(self, left: Positions, right: Positions, years_beside: int = 0) -> Flags:
        """Whether the years of two sides meet, or lie so many years apart at most."""
        found: Flags = (
            (np.minimum(self.low[left], self.low[right]) > 0)
            & (self.low[left] <= self.high[right] + years_beside)
            & (self.low[right] <= self.high[left] + years_beside)
        )
        return found


@dataclass(frozen=True)
class _Births:
    date: Dates
    told: Dates
    has_date: Flags
    has_told: Flags
    span: _Span
    told_span: _Span


def _prepare(values: pa.StringArray) -> _Births:
    parts = _split(values)
    date, told = read_dates(parts[0]), read_dates(parts[1])
    has_date, has_told = ((each.day > 0) & ~each.is_default for each in (date, told))
    return _Births(date, told, has_date, has_told, _span(date, parts[2], parts[3]), _span(told, parts[4], parts[5]))


def _split(values: pa.StringArray) -> list[pa.StringArray]:
    """The six parts of each value, all empty where a value has another number of them."""
    is_whole = pc.equal(pc.count_substring(values, "|"), _PARTS - 1)
    flat = pc.list_flatten(pc.split_pattern(pc.if_else(is_whole, values, "|" * (_PARTS - 1)), "|"))
    return [flat.take(pa.array(np.arange(part, len(flat), _PARTS))) for part in range(_PARTS)]


def _span(date: Dates, low: pa.StringArray, high: pa.StringArray) -> _Span:
    """Years beside a date that only stands where none is known come from that date, and are not known either."""
    lows, highs = _years(low), _years(high)
    is_known = (lows > 0) & (highs > 0) & ~(date.is_default & (lows == date.year))
    return _Span(np.where(is_known, lows, 0), np.where(is_known, highs, 0))


def _years(texts: pa.StringArray) -> NDArray[np.int32]:
    # What is no year must not reach the cast, whose error would show the value.
    years = pc.if_else(pc.match_substring_regex(texts, _YEAR), texts, "0").cast(pa.int32())
    found: NDArray[np.int32] = years.to_numpy(zero_copy_only=False)
    return found


def _is_silent(births: _Births, left: Positions, right: Positions) -> Flags:
    unknown = births.span.low == 0
    found: Flags = unknown[left] | unknown[right]
    return found


def _is_equal(births: _Births, left: Positions, right: Positions) -> Flags:
    date, told = births.date.number, np.where(births.has_told, births.told.number, -1)
    same = (date[left] == date[right]) | (told[left] == date[right]) | (date[left] == told[right])
    found: Flags = births.has_date[left] & births.has_date[right] & same
    return found


def _by_year(births: _Births, left: Positions, right: Positions) -> Levels:
    """Pairs of which at least one side has no date; the others are left open."""
    level = np.select(
        [
            births.has_date[left] & births.has_date[right],
            births.span.meets(left, right) | births.told_span.meets(left, right),
            births.span.meets(left, right, 1),
            births.span.meets(left, right, 3),
        ],
        [OPEN, _YEAR_FITS, _BESIDE, _THREE_BESIDE],
        _DIFFERENT,
    )
    return level.astype(np.int8)


def _is_swapped(births: _Births, left: Positions, right: Positions) -> Flags:
    return is_swapped(births.date, left, right)


def _is_one_digit(births: _Births, left: Positions, right: Positions) -> Flags:
    found: Flags = differing_digits(births.date, left, right) == 1
    return found


def _is_lunar(births: _Births, left: Positions, right: Positions) -> Flags:
    return is_lunar(days_apart(births.date, left, right))


def _is_same_year(births: _Births, left: Positions, right: Positions) -> Flags:
    found: Flags = births.date.year[left] == births.date.year[right]
    return found


_STEPS: Final = (
    at_level(NEUTRAL, _is_silent),
    at_level(_EQUAL, _is_equal),
    _by_year,
    at_level(_SWAPPED, _is_swapped),
    at_level(_ONE_DIGIT, _is_one_digit),
    at_level(_NEAR, _is_lunar),
    at_level(_SAME_YEAR, _is_same_year),
    otherwise(_DIFFERENT),
)


def _same(births: _Births) -> Levels:
    level = np.where(births.has_date, _EQUAL, _YEAR_FITS)
    return np.where(births.span.low == 0, NEUTRAL, level).astype(np.int8)


def _compare(births: _Births, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, births, left, right)


BIRTH: Final = Kind("birth", LEVELS, _prepare, _same, _compare, by_distinct_pairs=False)
