"""One delivered file → accepted rows, quarantined rows, counts; or the reason why it is refused.

Here: the order of the steps and what is known of the file as a whole. The steps: `sources.decode`,
`sources.layout`, `sources.rows`, `sources.acceptance`.
"""

import csv
import errno
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from sources.acceptance import RecordSorter
from sources.contract import Contract, Extract
from sources.decode import Decoder, is_taken_for_gb18030
from sources.errors import CountsDifferError, DeliveryRefusedError
from sources.headers import propose_headers
from sources.heap import Heap
from sources.layout import find_layout, Layout, PREVIEW_LINES
from sources.rows import RecordReader
from sources.tables import ROW_PROBLEMS, ROWS
from sources.unpack import plain_name, unpacked

SPREADSHEET_LIMITS = frozenset({65_536, 1_048_576})
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
EXPORT_LIMITS = frozenset({5_000, 10_000, 50_000, 100_000})


@dataclass(frozen=True)
class Reading:
    """What became of one file. `rows_delivered` = accepted + quarantined + non-data, all in CSV records.

    `rows` holds ROWS and the kept columns, `problems` one line of ROW_PROBLEMS for each quarantined row,
    `value_problems` lines of the same shape for accepted rows with a damaged cell, all by row number; `reasons` are
    the quarantined rows by reason code. For a refused file
    `refused_reason` is set, `refused_hint` may name the department/extract that it seems to be.
    """

    extract: Extract | None = None
    rows: Heap = field(default_factory=partial(Heap, ROWS), repr=False)
    problems: Heap = field(default_factory=partial(Heap, ROW_PROBLEMS), repr=False)
    value_problems: Heap = field(default_factory=partial(Heap, ROW_PROBLEMS), repr=False)
    reasons: Mapping[str, int] = field(default_factory=dict)
    refused_reason: str | None = None
    refused_hint: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_non_data: int = 0
    non_data: Mapping[str, int] = field(default_factory=dict)
    stated_count: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    proposals: Mapping[str, str] = field(default_factory=dict)
    missing_columns: tuple[str, ...] = ()
    repeated_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_delivery(
    path: Path, file_name: str, contract: Contract, others: Iterable[Contract] = (), workspace: Path | None = None
) -> Reading:
    """Read one file of a department, plain, compressed, a workbook or a web page with a table.

    Args:
        path: where its bytes are (the intake or the archive).
        file_name: as it was dropped; chooses among the contract's extracts.
        contract: of the department.
        others: the other contracts, to hint whose file it may be when it is refused.
        workspace: where to unpack what is not plain, and for the rows of large files; the system's own temporary
            folder when omitted.

    Raises:
        OSError: there is no room to unpack it or for its rows; that is no fault of the file.
        CountsDifferError: a record was lost or counted twice, which is a fault of this room.
    """
    try:
        with unpacked(path, workspace) as parts:
            read = partial(_read_part, plain_name(file_name), contract, others, workspace)
            return _chosen([read(kind, part) for kind, part in parts])
    except DeliveryRefusedError as refusal:
        return Reading(refused_reason=refusal.reason_code)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return Reading(refused_reason="file_unreadable")


def _chosen(readings: Sequence[Reading]) -> Reading:
    """The one sheet of a workbook that is an extract; which one is meant of several, nobody can say."""
    fitting = [reading for reading in readings if reading.refused_reason is None]
    if len(fitting) > 1:
        return Reading(refused_reason="sheets_several")
    return next(iter([*fitting, *readings]), Reading(refused_reason="file_empty"))


def _read_part(
    name: str, contract: Contract, others: Iterable[Contract], workspace: Path | None, kind: str | None, path: Path
) -> Reading:
    reading = _read_text(path, name, contract, others, workspace)
    if kind in (None, "archive"):
        return reading
    # Delimiter and encoding are ours there, not the department's.
    return replace(reading, encoding=kind, warnings=tuple(w for w in reading.warnings if w != "delimiter_differs"))


def _read_text(
    path: Path, file_name: str, contract: Contract, others: Iterable[Contract], workspace: Path | None
) -> Reading:
    """Read a plain text file; refusals are readings too."""
    encoding = None
    try:
        decoder = Decoder(path)
        blocks = decoder.blocks()
        first = next(blocks, [])
        encoding = decoder.encoding
        if encoding == "gb18030" and is_taken_for_gb18030(first[:PREVIEW_LINES]):
            raise DeliveryRefusedError("encoding_unknown")
        layout = find_layout(first, file_name, contract, others)
        reader = RecordReader(layout.delimiter, layout.width)
        sorter = RecordSorter(layout, decoder, reader, workspace)
        for run in reader.read(chain([first], blocks)):
            sorter.add(run)
        return _reading(layout, decoder, sorter)
    except DeliveryRefusedError as refusal:
        return Reading(
            refused_reason=refusal.reason_code,
            refused_hint=refusal.hint,
            missing_columns=refusal.missing_columns,
            proposals=_shown_headers(refusal.proposals),
            encoding=encoding,
        )
    except csv.Error:
        return Reading(refused_reason="not_csv_binary", encoding=encoding)


def _reading(layout: Layout, decoder: Decoder, sorter: RecordSorter) -> Reading:
    sorter.finish()
    accepted, quarantined, non_data = sorter.rows.num_rows, sorter.problems.num_rows, sum(sorter.non_data.values())
    delivered = sorter.records_count
    if delivered != accepted + quarantined + non_data:
        raise CountsDifferError(f"{delivered} records are not {accepted} + {quarantined} + {non_data}")
    return Reading(
        extract=layout.extract,
        rows=sorter.rows,
        problems=sorter.problems,
        value_problems=sorter.value_problems,
        reasons=dict(sorted(sorter.reasons.items())),
        encoding=decoder.encoding,
        delimiter=layout.delimiter,
        rows_delivered=delivered,
        rows_accepted=accepted,
        rows_quarantined=quarantined,
        rows_non_data=non_data,
        non_data=dict(sorted(sorter.non_data.items())),
        stated_count=sorter.stated_counts[-1] if sorter.stated_counts else None,
        headers=layout.header_by_column,
        unknown_columns=tuple(map(_shown_header, layout.columns.unknown)),
        synonyms=_shown_headers(layout.columns.synonyms),
        proposals=_shown_headers(propose_headers(layout.extract, layout.columns)),
        repeated_columns=layout.columns.repeated,
        warnings=(*layout.warnings, *_warnings(decoder, sorter)),
    )


def _warnings(decoder: Decoder, sorter: RecordSorter) -> tuple[str, ...]:
    delivered, accepted = sorter.records_count, sorter.rows.num_rows
    data, tests = accepted + sorter.problems.num_rows, sorter.reasons["test_record"]
    found = {
        "encoding_mixed": "+" in decoder.encoding,
        "trailer_count_differs": bool(sorter.stated_counts)
        and sorter.stated_counts[-1] not in (data, data - tests, accepted),
        "excel_row_limit": delivered in SPREADSHEET_LIMITS,
        "export_page_limit": data in EXPORT_LIMITS,
        "file_end_missing": not decoder.ends_with_newline and delivered > sorter.layout.leading,
    }
    return tuple(code for code, applies in found.items() if applies)


def _shown_headers(meant: Mapping[str, str]) -> dict[str, str]:
    return {_shown_header(header): known for header, known in meant.items()}


def _shown_header(header: str) -> str:
    """A header nobody knows, as it may be shown: long digits might be a person's, so they are not."""
    shown = "".join("*" if character.isdigit() else character for character in header[:40])
    return shown if sum(map(str.isdigit, header)) > 3 else header[:40]
