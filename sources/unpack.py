"""Deliveries that are no plain text made plain: compressed files, workbooks, web pages with a table.

A compressed file holds one data file. A workbook gives one text file for each sheet that says something; cells stay
what the sheet shows of them, but for numbers that the spreadsheet itself has destroyed: those are written so that they
are known for it. Here no cell is interpreted; a line of the text is a row of the sheet, so rows keep their numbers.
"""

import gzip
import json
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, IO

from sources import sheets
from sources.errors import DeliveryRefusedError, WorkbookReaderError
from sources.sheets import write_rows
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

_DAMAGED: Final = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    ValueError,  # a name that is not in the encoding which it is said to be in
)  # fmt: skip
_DEATHS: Final = (signal.SIGABRT, signal.SIGBUS, signal.SIGKILL, signal.SIGSEGV)
"""How a process ends that cannot get the memory which a damaged workbook makes it ask for."""

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
        WorkbookReaderError: workbooks cannot be read here at all.
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


def _sheets(path: Path, folder: Path) -> list[Path]:
    """The sheets that hold anything, each as a text file, made by a process of its own."""
    try:
        _refuse_bomb(path)
    except _DAMAGED as error:
        raise DeliveryRefusedError("workbook_damaged") from error
    # (-P: nothing is imported from the folder that the caller happens to be in.)
    command = [sys.executable, "-P", sheets.__file__, str(path), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - the arguments are ours
    except OSError as error:
        raise WorkbookReaderError(f"could not be started: {type(error).__name__}") from None
    if done.returncode:
        told = json.loads(done.stdout or "{}")
        if number := told.get("errno"):
            raise OSError(number, os.strerror(number))
        if not told and -done.returncode not in _DEATHS:
            raise WorkbookReaderError(f"ended with {done.returncode}")
        raise DeliveryRefusedError(told.get("refused", "workbook_damaged"))  # a reader that died says nothing
    return sorted(folder.glob("sheet*.csv"))


def _refuse_bomb(workbook: Path) -> None:
    """Look at the sizes that a workbook of today says its parts have; whether it is sound, its reader tells."""
    if zipfile.is_zipfile(workbook):
        with zipfile.ZipFile(workbook) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max(FREE_BYTES, workbook.stat().st_size * MOST_RATIO):
            raise DeliveryRefusedError("archive_bomb")


def _table(path: Path, folder: Path) -> Path:
    """The rows of a page as a text file."""
    try:
        table = write_rows(html_rows(path), folder / "table.csv")
    except ValueError as error:  # a number of thousands of digits, for a span or a character
        raise DeliveryRefusedError("not_csv_html") from error
    if not table.stat().st_size:
        raise DeliveryRefusedError("not_csv_html")
    return table


def clear_workspace(workspace: Path) -> None:
    """Remove what a killed run left unpacked."""
    for folder in workspace.glob("unpacked-*"):
        shutil.rmtree(folder, ignore_errors=True)
