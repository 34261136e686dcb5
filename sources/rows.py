"""Physical lines → CSV records, each with the line on which it starts.

Here: quoting, full-width delimiters, quotes that were never closed. A record is what Python's csv reader
yields, so that row numbers agree with everybody else's; only where an unclosed quote would swallow whole
rows is the line on which it stands read literally. Not here: what a record means (`sources.layout`).
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from operator import attrgetter

import pyarrow as pa
import pyarrow.compute as pc

WINDOW_LINES = 32_768
CAREFUL_LINES = 1_024
LONGEST_RECORD_LINES = 500
LONGEST_FIELD_CHARACTERS = 64 * 1024 * 1024
STAND_IN = "\x1f"
"""Takes the place of a full-width delimiter, which the csv module can handle but spreadsheets' own cannot."""

csv.field_size_limit(LONGEST_FIELD_CHARACTERS)


@dataclass(frozen=True)
class Records:
    """A run of records: cells, the line each starts on, and the text that each came from."""

    cells: list[list[str]]
    first_lines: list[int]
    lines: list[str] = field(repr=False)
    is_last: bool

    def text(self, position: int) -> str:
        """The physical lines of one record, as delivered."""
        start = self.first_lines[position] - self.first_lines[0]
        following = position + 1
        end = (
            self.first_lines[following] - self.first_lines[0] if following < len(self.first_lines) else len(self.lines)
        )
        return "".join(self.lines[start:end])


def csv_delimiter(delimiter: str) -> str:
    """What to give the csv reader: a full-width delimiter has a stand-in."""
    return delimiter if delimiter.isascii() else STAND_IN


def prepare_lines(lines: list[str], delimiter: str) -> list[str]:
    """Put the stand-in where a full-width delimiter is; cells get theirs back by `restore_cells`."""
    if delimiter.isascii():
        return lines
    return [line.replace(STAND_IN, " ").replace(delimiter, STAND_IN) for line in lines]


def restore_text(text: str, delimiter: str) -> str:
    """Undo `prepare_lines` in one text."""
    return text if delimiter.isascii() else text.replace(STAND_IN, delimiter)


class RecordReader:
    """Reads records from blocks of lines. `literal_lines` are those whose quotes were taken literally."""

    def __init__(self, delimiter: str, width: int) -> None:
        """Args: delimiter: as delivered; width: number of cells of the header, by which swallowed rows are told."""
        self.delimiter = csv_delimiter(delimiter)
        self.delivered_delimiter = delimiter
        self.width = width
        self.literal_lines: set[int] = set()

    def read(self, blocks: Iterable[list[str]]) -> Iterator[Records]:
        """All records of a file, in runs. The last run has `is_last`; it is empty for a file without records."""
        pending: list[str] = []
        first_line = 1
        for block in blocks:
            pending += prepare_lines(block, self.delivered_delimiter)
            taken = 0
            for records in self._runs(pending, first_line, at_end=False):
                taken += len(records.lines)
                yield records
            del pending[:taken]
            first_line += taken
        runs = list(self._runs(pending, first_line, at_end=True))
        yield from runs[:-1]
        yield Records(runs[-1].cells, runs[-1].first_lines, runs[-1].lines, True) if runs else Records([], [], [], True)

    def _runs(self, lines: list[str], first_line: int, *, at_end: bool) -> Iterator[Records]:
        """Read lines window by window; unless at the end, what may go on in the next block is left over."""
        position, size = 0, WINDOW_LINES
        while position < len(lines):
            window = lines[position : position + size]
            is_end = at_end and position + size >= len(lines)
            records, ends, is_damaged = self._parse(window, first_line + position, is_end=is_end)
            taken = ends[-1] if ends else 0
            if taken:
                starts = [first_line + position, *(first_line + position + end for end in ends[:-1])]
                yield Records(records, starts, window[:taken], False)
                position += taken
                size = CAREFUL_LINES if is_damaged else WINDOW_LINES
            elif position + size >= len(lines):
                return
            else:
                size *= 2

    def _parse(self, lines: list[str], first_line: int, *, is_end: bool) -> tuple[list[list[str]], list[int], bool]:
        """Records, the line count up to the end of each, and whether they stop after a line read literally."""
        reader = csv.reader(lines, delimiter=self.delimiter)
        pairs = list(zip(reader, map(attrgetter("line_num"), repeat(reader)), strict=False))
        records, ends = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        swallower = self._first_swallower(records, ends, lines, is_end=is_end)
        if swallower is not None:
            start = ends[swallower - 1] if swallower else 0
            self.literal_lines.add(first_line + start)
            literal = next(csv.reader(lines[start : start + 1], delimiter=self.delimiter, quoting=csv.QUOTE_NONE))
            return [*records[:swallower], literal], [*ends[:swallower], start + 1], True
        return (records, ends, False) if is_end else (records[:-1], ends[:-1], False)

    def _first_swallower(
        self, records: list[list[str]], ends: list[int], lines: list[str], *, is_end: bool
    ) -> int | None:
        """The first record in which an unclosed quote has run over whole rows."""
        if len(records) == len(lines):
            return None
        spans = pc.pairwise_diff(pa.array([0, *ends], pa.int32())).slice(1)
        for position in pc.indices_nonzero(pc.greater(spans, 1)).to_pylist():
            start = ends[position - 1] if position else 0
            is_last = is_end and position == len(records) - 1
            if self._is_swallower(records[position], lines[start : ends[position]], is_last=is_last):
                return int(position)
        return None

    def _is_swallower(self, record: list[str], lines: list[str], *, is_last: bool) -> bool:
        if len(lines) > LONGEST_RECORD_LINES:
            return True
        whole = sum(line.count(self.delimiter) >= self.width - 1 for line in lines)
        return whole >= 2 or (is_last and whole >= 1 and len(record) != self.width)
