"""Where the data of a delivered file begin, under which header, between which delimiters, of which extract.

Here: the search for the header among the first records, the choice of the extract by name and header.
Not here: how a header cell names a column (`sources.headers`), what ends the data (`sources.non_data`).
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import PurePosixPath

from sources.contract import Contract, Extract
from sources.errors import DeliveryRefusedError
from sources.headers import (
    best_extract,
    HeaderMap,
    is_header,
    known_share,
    map_headers,
    merge_header_rows,
    propose_headers,
)
from sources.rows import csv_delimiter, prepare_lines

HEADER_SEARCH_RECORDS = 20
PREVIEW_LINES = 200
DELIMITERS = (",", "\t", "；", "|", ";", "，")


@dataclass(frozen=True)
class Layout:
    """How to read a file: `leading` counts the records up to and including the header, blank lines too."""

    extract: Extract
    delimiter: str
    header: tuple[str, ...]
    leading: int
    titles: tuple[str, ...]
    columns: HeaderMap
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of cells of a regular row: up to the last header cell that is not blank."""
        return max(position for position, cell in enumerate(self.header) if cell.strip()) + 1

    @property
    def header_by_column(self) -> dict[str, str]:
        """The delivered header of each column that came."""
        return {name: self.header[position].strip() for name, position in self.columns.positions.items()}


@dataclass(frozen=True)
class _Candidate:
    """One row that may be the header of one extract, read with one delimiter."""

    extract: Extract
    delimiter: str
    header: tuple[str, ...]
    leading: int
    columns: HeaderMap

    @property
    def fit(self) -> tuple[bool, float, bool, int]:
        """Greater is better: complete, many known headers, the contract's delimiter, early."""
        known = len(self.columns.positions) * known_share(self.extract, self.header)
        return (not self.columns.missing, known, self.delimiter == self.extract.delimiter, -self.leading)


def find_layout(lines: Sequence[str], file_name: str, contract: Contract, others: Iterable[Contract] = ()) -> Layout:
    """Choose extract, delimiter and header row for a file.

    Args:
        lines: the first physical lines of the file.
        file_name: as delivered; folders in front of it do not count.
        contract: of the department that delivered it.
        others: other departments' contracts, to hint whose file it is if it does not fit.

    Raises:
        DeliveryRefusedError: `unknown_file`, `header_missing`, `columns_missing`, `columns_unknown`, `file_mojibake`.
    """
    preview = list(lines[:PREVIEW_LINES])
    named = [extract for extract in contract.extracts if _is_named(extract, file_name)]
    candidates = sorted(_candidates(preview, named or contract.extracts), key=lambda c: c.fit, reverse=True)
    candidates = candidates or list(_without_header(preview, named))
    if not candidates or candidates[0].columns.missing:
        _refuse(preview, contract, others, candidates, is_named=bool(named))
    best = candidates[0]
    fitting = {candidate.extract.extract for candidate in candidates if not candidate.columns.missing}
    if not named and len(fitting) > 1 and best.fit[:2] == _next_extract_fit(candidates)[:2]:
        raise DeliveryRefusedError("unknown_file")
    if best.columns.unknown and best.extract.unknown_columns == "freeze":
        raise DeliveryRefusedError("columns_unknown")
    titles = _titles(preview, best)
    return Layout(best.extract, best.delimiter, best.header, best.leading, titles, best.columns, _warnings(best, named))


def _is_named(extract: Extract, file_name: str) -> bool:
    name = unicodedata.normalize("NFC", PurePosixPath(file_name).name)
    return any(fnmatchcase(name, unicodedata.normalize("NFC", pattern)) for pattern in extract.files)


def _candidates(lines: list[str], extracts: Sequence[Extract]) -> Iterator[_Candidate]:
    for delimiter in DELIMITERS:
        if not any(delimiter in line for line in lines):
            continue
        records = _first_records(lines, delimiter)
        for position, record in enumerate(records):
            for extract in extracts:
                merged = merge_header_rows(extract, records[position - 1], record) if position else record
                for header in (record, merged) if merged != record else (record,):
                    if is_header(extract, header):
                        columns = map_headers(extract, header)
                        yield _Candidate(extract, delimiter, tuple(header), position + 1, columns)


def _without_header(lines: list[str], extracts: Sequence[Extract]) -> Iterator[_Candidate]:
    """Extracts whose files have no header, where the records have as many cells as they have columns."""
    for extract in extracts:
        if extract.header == "none":
            records = [record for record in _first_records(lines, extract.delimiter) if any(record)]
            fitting = sum(len(record) == len(extract.columns) for record in records)
            if fitting * 2 > len(records):
                header = tuple(column.headers[0] for column in extract.columns)
                yield _Candidate(extract, extract.delimiter, header, 0, map_headers(extract, header))


def _first_records(lines: list[str], delimiter: str) -> list[list[str]]:
    reader = csv.reader(prepare_lines(lines, delimiter), delimiter=csv_delimiter(delimiter))
    records: list[list[str]] = []
    filled = 0
    for record in islice(reader, PREVIEW_LINES):
        records.append(record)
        filled += bool(record)
        if filled == HEADER_SEARCH_RECORDS:
            break
    return records


def _next_extract_fit(candidates: Sequence[_Candidate]) -> tuple[bool, float, bool, int]:
    return next(c.fit for c in candidates if c.extract.extract != candidates[0].extract.extract)


def _titles(lines: list[str], best: _Candidate) -> tuple[str, ...]:
    """The first cells of the rows above the header, by which a repeated title is known again."""
    records = _first_records(lines, best.delimiter)[: best.leading - 1]
    return tuple(record[0].strip() for record in records if record and record[0].strip())


def _warnings(best: _Candidate, named: Sequence[Extract]) -> tuple[str, ...]:
    found = {
        "file_name_unexpected": not named,
        "delimiter_differs": best.delimiter != best.extract.delimiter,
        "unknown_column": bool(best.columns.unknown),
        "column_repeated": bool(best.columns.repeated),
    }
    return tuple(code for code, applies in found.items() if applies)


def _refuse(
    lines: list[str],
    contract: Contract,
    others: Iterable[Contract],
    candidates: Sequence[_Candidate],
    *,
    is_named: bool,
) -> None:
    """Say what is wrong with a file that fits no extract, and whose it might be."""
    everyone = [contract, *(other for other in others if other.department != contract.department)]
    records = [record for delimiter in DELIMITERS for record in _first_records(lines, delimiter)]
    owner = next((found for record in records if (found := best_extract(everyone, record))), None)
    hint = f"{owner[0].department}/{owner[1].extract}" if owner else None
    if candidates and (is_named or owner is None):
        best = candidates[0]
        missing = tuple(best.extract.by_name[name].headers[0] for name in best.columns.missing)
        raise DeliveryRefusedError("columns_missing", hint, missing, propose_headers(best.extract, best.columns))
    if _was_misread(records, everyone):
        raise DeliveryRefusedError("file_mojibake")
    known = any(extract.by_header.keys() & set(map(str.strip, r)) for extract in contract.extracts for r in records)
    if is_named:
        raise DeliveryRefusedError("columns_missing" if owner or known else "header_missing", hint)
    raise DeliveryRefusedError("unknown_file", hint)


def _was_misread(records: Iterable[Sequence[str]], contracts: Sequence[Contract]) -> bool:
    """Whether a header appears when UTF-8 that was once read as Latin-1 or GBK is turned back."""
    for wrong in ("cp1252", "latin-1", "gb18030"):
        for record in records:
            text = "\x1f".join(record).encode(wrong, "ignore").decode("utf-8", "ignore")
            if any(is_header(extract, text.split("\x1f")) for contract in contracts for extract in contract.extracts):
                return True
    return False
