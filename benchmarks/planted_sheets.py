"""Delivered files as text in cells, read and written as they were."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

Rows = list[dict[str, str]]
DELIMITERS = ",\t；"


@dataclass(frozen=True)
class Sheet:
    """A delivered file as text in cells."""

    title: list[str]
    header: list[str]
    rows: Rows
    encoding: str
    delimiter: str = ","


def read_sheet(path: Path) -> Sheet:
    """A file of the fictitious city."""
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "utf-8", content.decode("utf-8")
    delimiter = max(DELIMITERS, key=text[:2000].count)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    at = next(n for n, record in enumerate(records) if len([cell for cell in record if cell]) > 3)
    header = records[at]
    rows = [dict(zip(header, record, strict=True)) for record in records[at + 1 :] if len(record) == len(header)]
    return Sheet(records[at - 1] if at else [], header, rows, encoding, delimiter)


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write it as it was."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", delimiter=sheet.delimiter)
    if sheet.title:
        writer.writerow(sheet.title)
    writer.writerow(sheet.header)
    writer.writerows([row.get(name, "") for name in sheet.header] if row else [] for row in sheet.rows)
    path.write_bytes(out.getvalue().encode(sheet.encoding, "replace"))
