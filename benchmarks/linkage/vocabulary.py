"""Which characters names are written with, how often, and which ones are mistaken for one another.

Not here: who bears a name (`population`), nor who misspells it (`damage`).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

TABLES = Path(__file__).resolve().parents[2] / "sources" / "synth" / "data"
ALTERNATIVES = 8
PLANE = 0x10000


def shares(count: int, steepness: float = 0.75) -> NDArray[np.float64]:
    """Falling shares that sum to one, as the frequencies of names do."""
    weights = (np.arange(count) + 2.0) ** -steepness
    return weights / weights.sum()


def codes(text: str) -> NDArray[np.uint32]:
    """The code points of a text."""
    return np.array([ord(character) for character in text], dtype=np.uint32)


@dataclass(frozen=True)
class Surnames:
    """Surnames as code points (second column 0 for those of one character), and their shares."""

    characters: NDArray[np.uint32]
    share: NDArray[np.float64]


@dataclass(frozen=True)
class GivenNames:
    """For each sex and era the characters and the popular names, most frequent first."""

    eras: tuple[int, ...]
    single_rate: NDArray[np.float64]
    popular_rate: NDArray[np.float64]
    characters: tuple[tuple[NDArray[np.uint32], ...], ...]
    popular: tuple[tuple[NDArray[np.uint32], ...], ...]


@cache
def surnames() -> Surnames:
    """Surnames with their national frequencies."""
    with (TABLES / "surnames.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    weights = np.array([float(row["weight"]) for row in rows])
    characters = np.array([[ord(letter) for letter in row["surname"].ljust(2, "\0")] for row in rows], dtype=np.uint32)
    return Surnames(characters, weights / weights.sum())


@cache
def given_names() -> GivenNames:
    """Given names by sex (male, female) and era of birth."""
    tables = yaml.safe_load((TABLES / "given_names.yml").read_text(encoding="utf-8"))
    sexes = ("male", "female")
    return GivenNames(
        eras=tuple(tables["eras"]),
        single_rate=np.array(tables["single_rate"]),
        popular_rate=np.array(tables["popular_rate"]),
        characters=tuple(tuple(codes(era) for era in tables[sex]) for sex in sexes),
        popular=tuple(tuple(_pairs(era) for era in tables["popular"][sex]) for sex in sexes),
    )


def _pairs(names: list[str]) -> NDArray[np.uint32]:
    return np.array([[ord(letter) for letter in name.ljust(2, "\0")] for name in names], dtype=np.uint32)


@cache
def homophones() -> NDArray[np.uint32]:
    """Code point → up to `ALTERNATIVES` characters of the same sound without tone; 0 where there is none."""
    by_sound: dict[str, list[str]] = {}
    for character in _common():
        by_sound.setdefault(lazy_pinyin(character)[0], []).append(character)
    return _table({one: [other for other in group if other != one] for group in by_sound.values() for one in group})


@cache
def look_alikes() -> NDArray[np.uint32]:
    """Code point → characters of a near shape or another form; 0 where there is none."""
    tables = yaml.safe_load((TABLES / "look_alikes.yml").read_text(encoding="utf-8"))
    others: dict[str, list[str]] = {}
    for left, right in (tuple(pair) for pair in f"{tables['shapes']} {tables['variants']}".split()):
        others.setdefault(left, []).append(right)
        others.setdefault(right, []).append(left)
    return _table(others)


def _common() -> list[str]:
    """The characters of names, most frequent first, then the first level of GB 2312."""
    names = [chr(code) for eras in given_names().characters for era in eras for code in era]
    names += [chr(code) for code in surnames().characters.ravel() if code]
    level = [bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return [character for character in dict.fromkeys(names + level) if character]


def _table(others: dict[str, list[str]]) -> NDArray[np.uint32]:
    """Rows by code point, filled by repeating the alternatives, so that any column may be drawn."""
    table = np.zeros((PLANE, ALTERNATIVES), dtype=np.uint32)
    for character, group in others.items():
        fits = [other for other in group if ord(other) < PLANE]
        if ord(character) < PLANE and fits:
            table[ord(character)] = codes((("".join(fits)) * ALTERNATIVES)[:ALTERNATIVES])
    return table
