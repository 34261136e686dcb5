"""The sheets of an Excel workbook as text files.

    python -P sources/sheets.py WORKBOOK FOLDER

A program of its own, which needs nothing else of ours: a damaged workbook can make its reader ask for more memory than
there is, which ends the whole process, and that must not be the one that merges the night. What it gives up for is one
line of JSON: `refused`, a reason code, or `errno`.
"""

import csv
import ctypes
import errno
import json
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import python_calamine as calamine

EXACT_DIGITS: Final = 15
"""Digits that a spreadsheet keeps of a number."""

MOST_MEMORY: Final = 8 * 1024**3
"""Bytes of address space; a sheet of 100,000 rows and twenty columns takes a quarter of a GiB."""

SET_DEATH_SIGNAL: Final = 1
SET_DUMPABLE: Final = 4
"""Operations of Linux's prctl."""


def main(workbook: str, folder: str) -> int:
    """Write the sheets as sheet0000.csv and so on; 0, or 1 when it says why it gave up."""
    _be_expendable()
    try:
        write_sheets(Path(workbook), Path(folder))
    except calamine.PasswordError:
        return _give_up(refused="archive_encrypted")
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, MemoryError, ValueError):
        return _give_up(refused="workbook_damaged")
    except OSError as error:
        return _give_up(errno=error.errno or errno.EIO)
    except BaseException as error:  # its panics are no `Exception`, and only their name tells them from an interrupt
        if type(error).__name__ != "PanicException":
            raise
        return _give_up(refused="workbook_damaged")
    return 0


def _be_expendable() -> None:
    """Hold no more than `MOST_MEMORY`, be the first to go when memory runs out, end with the parent, leave no dump."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
        prctl(SET_DUMPABLE, 0)  # a dump would hold persons


def _give_up(**why: str | int) -> int:
    sys.stdout.write(json.dumps(why))
    return 1


def write_sheets(workbook: Path, folder: Path) -> None:
    """Write each sheet that holds anything.

    Raises:
        python_calamine.CalamineError, XmlError, ZipError, PasswordError, ValueError, or a panic of its: it cannot be
            read.
        OSError: there is no room.
    """
    book = calamine.CalamineWorkbook.from_path(str(workbook))
    for number, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None:
            write_rows(_rows(sheet), folder / f"sheet{number:04}.csv")


def write_rows(rows: Iterable[Sequence[str]], path: Path) -> Path:
    """Rows as CSV, each in a line of its own."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return path


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
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


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
