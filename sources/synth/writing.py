"""Writes one delivery file the way its department's export does, and says where each person stands in it.

Knows encodings, delimiters, titles, totals, stray lines and broken rows; not what the cells mean.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

from sources.synth.streams import some

Named: TypeAlias = tuple[str, int, str]
"""Role, uid and difficulty of one person named in a row."""
Row: TypeAlias = tuple[list[str], list[Named]]

BROKEN_BYTE = "\ue000"
"""Stands for a byte that is no character in the file's encoding."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one kind of file is exported."""

    department: str
    file: str
    headers: tuple[tuple[str, ...], ...]
    encoding: str = "utf-8"
    bom: bool = False
    delimiter: str = ","
    newline: str = "\r\n"
    quote_all: bool = False
    title: str = ""
    has_total: bool = False
    stray_lines: bool = False
    is_cut_off: bool = False
    broken_bytes: bool = False
    name_column: int = 0
    number_column: int = 0


@dataclass(slots=True)
class Places:
    """Columns of the truth for one file."""

    row_number: list[int] = field(default_factory=list)
    line_number: list[int] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    rows: int = 0

    def note(self, row_number: int, line_number: int, named: Sequence[Named]) -> None:
        """Everybody named in one row."""
        for mention in named:
            self.row_number.append(row_number)
            self.line_number.append(line_number)
            self.named.append(mention)


class _Lines(list[str]):
    """What `csv.writer` writes to."""

    def write(self, text: str) -> None:
        self.append(text)


def write_sheet(
    path: Path, sheet: Sheet, header: tuple[str, ...], rows: list[Row], rng: Random, export_day: str
) -> Places:
    """Write a file with its rows and its mess; returns where the named persons are."""
    lines = _Lines()
    writer = csv.writer(
        lines,
        delimiter=sheet.delimiter,
        lineterminator=sheet.newline,
        quoting=csv.QUOTE_ALL if sheet.quote_all else csv.QUOTE_MINIMAL,
    )
    if sheet.title:
        writer.writerow([f"{sheet.title}（导出日期：{export_day}）", *[""] * (len(header) - 1)])
    writer.writerow(header)
    usable = sum(1 for _, named in rows if named)
    places = _write_rows(lines, writer.writerow, sheet, mess_up(sheet, header, rows, rng), rng)
    if sheet.has_total:
        writer.writerow(["合计", str(usable), *[""] * (len(header) - 2)])
    text = "".join(lines)
    if sheet.is_cut_off and len(rows) > 20:
        text = _cut_off(lines, sheet, places)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(text, sheet))
    return places


def _write_rows(
    lines: _Lines, write: Callable[[list[str]], object], sheet: Sheet, rows: list[Row], rng: Random
) -> Places:
    places, line_number = Places(), len(lines) + 1
    for row_number, (cells, named) in enumerate(rows, 1):
        if sheet.stray_lines and rng.random() < 3 / max(36, min(len(rows), 3500)):
            lines.append(sheet.newline)
            line_number += 1
        places.note(row_number, line_number, named)
        write(cells)
        line_number += 1 if sheet.newline == "\n" and "\n" not in lines[-1][:-1] else lines[-1].count("\n")
    places.rows = len(rows)
    return places


def _cut_off(lines: _Lines, sheet: Sheet, places: Places) -> str:
    """The text without the end of its last row; who is named there is no longer known."""
    last = places.rows
    while places.row_number and places.row_number[-1] == last:
        places.row_number.pop()
        places.line_number.pop()
        places.named.pop()
    tail = lines[-1].split(sheet.delimiter)
    keep = sheet.delimiter.join(tail[: max(2, len(tail) * 3 // 5)])
    return "".join(lines[:-1]) + keep.strip('"\r\n')


def mess_up(sheet: Sheet, header: tuple[str, ...], rows: list[Row], rng: Random) -> list[Row]:
    """Among the rows: empty ones, tests, nameless ones, a shifted one, the header once more, an undecodable byte."""
    size = len(rows)
    if size < 300:
        return rows
    width = len(header)
    spoiled = {place: _shift(rows[place], rng) for place in rng.sample(range(size), 1 + size // 20_000)}
    for place in rng.sample(range(size), some(rng, 1 / 1600, size)):
        spoiled.setdefault(place, _nameless(rows[place], sheet))
    if sheet.broken_bytes:
        for place in rng.sample(range(size), 1 + size // 450):
            spoiled.setdefault(place, _break_byte(rows[place]))
    extras: list[Row] = [([""] * width, []) for _ in range(some(rng, 1 / 2600, size))]
    extras += [(_test_row(sheet, width), []) for _ in range(some(rng, 1 / 3200, size))]
    extras += [(list(header), [])] if rng.random() < 0.3 else []
    result = [spoiled.get(place, row) for place, row in enumerate(rows)]
    for extra in extras:
        result.insert(rng.randrange(1, len(result)), extra)
    return result


def _shift(row: Row, rng: Random) -> Row:
    """A stray cell pushes the rest to the right; the row can no longer be used."""
    cells = list(row[0])
    cells.insert(rng.randrange(3, 6), "东")
    return cells, []


def _nameless(row: Row, sheet: Sheet) -> Row:
    """A row whose first person has neither name nor number; it can not be used."""
    cells = list(row[0])
    cells[sheet.name_column] = cells[sheet.number_column] = ""
    return cells, []


def _break_byte(row: Row) -> Row:
    """A character of an address lost to a byte that is none; the row can still be used."""
    cells, named = row
    place = next((p for p, cell in enumerate(cells) if "市章丘" in cell), None)
    if place is None:
        return row
    return [*cells[:place], cells[place].replace("市章丘", f"{BROKEN_BYTE}章丘", 1), *cells[place + 1 :]], named


def _test_row(sheet: Sheet, width: int) -> list[str]:
    cells = [""] * width
    cells[sheet.name_column], cells[sheet.number_column] = "测试", "1" * 18
    return cells


def encode(text: str, sheet: Sheet) -> bytes:
    """The bytes of the file; a byte that is no character where one was asked for."""
    parts = [part.encode(sheet.encoding, "replace") for part in text.split(BROKEN_BYTE)]
    return (b"\xef\xbb\xbf" if sheet.bom else b"") + b"\xff".join(parts)
