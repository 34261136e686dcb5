"""Digits of persons: citizen numbers (GB 11643-1999) and telephone numbers, as matrices of ASCII codes."""

import csv

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from vocabulary import TABLES

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
HOME = "370114"
PREFIXES = (130, 131, 133, 135, 136, 137, 138, 139, 150, 151, 156, 158, 159, 176, 177, 178, 182, 186, 187, 188, 189)
ZERO = ord("0")


def ascii_digits(values: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Non-negative numbers as `width` ASCII digits each."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (values[:, None] // powers % 10 + ZERO).astype(np.uint8)


def date_digits(days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
    """Days as eight ASCII digits, YYYYMMDD."""
    months = days.astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64) + 1970 * 12, 12)
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return ascii_digits(year * 10_000 + (month + 1) * 100 + day, 8)


def check_digits(digits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The last character of a citizen number from its first 17 digits.

    Source:
        GB 11643-1999, ISO 7064 MOD 11-2.
    """
    return CHECKS[((digits[:, :17].astype(np.int64) - ZERO) @ WEIGHTS) % 11]


def citizen_digits(birth: NDArray[np.datetime64], sex: NDArray[np.int8], rng: Generator) -> NDArray[np.uint8]:
    """Citizen numbers, all different, with region, birth date, a sequence number odd for men, and the check digit.

    Returns:
        A matrix of 18 ASCII codes a person.

    Raises:
        ValueError: a region has more than 500 births of one sex on one day.
    """
    with (TABLES / "regions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] != HOME]
    codes = np.array([int(HOME), *(int(row["code"]) for row in rows)])
    weights = np.array([0.0, *(float(row["weight"]) for row in rows)])
    weights[0] = weights.sum() * 0.6
    region = codes[rng.choice(len(codes), len(birth), p=weights / weights.sum())]
    serial = _rank_within(np.stack([region, birth.astype(np.int64), sex]))
    if len(serial) and serial.max() >= 500:
        raise ValueError("a region has more than 500 births of one sex on one day: use more regions")
    day = birth.astype(np.int64)
    number = (serial * 37 + day * 101) % 500 * 2 + (sex == 1)
    digits = np.concatenate([ascii_digits(region, 6), date_digits(birth), ascii_digits(number, 3)], axis=1)
    return np.concatenate([digits, check_digits(digits)[:, None]], axis=1)


def _rank_within(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each column of `keys` how many equal columns precede it."""
    order = np.lexsort(keys)
    ordered = keys[:, order]
    starts = np.concatenate([[True], (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)])
    position = np.arange(len(order))
    first = np.maximum.accumulate(np.where(starts, position, 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = position - first
    return rank


def phone_digits(owner: NDArray[np.int64]) -> NDArray[np.uint8]:
    """A mobile number for each owner number below 10^8; different owners have different numbers."""
    prefix = np.array(PREFIXES)[owner * 7_919 % 104_729 % len(PREFIXES)]
    return ascii_digits(prefix * 10**8 + (owner * 61_803_399 + 27_182_818) % 10**8, 11)
