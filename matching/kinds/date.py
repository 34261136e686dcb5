"""Dates of any kind: births, admissions, events.

Not here: births of which only an age or a range of years is known (`matching.kinds.birth`).
"""

from typing import Final

import numpy as np
import pyarrow as pa

from matching.kinds.dates import Dates, days_apart, differing_digits, is_digit_swap, is_lunar, is_swapped, read_dates
from matching.kinds.kind import (
    at_level,
    Flags,
    Kind,
    Levels,
    NEUTRAL,
    OPEN,
    otherwise,
    Positions,
    settle_pairs,
    where_possible,
)

LEVELS: Final = {
    "equal": "Both are the same day.",
    "day_month_swapped": "The day of one is the month of the other, in the same year.",
    "one_digit": "One of the eight digits differs, or two neighbouring digits are swapped.",
    "near": "At most 31 days lie between, or 18 to 52 days as between the lunar and the solar calendar.",
    "same_year": "The year is the same, the day is not.",
    "year_fits": "One side knows only the year or the month, and it is the same.",
    "year_beside": "One side knows only the year or the month, and it is one year off.",
    "ten_years": "Day and month are the same; the year is 1, 10 or 100 years off, as a mistyped decade is.",
    "different": "The dates are different.",
}

_EQUAL, _SWAPPED, _ONE_DIGIT, _NEAR, _SAME_YEAR, _YEAR_FITS, _YEAR_BESIDE, _TEN_YEARS, _DIFFERENT = range(len(LEVELS))

_MONTH_DAYS: Final = 31
_DECADES: Final = (1, 10, 100)


def _says_nothing(dates: Dates) -> Flags:
    found: Flags = dates.is_default | (dates.year == 0)
    return found


def _is_silent(dates: Dates, left: Positions, right: Positions) -> Flags:
    silent = _says_nothing(dates)
    return silent[left] | silent[right]


def _is_equal(dates: Dates, left: Positions, right: Positions) -> Flags:
    found: Flags = (dates.number[left] == dates.number[right]) & (dates.day[left] > 0)
    return found


def _by_year(dates: Dates, left: Positions, right: Positions) -> Levels:
    """Pairs of which at least one side has no day; the others are left open."""
    years = np.abs(dates.year[left] - dates.year[right])
    one, other = dates.month[left], dates.month[right]
    fits = (one == other) | (one == 0) | (other == 0)
    level = np.select(
        [(years == 0) & fits, years == 0, (years == 1) & fits],
        [_YEAR_FITS, _SAME_YEAR, _YEAR_BESIDE],
        _DIFFERENT,
    )
    has_days = (dates.day[left] > 0) & (dates.day[right] > 0)
    return np.where(has_days, OPEN, level).astype(np.int8)


def _is_one_digit(dates: Dates, left: Positions, right: Positions) -> Flags:
    count = differing_digits(dates, left, right)
    swapped = where_possible(count == 2, lambda one, other: is_digit_swap(dates, one, other), left, right)
    found: Flags = (count == 1) | swapped
    return found


def _is_near(dates: Dates, left: Positions, right: Positions) -> Flags:
    apart = days_apart(dates, left, right)
    return (apart <= _MONTH_DAYS) | is_lunar(apart)


def _is_same_year(dates: Dates, left: Positions, right: Positions) -> Flags:
    same: Flags = dates.year[left] == dates.year[right]
    return same


def _is_decades_off(dates: Dates, left: Positions, right: Positions) -> Flags:
    same_day = (dates.month[left] == dates.month[right]) & (dates.day[left] == dates.day[right])
    found: Flags = same_day & np.isin(np.abs(dates.year[left] - dates.year[right]), _DECADES)
    return found


_STEPS: Final = (
    at_level(NEUTRAL, _is_silent),
    at_level(_EQUAL, _is_equal),
    _by_year,
    at_level(_SWAPPED, is_swapped),
    at_level(_ONE_DIGIT, _is_one_digit),
    at_level(_NEAR, _is_near),
    at_level(_SAME_YEAR, _is_same_year),
    at_level(_TEN_YEARS, _is_decades_off),
    otherwise(_DIFFERENT),
)


def _prepare(values: pa.StringArray) -> Dates:
    return read_dates(values)


def _same(dates: Dates) -> Levels:
    """A text which is no date still equals itself."""
    level = np.where((dates.day == 0) & (dates.year > 0), _YEAR_FITS, _EQUAL)
    return np.where(dates.is_default, NEUTRAL, level).astype(np.int8)


def _compare(dates: Dates, left: Positions, right: Positions) -> Levels:
    return settle_pairs(_STEPS, dates, left, right)


DATE: Final = Kind("date", LEVELS, _prepare, _same, _compare, by_distinct_pairs=False)
