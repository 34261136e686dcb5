"""Writes one delivery file the way its department's export does, and says where each person stands in it.

Knows encodings, delimiters, titles, totals, stray lines and broken rows; not what the cells mean.
"""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import BinaryIO, TypeAlias

from sources.synth.streams import settle, some, weave

Named: TypeAlias = tuple[str, int, str]
"""Role, uid and difficulty of one person named in a row."""
Row: TypeAlias = tuple[list[str], list[Named]]

BROKEN_BYTE = "\ue000"
"""Stands for a byte that is no character in the file's encoding."""

MESSY = 300
"""Rows from which on a file is untidy."""

LINES_AT_A_TIME = 10_000


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

    row_number: "array[int]" = field(default_factory=lambda: array("i"))
    line_number: "array[int]" = field(default_factory=lambda: array("i"))
    role: list[str] = field(default_factory=list)
    uid: "array[int]" = field(default_factory=lambda: array("i"))
    difficulty: list[str] = field(default_factory=list)
    rows: int = 0

    def note(self, row_number: int, line_number: int, named: Sequence[Named]) -> None:
        """Everybody named in one row."""
        for role, uid, difficulty in named:
            self.row_number.append(row_number)
            self.line_number.append(line_number)
            self.role.append(role)
            self.uid.append(uid)
            self.difficulty.append(difficulty)

    def forget_last(self) -> None:
        """The last row is no longer whole."""
        while self.row_number and self.row_number[-1] == self.rows:
            for column in (self.row_number, self.line_number, self.role, self.uid, self.difficulty):
                column.pop()


@dataclass(frozen=True, slots=True)
class _Mess:
    """What happens to rows by their place, and the rows that come between them by theirs."""

    spoil: dict[int, Callable[[Row], Row]]
    extras: dict[int, Row]


class _Lines:
    """What `csv.writer` writes to; the last line stays open to changes until the next one comes."""

    def __init__(self, stream: BinaryIO, sheet: Sheet) -> None:
        self.last, self._waiting, self._stream, self._sheet = "", [""], stream, sheet

    def write(self, text: str) -> None:
        self._waiting.append(self.last)
        self.last = text
        if len(self._waiting) >= LINES_AT_A_TIME:
            self._put()

    def close(self) -> None:
        self._waiting.append(self.last)
        self._put()

    def _put(self) -> None:
        self._stream.write(encode("".join(self._waiting), self._sheet))
        self._waiting.clear()


def write_sheet(
    path: Path, sheet: Sheet, header: tuple[str, ...], rows: Iterable[Row], size: int, rng: Random, export_day: str
) -> Places:
    """Write a file with its rows, of which there are `size`, and its mess; returns where the named persons are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(b"\xef\xbb\xbf" if sheet.bom else b"")
        lines = _Lines(stream, sheet)
        places = _write_lines(lines, sheet, header, rows, size, rng, export_day)
        lines.close()
    return places


def _write_lines(
    lines: _Lines,
    sheet: Sheet,
    header: tuple[str, ...],
    rows: Iterable[Row],
    size: int,
    rng: Random,
    export_day: str,
) -> Places:
    writer = csv.writer(
        lines,
        delimiter=sheet.delimiter,
        lineterminator=sheet.newline,
        quoting=csv.QUOTE_ALL if sheet.quote_all else csv.QUOTE_MINIMAL,
    )
    if sheet.title:
        writer.writerow([f"{sheet.title}（导出日期：{export_day}）", *[""] * (len(header) - 1)])
    writer.writerow(header)
    usable = 0

    def counted() -> Iterator[Row]:
        nonlocal usable
        for row in rows:
            usable += bool(row[1])
            yield row

    mess = plan_mess(sheet, header, size, rng)
    stray = 3 / max(36, min(size + len(mess.extras), 3500)) if sheet.stray_lines else 0.0
    places, line_number = Places(), 3 if sheet.title else 2
    for cells, named in mess_up(counted(), mess):
        places.rows += 1
        if stray and rng.random() < stray:
            lines.write(sheet.newline)
            line_number += 1
        places.note(places.rows, line_number, named)
        writer.writerow(cells)
        line_number += 1 if sheet.newline == "\n" and "\n" not in lines.last[:-1] else lines.last.count("\n")
    if sheet.has_total:
        writer.writerow(["合计", str(usable), *[""] * (len(header) - 2)])
    if sheet.is_cut_off and size > 20:
        places.forget_last()
        tail = lines.last.split(sheet.delimiter)
        lines.last = sheet.delimiter.join(tail[: max(2, len(tail) * 3 // 5)]).strip('"\r\n')
    return places


def plan_mess(sheet: Sheet, header: tuple[str, ...], size: int, rng: Random) -> _Mess:
    """Among the rows: empty ones, tests, nameless ones, a shifted one, the header once more, an undecodable byte."""
    if size < MESSY:
        return _Mess({}, {})
    width = len(header)
    spoil: dict[int, Callable[[Row], Row]] = {
        place: partial(_shift, at=rng.randrange(3, 6)) for place in rng.sample(range(size), 1 + size // 20_000)
    }
    for place in rng.sample(range(size), some(rng, 1 / 1600, size)):
        spoil.setdefault(place, partial(_nameless, sheet=sheet))
    if sheet.broken_bytes:
        for place in rng.sample(range(size), 1 + size // 450):
            spoil.setdefault(place, _break_byte)
    extras: list[Row] = [([""] * width, []) for _ in range(some(rng, 1 / 2600, size))]
    extras += [(_test_row(sheet, width), []) for _ in range(some(rng, 1 / 3200, size))]
    extras += [(list(header), [])] if rng.random() < 0.3 else []
    places = settle([rng.randrange(1, size + before) for before in range(len(extras))])
    return _Mess(spoil, dict(zip(places, extras, strict=True)))


def mess_up(rows: Iterable[Row], mess: _Mess) -> Iterator[Row]:
    """The rows as planned."""
    spoiled = (mess.spoil[place](row) if place in mess.spoil else row for place, row in enumerate(rows))
    return weave(spoiled, mess.extras)


def _shift(row: Row, at: int) -> Row:
    """A stray cell pushes the rest to the right; the row can no longer be used."""
    cells = list(row[0])
    cells.insert(at, "东")
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
    """The bytes of lines; a byte that is no character where one was asked for."""
    return b"\xff".join(part.encode(sheet.encoding, "replace") for part in text.split(BROKEN_BYTE))
