"""One delivered file → accepted rows, quarantined rows, counts; or the reason why it is refused.

Here: the order of the steps and what is known of the file as a whole. The steps: `sources.decode`,
`sources.layout`, `sources.rows`, `sources.acceptance`.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sources.acceptance import problems_table, RecordSorter
from sources.contract import Contract, Extract
from sources.decode import Decoder, is_taken_for_gb18030
from sources.errors import CountsDifferError, DeliveryRefusedError
from sources.headers import propose_headers
from sources.layout import find_layout, Layout, PREVIEW_LINES
from sources.rows import RecordReader
from sources.tables import ROW_PROBLEMS, ROWS
from sources.unpack import plain_name, unpacked

SPREADSHEET_LIMITS = frozenset({65_536, 1_048_576})
EXPORT_LIMITS = frozenset({5_000, 10_000, 50_000, 100_000})


@dataclass(frozen=True)
class Reading:
    """What became of one file. `rows_delivered` = accepted + quarantined + non-data, all in CSV records.

    `rows` holds ROWS and the kept columns, `problems` one line of ROW_PROBLEMS for each quarantined row,
    `value_problems` lines of the same shape for accepted rows with a damaged cell. For a refused file
    `refused_reason` is set, `refused_hint` may name the department/extract that it seems to be.
    """

    extract: Extract | None = None
    rows: pa.Table = field(default_factory=ROWS.empty_table, repr=False)
    problems: pa.Table = field(default_factory=ROW_PROBLEMS.empty_table, repr=False)
    value_problems: pa.Table = field(default_factory=ROW_PROBLEMS.empty_table, repr=False)
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
    proposals: Mapping[str, str] = field(default_factory=dict)
    missing_columns: tuple[str, ...] = ()
    repeated_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """Quarantined rows by reason code."""
        return dict(sorted(Counter(self.problems["reason_code"].to_pylist()).items()))


def read_delivery(
    path: Path, file_name: str, contract: Contract, others: Iterable[Contract] = (), workspace: Path | None = None
) -> Reading:
    """Read one file of a department, plain, compressed, a workbook or a web page with a table.

    Args:
        path: where its bytes are (the intake or the archive).
        file_name: as it was dropped; chooses among the contract's extracts.
        contract: of the department.
        others: the other contracts, to hint whose file it may be when it is refused.
        workspace: where to unpack what is not plain; the system's own temporary folder when omitted.

    Raises:
        CountsDifferError: a record was lost or counted twice, which is a fault of this room.
    """
    try:
        with unpacked(path, workspace) as parts:
            return _chosen([_read_part(kind, part, plain_name(file_name), contract, others) for kind, part in parts])
    except DeliveryRefusedError as refusal:
        return Reading(refused_reason=refusal.reason_code)
    except OSError:
        return Reading(refused_reason="file_unreadable")


def _chosen(readings: Sequence[Reading]) -> Reading:
    """The one sheet of a workbook that is an extract; which one is meant of several, nobody can say."""
    fitting = [reading for reading in readings if reading.refused_reason is None]
    if len(fitting) > 1:
        return Reading(refused_reason="sheets_several")
    return next(iter([*fitting, *readings]), Reading(refused_reason="file_empty"))


def _read_part(kind: str | None, path: Path, name: str, contract: Contract, others: Iterable[Contract]) -> Reading:
    reading = _read_text(path, name, contract, others)
    if kind in (None, "archive"):
        return reading
    # Delimiter and encoding are ours there, not the department's.
    return replace(reading, encoding=kind, warnings=tuple(w for w in reading.warnings if w != "delimiter_differs"))


def _read_text(path: Path, file_name: str, contract: Contract, others: Iterable[Contract]) -> Reading:
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
        sorter = RecordSorter(layout, decoder, reader)
        for run in reader.read(chain([first], blocks)):
            sorter.add(run)
        return _reading(layout, decoder, sorter)
    except DeliveryRefusedError as refusal:
        return Reading(
            refused_reason=refusal.reason_code,
            refused_hint=refusal.hint,
            missing_columns=refusal.missing_columns,
            proposals=_shown_proposals(refusal.proposals),
            encoding=encoding,
        )
    except csv.Error:
        return Reading(refused_reason="not_csv_binary", encoding=encoding)


def _reading(layout: Layout, decoder: Decoder, sorter: RecordSorter) -> Reading:
    rows = sorter.finish()
    problems = problems_table(sorter.problems)
    non_data = sum(sorter.non_data.values())
    delivered = sorter.records_count
    if delivered != rows.num_rows + problems.num_rows + non_data:
        raise CountsDifferError(f"{delivered} records are not {rows.num_rows} + {problems.num_rows} + {non_data}")
    return Reading(
        extract=layout.extract,
        rows=rows,
        problems=problems,
        value_problems=problems_table(sorter.value_problems),
        encoding=decoder.encoding,
        delimiter=layout.delimiter,
        rows_delivered=delivered,
        rows_accepted=rows.num_rows,
        rows_quarantined=problems.num_rows,
        rows_non_data=non_data,
        non_data=dict(sorted(sorter.non_data.items())),
        stated_count=sorter.stated_counts[-1] if sorter.stated_counts else None,
        headers=layout.header_by_column,
        unknown_columns=tuple(map(_shown_header, layout.columns.unknown)),
        proposals=_shown_proposals(propose_headers(layout.extract, layout.columns)),
        repeated_columns=layout.columns.repeated,
        warnings=(*layout.warnings, *_warnings(decoder, sorter, rows.num_rows, problems, delivered)),
    )


def _warnings(
    decoder: Decoder, sorter: RecordSorter, accepted: int, problems: pa.Table, delivered: int
) -> tuple[str, ...]:
    data = accepted + problems.num_rows
    tests = pc.sum(pc.equal(problems["reason_code"], "test_record")).as_py() or 0
    found = {
        "encoding_mixed": "+" in decoder.encoding,
        "trailer_count_differs": bool(sorter.stated_counts)
        and sorter.stated_counts[-1] not in (data, data - tests, accepted),
        "excel_row_limit": delivered in SPREADSHEET_LIMITS,
        "export_page_limit": data in EXPORT_LIMITS,
        "file_end_missing": not decoder.ends_with_newline and delivered > sorter.layout.leading,
    }
    return tuple(code for code, applies in found.items() if applies)


def _shown_proposals(proposals: Mapping[str, str]) -> dict[str, str]:
    return {_shown_header(header): likely for header, likely in proposals.items()}


def _shown_header(header: str) -> str:
    """A header nobody knows, as it may be shown: long digits might be a person's, so they are not."""
    shown = "".join("*" if character.isdigit() else character for character in header[:40])
    return shown if sum(map(str.isdigit, header)) > 3 else header[:40]
