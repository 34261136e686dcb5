"""Records → accepted rows, quarantined rows with a reason, named non-data. Nothing else can happen to a record.

Here: row numbers, columns that are not kept, the order of the checks, and how much of a file is held at a time. Not
here: the checks themselves, of shape (`sources.faults`), of values (`sources.quarantine`), for non-data
(`sources.non_data`).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sources.contract import Extract
from sources.decode import Decoder
from sources.faults import Fault, FaultFinder
from sources.heap import Heap
from sources.layout import Layout
from sources.non_data import blank_mask, DATA, FOOTER, KINDS, record_kinds, stated_count, TOTAL
from sources.quarantine import mask_value, row_problems_sql, suspects_sql
from sources.rows import RecordReader, Records, restore_text, STAND_IN
from sources.tables import ROW_PROBLEMS, ROWS

_DITTO: Final = pa.array(["〃", "同上", "″", '"', "′′"])
_UNKNOWN: Final = "\x00"
"""Stands for what a faulty row said; no delivered text holds it."""

HELD_ROWS: Final = 131_072
"""Rows that are checked by their values at a time."""

Problem = tuple[int, int, str | None, str, str | None, str]
"""A line of ROW_PROBLEMS."""


def accepted_schema(extract: Extract) -> pa.Schema:
    """ROWS and the kept columns of an extract."""
    return pa.schema([*ROWS, *((name, pa.string()) for name in extract.kept)])


class RecordSorter:
    """Sorts the runs of records of one file, in order, into the three heaps, and counts them."""

    def __init__(self, layout: Layout, decoder: Decoder, reader: RecordReader, workspace: Path | None = None) -> None:
        """Args: the layout of the file; decoder and reader tell which lines were damaged or read literally."""
        self.layout = layout
        self._faults = FaultFinder(layout, decoder, reader)
        self.records_count = 0
        self.non_data: Counter[str] = Counter()
        self.stated_counts: list[int] = []
        self.reasons: Counter[str] = Counter()
        self.rows = Heap(accepted_schema(layout.extract), workspace)
        self.problems = Heap(ROW_PROBLEMS, workspace)
        self.value_problems = Heap(ROW_PROBLEMS, workspace)
        self._leading = layout.leading
        self._row_number = 0
        self._above: dict[str, str | None] = {
            column.name: None for column in layout.extract.columns if column.fill_down and column.keep
        }
        self._held = 0
        self._held_rows: list[pa.Table] = []
        self._held_problems: list[Problem] = []
        self._held_value_problems: list[Problem] = []
        self._held_runs: list[Records] = []
        self._con = duckdb.connect(":memory:")

    def finish(self) -> None:
        """Lay down what is still held; the heaps are complete then."""
        self._lay_down()
        self._con.close()

    def _lay_down(self) -> None:
        """Check the held suspects by their values, and put what is held on its heap."""
        found = self._spoilt() if self._held_rows else []
        spoilt = {number for number, *_ in found}
        for rows in self._held_rows:
            numbers = pa.array(sorted(spoilt), pa.int32())
            self.rows.add(rows.filter(pc.invert(pc.is_in(rows["row_number"], value_set=numbers))) if found else rows)
        problems = [*self._held_problems, *found]
        self.reasons.update(reason_code for _, _, _, reason_code, *_ in problems)
        self.problems.add(_problems_table(problems))
        self.value_problems.add(_problems_table(p for p in self._held_value_problems if p[0] not in spoilt))
        for held in (self._held_rows, self._held_runs, self._held_problems, self._held_value_problems):
            held.clear()
        self._held = 0

    def _spoilt(self) -> list[Problem]:
        """The held rows that cannot be used for what they say; of most, a cheaper look tells that they can."""
        rows = pa.concat_tables(self._held_rows)
        if not rows.num_rows:
            return []
        self._con.register("held_rows", rows)
        suspects = self._con.sql(suspects_sql(self.layout.extract, "held_rows")).to_arrow_table().cast(rows.schema)
        self._con.unregister("held_rows")
        if not suspects.num_rows:
            return []
        self._con.register("suspects", suspects)
        found = self._con.execute(row_problems_sql(self.layout.extract, "suspects")).fetchall()
        self._con.unregister("suspects")
        position_of = {number: position for position, number in enumerate(suspects["row_number"].to_pylist())}
        return [self._value_problem(suspects.slice(position_of[number], 1), *what) for number, *what in found]

    def add(self, run: Records) -> None:
        """Sort one run of records."""
        self.records_count += len(run)
        leading = min(self._leading, len(run))
        self._leading -= leading
        for position in range(leading):
            is_header = self._leading == 0 and position == leading - 1
            self.non_data["header" if is_header else "title" if run.lengths[position].as_py() else "blank"] += 1
        if leading < len(run):
            self._add_body(run, leading)
        if self._held >= HELD_ROWS:
            self._lay_down()

    def _add_body(self, run: Records, leading: int) -> None:
        lengths = run.lengths.slice(leading)
        delivered = [column.slice(leading) for column in run.columns]
        missing = self.layout.width - len(delivered)
        columns = [*delivered[: self.layout.width], *[pa.repeat("", len(lengths))] * missing]
        blanks = [blank_mask(column) for column in columns]
        overfull = self._faults.find_overfull(run, lengths, delivered)
        filled = _count_filled(blanks)
        kinds = record_kinds(self.layout, columns, lengths, filled)
        numbers = pc.add(
            pc.cumulative_sum(pc.greater(lengths, 0).cast(pa.int32())), pa.scalar(self._row_number, pa.int32())
        )
        self._row_number = numbers[-1].as_py()
        self._note_non_data(kinds, run, leading)
        is_data = pc.equal(kinds, DATA)
        faults, noted = self._faults.find(run, leading, lengths, overfull, is_data)
        lines = pa.array(run.first_lines[leading:], pa.int32())
        table = self._table(columns, blanks, numbers, lines).filter(is_data)
        is_sound = pc.invert(_mask(faults, len(lengths))).filter(is_data)
        rows = self._filled_down(table, is_sound).filter(is_sound)
        self._held += len(lengths)
        self._held_rows.append(rows)
        self._held_runs.append(run)
        for found, problems in ((faults, self._held_problems), (noted, self._held_value_problems)):
            for position, fault in found.items():
                problems.append(self._problem(fault, run, leading + position, numbers[position].as_py()))

    def _note_non_data(self, kinds: pa.Array, run: Records, leading: int) -> None:
        for found in pc.value_counts(kinds).to_pylist():
            if found["values"] != DATA:
                self.non_data[KINDS[found["values"]]] += found["counts"]
        for position in pc.indices_nonzero(
            pc.is_in(kinds, value_set=pa.array([TOTAL, FOOTER], kinds.type))
        ).to_pylist():
            if (count := stated_count(self.layout, run.cells(leading + position)[: self.layout.width])) is not None:
                self.stated_counts.append(count)

    def _table(self, columns: list[pa.Array], blanks: list[pa.Array], numbers: pa.Array, lines: pa.Array) -> pa.Table:
        """The kept columns; cells that hold nothing become null."""
        found = self.layout.columns
        kept = []
        for name in self.layout.extract.kept:
            places = [found.positions[name], *found.further.get(name, ())] if name in found.positions else []
            said = [pc.if_else(blanks[place], None, columns[place]) for place in places]
            kept.append(pc.coalesce(*said) if said else pa.nulls(len(numbers), pa.string()))
        if not self.layout.delimiter.isascii():
            kept = [pc.replace_substring(column, STAND_IN, self.layout.delimiter) for column in kept]
        return pa.table([numbers, lines, *kept], schema=accepted_schema(self.layout.extract))

    def _filled_down(self, table: pa.Table, is_sound: pa.Array) -> pa.Table:
        """Cells that say what the one above says; below a faulty row, of which that is unknown, they say nothing."""
        for name in self._above:
            column = table[name].combine_chunks()
            told = pc.if_else(pc.is_in(column, value_set=_DITTO), None, column)
            told = pc.if_else(is_sound, told, pa.scalar(_UNKNOWN))
            filled = pc.fill_null_forward(pa.concat_arrays([pa.array([self._above[name]], pa.string()), told]))
            self._above[name] = filled[-1].as_py()
            below = pc.if_else(pc.equal(filled.slice(1), _UNKNOWN), None, filled.slice(1))
            table = table.set_column(table.schema.get_field_index(name), name, below)
        return table

    def _value_problem(self, row: pa.Table, name: str, reason_code: str) -> Problem:
        number, line, value = (row[column][0].as_py() for column in ("row_number", "line_number", name))
        shown = mask_value(value, self.layout.extract.by_name[name]) if value else None
        run = self._held_runs[bisect_right(self._held_runs, line, key=_first_line) - 1]
        return number, line, name, reason_code, shown, self._text(run, bisect_right(run.first_lines, line) - 1)

    def _text(self, run: Records, position: int) -> str:
        return restore_text(run.text(position), self.layout.delimiter).rstrip("\r\n")

    def _problem(self, fault: Fault, run: Records, position: int, row_number: int) -> Problem:
        text = self._text(run, position)
        return row_number, run.first_lines[position], fault.column_name, fault.reason_code, fault.value, text


def _first_line(run: Records) -> int:
    return run.first_lines[0]


def _problems_table(problems: Iterable[Problem]) -> pa.Table:
    """ROW_PROBLEMS, by row number."""
    columns = list(zip(*sorted(problems, key=itemgetter(0)), strict=True)) or [()] * len(ROW_PROBLEMS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, ROW_PROBLEMS, strict=True)], schema=ROW_PROBLEMS
    )


def _count_filled(blanks: Sequence[pa.Array]) -> pa.Array:
    filled = pc.invert(blanks[0]).cast(pa.int32())
    for blank in blanks[1:]:
        filled = pc.add(filled, pc.invert(blank).cast(pa.int32()))
    return filled


def _mask(positions: Iterable[int], length: int) -> pa.Array:
    found = pa.array(sorted(positions), pa.int64())
    return pc.is_in(pa.array(range(length), pa.int64()), value_set=found)
