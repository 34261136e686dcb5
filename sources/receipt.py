"""The receipt of a delivered file for its department: which rows could not be used, why, and how to put it right.

Receipts leave the restricted area: no value is readable in them, and no cell is a formula to a spreadsheet.
Not here: the sentences (`sources.reasons`) and the masking (`sources.quarantine`).
"""

import csv
import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pyarrow as pa

from sources.heap import Heap
from sources.reading import Reading
from sources.reasons import Reason, REASONS
from sources.receipt_page import MOST_ROWS, receipt_page
from sources.whole_files import whole_file, write_text

Status = Literal["accepted", "refused", "duplicate"]

CSV_HEADER = ("行号", "物理行", "列", "原因代码", "原因", "处理办法", "值(已遮蔽)")
LONGEST_STEM_BYTES = 150
LINES_AT_A_TIME = 100_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


@dataclass(frozen=True)
class ReceiptFacts:
    """What is known of a delivery besides its reading. `file` is relative to the intake.

    `first_file` of a duplicate: the delivery that had the same content before. `rows_repaired`: accepted rows of which
    a name, number or phone was put right on the way.
    """

    department: str | None
    file: str
    sha256: str | None
    size_bytes: int
    status: Status
    night: str
    reason_code: str | None = None
    first_file: str | None = None
    rows_repaired: int = 0


def write_receipt(folder: Path, facts: ReceiptFacts, reading: Reading | None = None) -> tuple[Path, Path]:
    """Write `<file stem>.<sha256[:8]>.receipt.csv`, `.receipt.json` and `.receipt.html`, each whole or not at all.

    A duplicate's are `….duplicate.receipt.csv` and so on.

    Args:
        folder: of the department's receipts; made if missing.
        facts: about the delivery.
        reading: None for files that were not read (refused at the door, duplicates).

    Returns:
        The paths of the first two.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    identity = facts.sha256 or hashlib.sha256(facts.file.encode("utf-8", "surrogateescape")).hexdigest()
    kind = "duplicate.receipt" if facts.status == "duplicate" else "receipt"  # the first one's tells the unusable rows
    base = f"{_safe_stem(facts.file)}.{identity[:8]}.{kind}"
    rows, summary = folder / f"{base}.csv", folder / f"{base}.json"
    told = receipt_summary(facts, reading)
    lines = write_csv(rows, CSV_HEADER, _lines(facts, reading))
    write_text(summary, json.dumps(told, ensure_ascii=False, indent=2))
    shown = [tuple(map(_plain, line)) for line in islice(_lines(facts, reading), MOST_ROWS)]
    write_text(folder / f"{base}.html", receipt_page(told, CSV_HEADER, shown, lines))
    return rows, summary


def receipt_summary(facts: ReceiptFacts, reading: Reading | None = None) -> dict[str, Any]:
    """The JSON summary: counts, reasons, what was recognised; no values."""
    taken = reading or Reading()
    reason_code = _reason_code(facts, reading)
    value_problems = Counter(problem["reason_code"] for problem in _told(taken.value_problems))
    return {
        "department": facts.department,
        "file": _plain(facts.file),
        "sha256": facts.sha256,
        "size_bytes": facts.size_bytes,
        "night": facts.night,
        "status": facts.status,
        "reason_code": reason_code,
        "reason": REASONS[reason_code].title_zh if reason_code in REASONS else None,
        "how_to_fix": REASONS[reason_code].how_to_fix_zh if reason_code in REASONS else None,
        "looks_like": taken.refused_hint,
        "first_file": _plain(facts.first_file) if facts.first_file else None,
        "extract": taken.extract.extract if taken.extract else None,
        "encoding": taken.encoding,
        "delimiter": taken.delimiter,
        "rows": {
            "delivered": taken.rows_delivered,
            "accepted": taken.rows_accepted,
            "repaired": facts.rows_repaired,
            "quarantined": taken.rows_quarantined,
            "non_data": taken.rows_non_data,
            "stated": taken.stated_count,
        },
        "non_data": dict(taken.non_data),
        "quarantined_by_reason": taken.reasons,
        "damaged_values_by_reason": dict(sorted(value_problems.items())),
        "columns": {
            "mapped": {name: _plain(header) for name, header in taken.headers.items()},
            "unknown": [_plain(header) for header in taken.unknown_columns],
            "synonyms": {_plain(header): known for header, known in taken.synonyms.items()},
            "proposals": {_plain(header): likely for header, likely in taken.proposals.items()},
            "missing": list(taken.missing_columns),
            "repeated": list(taken.repeated_columns),
        },
        "warnings": {code: _reason(code).title_zh for code in taken.warnings},
    }


def _lines(facts: ReceiptFacts, reading: Reading | None) -> Iterator[tuple[str, ...]]:
    """The lines of the CSV: one for the file if it was not taken, then one for each row."""
    reason_code = _reason_code(facts, reading)
    if reason_code:
        reason = _reason(reason_code)
        columns = "、".join(reading.missing_columns) if reading else ""
        yield "", "", columns, reason.code, f"整个文件：{reason.title_zh}", reason.how_to_fix_zh, ""
    if reading is None:
        return
    for code, meant in (("column_synonym", reading.synonyms), ("column_like_another", reading.proposals)):
        reason = _reason(code)
        for header, known in meant.items():
            yield "", "", header, reason.code, f"提示：{reason.title_zh}：{known}", reason.how_to_fix_zh, ""
    for problem in merge(_told(reading.problems), _told(reading.value_problems), key=itemgetter("row_number")):
        reason = _reason(problem["reason_code"])
        column = reading.headers.get(problem["column_name"], problem["column_name"]) or ""
        numbers = str(problem["row_number"]), str(problem["line_number"])
        yield *numbers, column, reason.code, reason.title_zh, reason.how_to_fix_zh, problem["value_masked"] or ""
    for code in reading.warnings:
        reason = _reason(code)
        yield "", "", "", reason.code, f"提示：{reason.title_zh}", reason.how_to_fix_zh, ""


def _told(problems: Heap) -> Iterator[dict[str, Any]]:
    """What a department is told of rows: not the rows themselves."""
    for batch in problems.batches():
        yield from batch.drop_columns(["raw_row"]).to_pylist()


def _reason_code(facts: ReceiptFacts, reading: Reading | None) -> str | None:
    """Why the whole file was not taken."""
    copied = "file_duplicate" if facts.status == "duplicate" else None
    return facts.reason_code or (reading.refused_reason if reading else None) or copied


def _reason(code: str) -> Reason:
    return REASONS.get(code) or Reason(code, "file", "未能接收", "请联系数据管理员。")


def write_csv(path: Path, header: Sequence[str], lines: Iterable[Sequence[str]]) -> int:
    """Write a CSV for a department, whole or not at all, as its spreadsheet reads it and without formulas.

    Returns:
        The number of lines below the header.
    """
    written = 0
    with whole_file(path, encoding="utf-8-sig") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(header)
        for line in lines:
            writer.writerow([inert_cell(_plain(cell)) for cell in line])
            written += 1
    return written


def write_csv_table(path: Path, table: pa.Table) -> None:
    """The same of a table whose texts are few and often the same: each of them is looked at once."""
    with whole_file(path, encoding="utf-8-sig") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=LINES_AT_A_TIME):
            writer.writerows(zip(*map(_inert_cells, batch.columns), strict=True))


def _inert_cells(column: pa.Array) -> list[Any]:
    if not pa.types.is_integer(column.type):
        texts = column.dictionary_encode()
        cells = [inert_cell(_plain(text)) for text in texts.dictionary.to_pylist()]
        column = pa.array(cells, pa.string()).take(texts.indices)
    told: list[Any] = column.to_pylist()
    return told


def inert_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(_FORMULA_STARTS) else cell


def _safe_stem(file: str) -> str:
    """The delivered file's name without folders and last suffix, as a name that is harmless anywhere."""
    stem = PurePosixPath(file.replace("\\", "/")).stem
    kept = "".join(c if c.isalnum() or c in "-_（）()" else "_" for c in unicodedata.normalize("NFC", stem))
    short = kept.encode("utf-8", "ignore")[:LONGEST_STEM_BYTES].decode("utf-8", "ignore")
    return short.strip("_-") or "file"


def _plain(text: str) -> str:
    """A text without characters that could hide or turn around other text."""
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else "\ufffd" for c in text)
