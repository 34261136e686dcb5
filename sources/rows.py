"""Physical lines → CSV records, as columns of cells, each record with the line on which it starts.

Here: quoting, full-width delimiters, quotes that were never closed. A record is what Python's csv reader
yields, so that row numbers agree with everybody else's; only where an unclosed quote would swallow whole
rows is the line on which it stands read literally. Not here: what a record means (`sources.acceptance`).

Most lines are plain: a record each, of as many cells as most others, quoted properly or not at all. Arrow reads
stretches of those, several times as fast; the csv module reads what lies between.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, repeat, zip_longest
from operator import attrgetter

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

WINDOW_LINES = 32_768
CAREFUL_LINES = 1_024
PLAIN_LINES = 256
"""So many plain lines in a row are worth a reading of their own."""
RUN_RECORDS = 8_192
"""So many records at least make a run, as each costs those who look at its columns the same again."""
MOST_REPEATED = 500
"""So often may RE2 repeat a part; lines of more cells are read by the csv module."""
LONGEST_RECORD_LINES = 500
LONGEST_FIELD_CHARACTERS = 64 * 1024 * 1024
STAND_IN = "\x1f"
"""Takes the place of a full-width delimiter, which the csv module can handle but spreadsheets' own cannot."""

csv.field_size_limit(LONGEST_FIELD_CHARACTERS)


@dataclass(frozen=True)
class Records:
    """A run of records: their cells by position, the line each starts on, and the text that each came from."""

    columns: list[pa.Array]
    """As many as the longest record has cells; "" where another has none."""
    lengths: pa.Array
    """Cells of each record (int32); 0 for a blank line."""
    first_lines: Sequence[int]
    lines: list[str] = field(repr=False)
    is_last: bool = False

    def __len__(self) -> int:
        """The number of records."""
        return len(self.lengths)

    def cells(self, position: int) -> list[str]:
        """The cells of one record."""
        return [column[position].as_py() for column in self.columns[: self.lengths[position].as_py()]]

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
    """Put the stand-in where a full-width delimiter is; `sources.acceptance` gives cells theirs back."""
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
        held: list[Records] = []
        for records in self._read(blocks):
            held.append(records)
            if records.is_last or sum(map(len, held)) >= RUN_RECORDS:
                yield _joined(held)
                held.clear()

    def _read(self, blocks: Iterable[list[str]]) -> Iterator[Records]:
        """The same in runs as they were read: each of plain lines, or each by the csv module."""
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
        runs = list(self._runs(pending, first_line, at_end=True)) or [_careful_run([], [], [])]
        yield from runs[:-1]
        yield replace(runs[-1], is_last=True)

    def _runs(self, lines: list[str], first_line: int, *, at_end: bool) -> Iterator[Records]:
        """Read lines window by window; unless at the end, what may go on in the next block is left over."""
        cells, stretches = _plain_stretches(lines, self.delimiter)
        position, size, least = 0, WINDOW_LINES, 0
        while position < len(lines):
            while stretches and stretches[0][1] - position < PLAIN_LINES:
                stretches.popleft()
            start, end = stretches[0] if stretches else (len(lines), len(lines))
            if start <= position < end:
                end = min(end, position + WINDOW_LINES)
                yield _plain_run(lines[position:end], first_line + position, self.delimiter, cells)
                position, size, least = end, WINDOW_LINES, 0
                continue
            window = lines[position : position + max(min(size, start + 1 - position), least)]
            is_end = at_end and position + len(window) == len(lines)
            records, ends, is_damaged = self._parse(window, first_line + position, is_end=is_end)
            taken = ends[-1] if ends else 0
            if taken:
                starts = [first_line + position, *(first_line + position + end for end in ends[:-1])]
                yield _careful_run(records, starts, window[:taken])
                position, size, least = position + taken, CAREFUL_LINES if is_damaged else WINDOW_LINES, 0
            elif position + len(window) == len(lines):
                return
            else:
                least = 2 * len(window)

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


def _joined(runs: list[Records]) -> Records:
    """Runs that follow each other as one."""
    if len(runs) == 1:
        return runs[0]
    width = max(len(run.columns) for run in runs)
    filled = [[*run.columns, *[pa.repeat("", len(run))] * (width - len(run.columns))] for run in runs]
    return Records(
        [pa.concat_arrays(parts) for parts in zip(*filled, strict=True)],
        pa.concat_arrays([run.lengths for run in runs]),
        list(chain.from_iterable(run.first_lines for run in runs)),
        list(chain.from_iterable(run.lines for run in runs)),
        runs[-1].is_last,
    )


def _careful_run(cells: list[list[str]], first_lines: list[int], lines: list[str]) -> Records:
    columns = [pa.array(column, pa.string()) for column in zip_longest(*cells, fillvalue="")]
    return Records(columns, pa.array(list(map(len, cells)), pa.int32()), first_lines, lines)


def _plain_run(lines: list[str], first_line: int, delimiter: str, cells: int) -> Records:
    """Plain lines of so many cells. One block holds them all, since a line may not lie in two."""
    text = pa.py_buffer("".join(lines).encode())
    names = list(map(str, range(cells)))
    table = pa_csv.read_csv(
        pa.BufferReader(text),
        pa_csv.ReadOptions(column_names=names, block_size=text.size + 1),
        pa_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
    )
    columns = [column.combine_chunks() for column in table.columns]
    lengths = pa.repeat(pa.scalar(cells, pa.int32()), len(lines))
    return Records(columns, lengths, range(first_line, first_line + len(lines)), lines)


def _plain_stretches(lines: list[str], delimiter: str) -> tuple[int, deque[tuple[int, int]]]:
    """The number of cells that most lines have, and the stretches [start, end) of plain lines of so many."""
    texts = pa.array(lines, pa.string())
    counts = pc.count_substring(texts, delimiter)
    usual = pc.mode(counts)
    between = usual[0]["mode"].as_py() if len(usual) else 0
    if not between:
        return 1, deque()
    plain = pc.equal(counts, between)
    quoted = pc.match_substring(texts, '"')
    if pc.any(quoted).as_py():  # delimiters inside of quotes count for nothing
        plain = pc.replace_with_mask(plain, quoted, _are_quoted_well(texts.filter(quoted), delimiter, between))
    odd = [-1, *pc.indices_nonzero(pc.invert(plain)).to_pylist(), len(lines)]
    return between + 1, deque((before + 1, at) for before, at in pairwise(odd) if at - before > PLAIN_LINES)


def _are_quoted_well(texts: pa.Array, delimiter: str, between: int) -> pa.Array:
    """Whether lines have quotes around whole cells alone, doubled inside, and so many delimiters between the cells."""
    if between > MOST_REPEATED:
        return pa.repeat(False, len(texts))
    apart = re.escape(delimiter)
    cell = f'(?:"(?:[^"]|"")*"|[^"{apart}]*)'
    return pc.match_substring_regex(texts, f"^{cell}(?:{apart}{cell}){{{between}}}[\r\n]*$")
