"""Records of the wrong shape, and records with bytes that did not decode: which rows cannot be used, and why.

Not here: wrong values in rows of the right shape (`sources.quarantine`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from sources.contract import Column, Extract
from sources.decode import Decoder
from sources.layout import Layout
from sources.non_data import blank_mask
from sources.rows import RecordReader, Records

MOST_DAMAGED_CHARACTERS = 4
"""A row with more bad bytes than this is not used, wherever they are."""

_OF_FIGURES: Final = ("citizen_id", "date", "number", "phone")
_FIGURES: Final = re.compile(r"[\d\s.,:/'=\"年月日号周岁XxE*+-]+")


@dataclass(frozen=True)
class Fault:
    """Why one record cannot be used; `value` is shown on the receipt as it is here."""

    reason_code: str
    column_name: str | None = None
    value: str | None = None


class FaultFinder:
    """Finds the faults in the records of one file, run by run; positions count from a run's first data record."""

    def __init__(self, layout: Layout, decoder: Decoder, reader: RecordReader) -> None:
        """Decoder and reader tell which lines were damaged or read literally."""
        self.layout, self.decoder, self.reader = layout, decoder, reader
        self._regular_lengths: set[int] = set()

    def find_overfull(self, run: Records, lengths: pa.Array, columns: Sequence[pa.Array]) -> list[int]:
        """The positions of records with more cells than the header: not when exporters add blank ones to each row.

        Args:
            run: the records.
            lengths: cells of each data record.
            columns: their cells by position, beyond the header too.
        """
        if not self._regular_lengths:
            self._learn_lengths(run, lengths, columns)
        width = self.layout.width
        if len(columns) <= width:
            return []
        overfull = pc.greater(lengths, width)
        says_something = pc.invert(blank_mask(columns[width]))
        for column in columns[width + 1 :]:
            says_something = pc.or_(says_something, pc.invert(blank_mask(column)))
        is_regular = pc.is_in(lengths, value_set=pa.array(sorted(self._regular_lengths), pa.int32()))
        found: list[int] = pc.indices_nonzero(
            pc.and_(overfull, pc.or_(pc.invert(is_regular), says_something))
        ).to_pylist()
        return found

    def find(
        self, run: Records, leading: int, lengths: pa.Array, overfull: list[int], is_data: pa.Array
    ) -> tuple[dict[int, Fault], dict[int, Fault]]:
        """The faults of a run's data records, and the damaged values in records that can be used all the same.

        Args:
            run: the records.
            leading: how many of them stand before the data.
            lengths: cells of each data record, as delivered.
            overfull: what `find_overfull` gave.
            is_data: whether each is data at all.
        """
        short = self._short(lengths, is_data)
        faults = dict.fromkeys(overfull, Fault("cells_too_many")) | dict.fromkeys(short, Fault("cells_too_few"))
        for position in faults:
            if run.first_lines[leading + position] in self.reader.literal_lines:
                faults[position] = Fault("quote_unclosed")
        self.reader.literal_lines.clear()
        damage = dict(self._damage(run, leading))
        spoilt = {p: fault for p, fault in damage.items() if fault.reason_code == "undecodable" or p in faults}
        faults |= {p: Fault("undecodable", fault.column_name, fault.value) for p, fault in spoilt.items()}
        last = self._unfinished(run, lengths)
        if last is not None and (last in short or last in spoilt):
            faults[last] = Fault("row_cut_off")
        data = is_data.to_pylist() if faults or damage else []
        noted = {position: fault for position, fault in damage.items() if data[position] and position not in faults}
        return {position: fault for position, fault in faults.items() if data[position]}, noted

    def _learn_lengths(self, run: Records, lengths: pa.Array, columns: Sequence[pa.Array]) -> None:
        """A length that most rows of the first run have is regular: exporters add or drop blank last cells.

        A row that may be cut off tells nothing. One row alone can only show that it lacks its last cells; with one too
        many, any of its cells may be two.
        """
        unfinished = self._unfinished(run, lengths)
        whole = lengths.slice(0, unfinished)
        common = pc.mode(whole.filter(pc.greater(whole, 1))).to_pylist()
        usual = [found["mode"] for found in common if found["count"] * 2 > len(whole)]
        if usual and common[0]["count"] == 1:
            row = whole.index(usual[0]).as_py()
            usual = usual if self._stands_in_place([column[row].as_py() for column in columns[: usual[0]]]) else []
        self._regular_lengths = {self.layout.width, len(self.layout.header), *usual}

    def _stands_in_place(self, cells: list[str]) -> bool:
        """Whether a row no longer than the header has figures just where they should stand: no cell before was lost."""
        types = self.layout.extract.by_name
        told = [
            cells[place].strip()
            for name, place in self.layout.columns.positions.items()
            if types[name].type in _OF_FIGURES and place < len(cells)
        ]
        filled = [cell for cell in told if cell]
        return len(cells) <= self.layout.width and bool(filled) and all(map(_FIGURES.fullmatch, filled))

    def _unfinished(self, run: Records, lengths: pa.Array) -> int | None:
        """The record in which a file ends that has no line end: it may be cut off."""
        return _last(lengths) if run.is_last and not self.decoder.ends_with_newline else None

    def _short(self, lengths: pa.Array, is_data: pa.Array) -> list[int]:
        irregular = pc.invert(pc.is_in(lengths, value_set=pa.array(sorted(self._regular_lengths), pa.int32())))
        is_short = pc.and_(is_data, pc.and_(irregular, pc.less(lengths, self.layout.width)))
        short: list[int] = pc.indices_nonzero(is_short).to_pylist()
        return short

    def _damage(self, run: Records, leading: int) -> Iterator[tuple[int, Fault]]:
        """Records with bytes that did not decode: `undecodable`, or `value_undecodable` if a side issue suffered."""
        end = run.first_lines[0] + len(run.lines)
        for line in [line for line in self.decoder.damaged if line < end]:
            offset = self.decoder.damaged.pop(line)
            position = bisect_right(run.first_lines, line) - 1 - leading
            if position >= 0:
                yield position, self._damage_fault(run.cells(leading + position), offset)

    def _damage_fault(self, cells: list[str], offset: int) -> Fault:
        hurt = [self._column_at(index) for index, cell in enumerate(cells) if "\ufffd" in cell]
        name = next((column.name for column in hurt if column), None)
        can_be_used = hurt and all(column is None or _can_suffer(column, self.layout.extract) for column in hurt)
        is_slight = sum(cell.count("\ufffd") for cell in cells) <= MOST_DAMAGED_CHARACTERS
        return Fault("value_undecodable" if can_be_used and is_slight else "undecodable", name, f"byte {offset}")

    def _column_at(self, index: int) -> Column | None:
        names = (name for name, position in self.layout.columns.positions.items() if position == index)
        name = next(names, None)
        return self.layout.extract.by_name[name] if name else None


def _last(lengths: pa.Array) -> int | None:
    """The last record that is not a blank line."""
    filled = pc.indices_nonzero(lengths)
    return filled[-1].as_py() if len(filled) else None


def _can_suffer(column: Column, extract: Extract) -> bool:
    """Whether a row is of use although this cell is damaged: an address or text which identifies nobody."""
    is_key = any(column.name in names for names in extract.natural_key)
    return not column.keep or (column.type in ("text", "address") and not column.filled and not is_key)
