"""Dates as people write them, read into years, months and days, and the ways in which two of them nearly agree.

Not here: levels of agreement (`matching.kinds.date`, `matching.kinds.birth`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.kinds.characters import Characters
from matching.kinds.kind import Flags, Positions

Ints = NDArray[np.int32]

DEFAULTS: Final = (19000101, 18991231, 18991230, 19010101)
"""Dates which systems write when they know none, beside all those of the year 9999."""

LAYOUTS: Final = (
    "YYYY-MM-DD", "YYYY-M-D", "YYYY-MM-D", "YYYY-M-DD", "YYYYMMDD", "YYYY-MM", "YYYY-M", "YYYY",
    "DD-MM-YYYY", "D-MM-YYYY", "DD-M-YYYY", "D-M-YYYY",
)  # fmt: skip
"""A dash stands for `-`, `/` or `.`; a time of day may follow the first."""

LUNAR_DAYS: Final = (18, 52)
"""How far the same day of the lunar and of the solar calendar lie apart."""

_SEPARATORS: Final = tuple(map(ord, "-/."))
_TIMES: Final = tuple(map(ord, " T"))
_ONES: Final = np.uint64(0x0101010101010101)


@dataclass(frozen=True)
class Dates:
    """Dates of n values; `year`, `month` and `day` are 0 where unknown, all of them where a text is no date."""

    year: Ints
    month: Ints
    day: Ints

    @cached_property
    def number(self) -> Ints:
        """YYYYMMDD as a number."""
        return self.year * 10_000 + self.month * 100 + self.day

    @cached_property
    def digits(self) -> NDArray[np.uint64]:
        """The eight digits of YYYYMMDD as the eight bytes of a word, the first in the highest."""
        places = 10 ** np.arange(8, dtype=np.int64)
        digits = (self.number[:, None] // places % 10).astype("u1")
        return np.ascontiguousarray(digits).view("<u8").ravel()

    @cached_property
    def days(self) -> Ints:
        """Days since 1970-01-01; of no use where the day is unknown."""
        # Hinnant 2013, days_from_civil. A day too many for its month, as 30 February in the
        # lunar calendar, counts on into the next.
        year = self.year - (self.month <= 2)
        of_year = (153 * (self.month + np.where(self.month > 2, -3, 9)) + 2) // 5 + self.day - 1
        of_era = year % 400
        days: Ints = year // 400 * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
        return days

    @cached_property
    def is_default(self) -> Flags:
        """Whether a date only stands where none is known."""
        found: Flags = np.isin(self.number, DEFAULTS) | (self.year == 9999)
        return found


def read_dates(values: pa.StringArray) -> Dates:
    """Read dates in any of the layouts.

    A month or day which is too high is a slip, and is kept: one digit of it may be right. A day without month is not.
    """
    characters = Characters.of(values)
    dates = Dates(*(np.zeros(len(characters), np.int32) for _ in range(3)))
    for layout in LAYOUTS:
        _read_layout(characters, layout, dates)
    return Dates(dates.year, dates.month, np.where(dates.month > 0, dates.day, 0))


def _read_layout(characters: Characters, layout: str, dates: Dates) -> None:
    lengths, size = characters.lengths, len(layout)
    is_fit = lengths == size
    if layout == LAYOUTS[0]:
        is_fit |= (lengths > size) & np.isin(characters.at(size), _TIMES)
    rows = np.flatnonzero(is_fit)
    signs = characters.codes[characters.offsets[:-1][rows][:, None] + np.arange(size)]
    is_digit = (signs >= ord("0")) & (signs <= ord("9"))
    is_date = np.array([each != "-" for each in layout])
    fits = np.where(is_date, is_digit, np.isin(signs, _SEPARATORS)).all(axis=1)
    rows, numbers = rows[fits], signs[fits].astype(np.int32) - ord("0")
    for letter, part in zip("YMD", (dates.year, dates.month, dates.day), strict=True):
        places = [place for place, each in enumerate(layout) if each == letter]
        part[rows] = numbers[:, places] @ (10 ** np.arange(len(places) - 1, -1, -1, dtype=np.int32))
    if layout.startswith("D"):
        _put_day_first(dates, rows)


def _put_day_first(dates: Dates, rows: NDArray[np.intp]) -> None:
    """In some countries the month comes first; where it cannot be a month, it is the day."""
    swapped = rows[(dates.month[rows] > 12) & (dates.day[rows] <= 12)]
    dates.month[swapped], dates.day[swapped] = dates.day[swapped], dates.month[swapped]


def is_swapped(dates: Dates, left: Positions, right: Positions) -> Flags:
    """Whether day and month of one date are month and day of the other."""
    swapped: Flags = (dates.month[left] == dates.day[right]) & (dates.day[left] == dates.month[right])
    found: Flags = swapped & (dates.year[left] == dates.year[right])
    return found


def differing_digits(dates: Dates, left: Positions, right: Positions) -> NDArray[np.uint8]:
    """How many of the eight digits differ."""
    differ = dates.digits[left] ^ dates.digits[right]
    differ |= differ >> np.uint64(1)
    differ |= differ >> np.uint64(2)
    found: NDArray[np.uint8] = np.bitwise_count(differ & _ONES)
    return found


def is_digit_swap(dates: Dates, left: Positions, right: Positions) -> Flags:
    """Whether two neighbouring digits are swapped and all others are the same."""
    one, other = dates.digits[left], dates.digits[right]
    swapped = np.zeros(len(left), np.bool_)
    for low in range(0, 56, 8):
        pair = np.uint64(0xFFFF << low)
        inside = (one & pair) >> np.uint64(low)
        turned = ((inside << np.uint64(8)) | (inside >> np.uint64(8))) & np.uint64(0xFFFF)
        swapped |= ((one & ~pair) | (turned << np.uint64(low))) == other
    return swapped


def days_apart(dates: Dates, left: Positions, right: Positions) -> Ints:
    """Days between whole dates."""
    apart: Ints = np.abs(dates.days[left] - dates.days[right])
    return apart


def is_lunar(apart: Ints) -> Flags:
    """Whether dates so many days apart may be one day of two calendars."""
    low, high = LUNAR_DAYS
    return (apart >= low) & (apart <= high)
