"""How records are damaged: misheard and misread names, wrong and transposed digits, missing and masked values.

Every function changes a matrix of codes in place, in the rows given. Which rows are hit is decided in `records`.
"""

import numpy as np
from digits import ZERO
from numpy.random import Generator
from numpy.typing import NDArray
from vocabulary import ALTERNATIVES, homophones, look_alikes

Matrix = NDArray[np.uint8]
Rows = NDArray[np.int64]
MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def mishear(names: NDArray[np.uint32], rows: Rows, rng: Generator) -> None:
    """One character becomes another of the same sound."""
    _replace_character(names, rows, homophones(), rng)


def misread(names: NDArray[np.uint32], rows: Rows, rng: Generator) -> None:
    """One character becomes another of a near shape, or of the same sound if none is near."""
    shapes = look_alikes()
    _replace_character(names, rows, np.where(shapes > 0, shapes, homophones()), rng)


def _replace_character(names: NDArray[np.uint32], rows: Rows, table: NDArray[np.uint32], rng: Generator) -> None:
    length = (names[rows] > 0).sum(axis=1)
    # Surnames are looked up rather than heard: they suffer once in five.
    place = np.where(rng.random(len(rows)) < 0.2, 0, length - 1 - rng.integers(0, 2, len(rows)) * (length > 2))
    replacement = table[names[rows, place], rng.integers(0, ALTERNATIVES, len(rows))]
    names[rows, place] = np.where(replacement > 0, replacement, names[rows, place])


def change_digit(digits: Matrix, rows: Rows, rng: Generator, first: int = 0, last: int | None = None) -> None:
    """One digit between `first` and `last` becomes another digit."""
    place = rng.integers(first, last or digits.shape[1], len(rows))
    old = digits[rows, place]
    new = (np.where(old == ord("X"), ZERO, old) - ZERO + rng.integers(1, 10, len(rows))) % 10 + ZERO
    digits[rows, place] = new


def transpose_digits(digits: Matrix, rows: Rows, rng: Generator, first: int = 0, last: int | None = None) -> None:
    """Two neighbouring digits change places."""
    place = rng.integers(first, (last or digits.shape[1]) - 1, len(rows))
    digits[rows, place], digits[rows, place + 1] = digits[rows, place + 1], digits[rows, place].copy()


def change_date(dates: Matrix, rows: Rows, rng: Generator) -> None:
    """One digit of a date is wrong, and the date is still one of the calendar."""
    _keep_dates(dates, rows, rng, lambda chosen: change_digit(dates, chosen, rng, 2))


def transpose_date(dates: Matrix, rows: Rows, rng: Generator) -> None:
    """Two neighbouring digits of a date change places, and the date is still one of the calendar."""
    _keep_dates(dates, rows, rng, lambda chosen: transpose_digits(dates, chosen, rng, 2))


def swap_day_and_month(dates: Matrix, rows: Rows, rng: Generator) -> None:
    """Day and month change places where both are months; elsewhere one digit is wrong."""
    month, day = dates[rows, 4:6].copy(), dates[rows, 6:8].copy()
    dates[rows, 4:6], dates[rows, 6:8] = day, month
    wrong = ~_is_date(dates[rows])
    dates[rows[wrong], 4:6], dates[rows[wrong], 6:8] = month[wrong], day[wrong]
    change_date(dates, rows[wrong], rng)


def _keep_dates(dates: Matrix, rows: Rows, rng: Generator, slip) -> None:  # noqa: ANN001 - a local closure
    """Slip in all rows; what is then no date of the calendar gets another last digit of the year instead."""
    before = dates[rows].copy()
    slip(rows)
    wrong = ~_is_date(dates[rows])
    dates[rows[wrong]] = before[wrong]
    change_digit(dates, rows[wrong], rng, 3, 4)
    still = wrong & ~_is_date(dates[rows])
    dates[rows[still]] = before[still]


def _is_date(dates: Matrix) -> NDArray[np.bool_]:
    values = dates.astype(np.int64) - ZERO
    year = values[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = values[:, 4] * 10 + values[:, 5], values[:, 6] * 10 + values[:, 7]
    inside = (month >= 1) & (month <= 12) & (year >= 1900) & (year <= 2025)
    leap = (month == 2) & (year % 4 == 0) & (year != 1900)
    return inside & (day >= 1) & (day <= MONTH_DAYS[np.where(inside, month, 0)] + leap)


def mask(citizen: Matrix, rows: Rows) -> None:
    """Hide the birth date and half the sequence number, as offices do: 3701**********1234."""
    citizen[rows, 4:14] = ord("*")
