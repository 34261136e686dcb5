"""Deliveries that are no plain text made plain: compressed files, workbooks, web pages with a table.

A compressed file holds one data file. A workbook gives one text file for each sheet that says something; cells stay
what the sheet shows of them, but for numbers that the spreadsheet itself has destroyed: those are written so that they
are known for it. Here no cell is interpreted; a line of the text is a row of the sheet, so rows keep their numbers.
"""

import csv
import gzip
import lzma
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, IO

import python_calamine as calamine

from sources.errors import DeliveryRefusedError
from sources.sniff import HEAD_BYTES
from sources.tables_html import html_rows

GZIP, OLE = b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""With a member, without one, and the first of several volumes; `PK` alone may begin a heading."""
SUFFIXES: Final = (".gz", ".zip", ".csv", ".txt", ".xlsx", ".xls", ".xlsm", ".htm", ".html", ".tsv")
COPY_BYTES: Final = 1024 * 1024

MOST_RATIO: Final = 250
FREE_BYTES: Final = 256 * COPY_BYTES
"""What unpacks to more than `MOST_RATIO` times its size is no export but a bomb; up to `FREE_BYTES` anything goes."""

EXACT_DIGITS: Final = 15
"""Digits that a spreadsheet keeps of a number."""

_DAMAGED: Final = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    ValueError,  # a name that is not in the encoding which it is said to be in
)  # fmt: skip
_MARKUP: Final = re.compile(rb"\s*<(?:!doctype|!--|html|head|meta|body|table|style|div|\?xml|svg)", re.IGNORECASE)
_LITTER: Final = (".", "Thumbs.db", "desktop.ini")


def plain_name(file_name: str) -> str:
    """The name that a file would have as plain text: contracts name `x.csv`, departments send `x.xlsx`, `x.csv.gz`."""
    name = PurePosixPath(file_name).name
    while name.lower().endswith(SUFFIXES):
        name = name[: name.rindex(".")]
    return f"{name}.csv"


@contextmanager
def unpacked(path: Path, workspace: Path | None = None) -> Iterator[tuple[tuple[str | None, Path], ...]]:
    """The plain text files in a delivered file, each with what it was made of: None for a file that is plain itself.

    Args:
        path: of the delivered file.
        workspace: where to unpack; what is unpacked is removed at the end. The system's own when omitted.

    Raises:
        DeliveryRefusedError: `archive_nested`, `archive_several`, `archive_encrypted`, `archive_bomb`,
            `archive_damaged`, `workbook_damaged`, `file_empty`, `not_csv_html` (a page without a table).
        OSError: the file cannot be read, or there is no room to unpack it.
    """
    with TemporaryDirectory(prefix="unpacked-", dir=workspace) as folder:
        plain = _decompressed(path, Path(folder) / "data")
        head = _head(plain)
        if _is_workbook(head) or head.startswith(OLE):
            yield tuple(("workbook", sheet) for sheet in _sheets(plain, Path(folder)))
        elif _is_markup(head):
            yield (("html", _table(plain, Path(folder))),)
        else:
            yield (((None if plain == path else "archive"), plain),)


def _is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is an Excel workbook of today: a zip file with the parts of one."""
    return head.startswith(ZIP[0]) and (b"[Content_Types].xml" in head or b"xl/" in head)


def _is_markup(head: bytes) -> bool:
    """Whether a file that begins so is HTML or XML."""
    return bool(_MARKUP.match(head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")))


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def _decompressed(path: Path, target: Path) -> Path:
    """The file itself, or the one data file that it holds compressed."""
    head = _head(path)
    if not head.startswith((GZIP, *ZIP)) or _is_workbook(head):
        return path
    try:
        if head.startswith(GZIP):
            with gzip.open(path) as source:
                _copy(source, target, path)
        else:
            with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive)) as source:
                _copy(source, target, path)
    except _DAMAGED as error:
        raise DeliveryRefusedError("archive_damaged") from error
    inner = _head(target)
    if inner.startswith((GZIP, *ZIP)) and not _is_workbook(inner):
        raise DeliveryRefusedError("archive_nested")
    return target


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The data file of an archive; its name decides nothing, and nothing is unpacked under it."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not PurePosixPath(member.filename).name.startswith(_LITTER)
    ]
    if not members:
        raise DeliveryRefusedError("file_empty")
    if len(members) > 1:
        raise DeliveryRefusedError("archive_several")
    if members[0].flag_bits & 1:
        raise DeliveryRefusedError("archive_encrypted")
    return members[0]


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, packed: Path) -> None:
    """Unpack in pieces, whatever the archive says of sizes."""
    limit = max(FREE_BYTES, packed.stat().st_size * MOST_RATIO)
    with target.open("wb") as copy:
        while piece := source.read(COPY_BYTES):
            copy.write(piece)
            if copy.tell() > limit:
                raise DeliveryRefusedError("archive_bomb")


def _sheets(path: Path, folder: Path) -> Iterator[Path]:
    """The sheets that hold anything, each as a text file."""
    try:
        _refuse_bomb(path)
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        for number, name in enumerate(workbook.sheet_names):
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is not None:
                yield _written(_sheet_rows(sheet), folder / f"sheet{number}.csv")
    except calamine.PasswordError as error:
        raise DeliveryRefusedError("archive_encrypted") from error
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, *_DAMAGED) as error:
        raise DeliveryRefusedError("workbook_damaged") from error
    except BaseException as error:  # its panics are no `Exception`, and only their name tells them from an interrupt
        if type(error).__name__ != "PanicException":
            raise
        raise DeliveryRefusedError("workbook_damaged") from error


def _refuse_bomb(workbook: Path) -> None:
    """Look at the sizes that a workbook of today says its parts have; whether it is sound, its reader tells."""
    if zipfile.is_zipfile(workbook):
        with zipfile.ZipFile(workbook) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max(FREE_BYTES, workbook.stat().st_size * MOST_RATIO):
            raise DeliveryRefusedError("archive_bomb")


def _sheet_rows(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
    """All rows from the first of the sheet on, cells as text; cells merged downwards say in each row what they say."""
    left = sheet.start[1] if sheet.start else 0  # blank columns before the first are not given, blank rows are
    spans = {  # cell below → cell at the top of its merged range
        (row, column): (first, column)
        for (first, column), (last, _) in sheet.merged_cell_ranges or ()
        for row in range(first + 1, last + 1)
    }
    kept: dict[tuple[int, int], str] = {}
    heads = set(spans.values())
    for number, row in enumerate(sheet.iter_rows()):
        cells = ["" for _ in range(left)] + [cell_text(value) for value in row]
        for column in range(left, len(cells)):
            if (number, column) in heads:
                kept[number, column] = cells[column]
            elif (number, column) in spans and not cells[column]:
                cells[column] = kept.get(spans[number, column], "")
        yield cells


def cell_text(value: object) -> str:
    """What a sheet shows of a cell. A number of more digits than a spreadsheet keeps is written with its exponent."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        whole = float(value).is_integer()
        if whole and abs(value) < 10**EXACT_DIGITS:
            return str(int(value))
        return f"{value:.{EXACT_DIGITS - 1}E}" if whole else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return " ".join(str(value).splitlines()) if value is not None else ""


def _table(path: Path, folder: Path) -> Path:
    """The rows of a page as a text file."""
    try:
        table = _written(html_rows(path), folder / "table.csv")
    except ValueError as error:  # a number of thousands of digits, for a span or a character
        raise DeliveryRefusedError("not_csv_html") from error
    if not table.stat().st_size:
        raise DeliveryRefusedError("not_csv_html")
    return table


def _written(rows: Iterable[Sequence[str]], path: Path) -> Path:
    """Rows as CSV, each in a line of its own."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return path


def clear_workspace(workspace: Path) -> None:
    """Remove what a killed run left unpacked."""
    for folder in workspace.glob("unpacked-*"):
        shutil.rmtree(folder, ignore_errors=True)
