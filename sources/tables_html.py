"""The rows of the tables in a web page, or in a spreadsheet saved as XML: what systems export as `.xls`."""

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 1024 * 1024
MOST_SPAN: Final = 1_000
"""Columns or rows beyond which a span is a mistake."""

_CHARSET: Final = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_ROWS: Final = ("tr", "row", "ss:row")
_CELLS: Final = ("td", "th", "cell", "ss:cell")


def html_rows(path: Path) -> Iterator[list[str]]:
    """The rows of all tables of a page, in order; a cell that spans several rows says in each what it says.

    Nothing is fetched, no script runs, entities are single characters.
    """
    encoding = _encoding(path)
    parser = _Tables()
    decode = codecs.getincrementaldecoder(encoding)(errors="replace").decode
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            parser.feed(decode(block).replace("\x00", ""))
            yield from parser.take()
    parser.feed(decode(b"", True))
    parser.close()
    yield from parser.take()


def _encoding(path: Path) -> str:
    """By byte order mark, by whether it is UTF-8 throughout, by what the page says; GB 2312 and GBK are GB 18030."""
    with path.open("rb") as stream:
        head = stream.read(BLOCK_BYTES)
        for mark, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if head.startswith(mark):
                return name
        check = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            check.decode(head)
            while block := stream.read(BLOCK_BYTES):
                check.decode(block)
        except UnicodeDecodeError:
            told = _CHARSET.search(head)
            name = told[1].decode("ascii").lower() if told else "gb18030"
            return "big5" if name == "big5" else "gb18030"
    return "utf-8"


class _Tables(HTMLParser):
    """Collects rows; a table inside of a cell is part of its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._depth = 0
        self._below: dict[int, tuple[int, str]] = {}

    def take(self) -> list[list[str]]:
        """The rows that are complete."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" and self._cell is not None:
            self._depth += 1
        if self._depth:
            return
        if tag in _ROWS:
            self._end_row()
            self._row = []
        elif tag in _CELLS:
            self._start_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._depth:
            self._depth -= 1
        elif self._depth:
            return
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _ROWS or tag == "table":
            self._end_row()
            self._below = {} if tag == "table" else self._below

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """What is marked with no known word (`<![重要]>`) shows in no browser; older parsers fail at it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def unknown_decl(self, data: str) -> None:
        """What a spreadsheet saved as XML marks as text (`<![CDATA[…]]>`) is text."""
        kind, _, text = data.partition("[")
        if kind == "CDATA":
            self.handle_data(text)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        """The page is over, whether its table was closed or not."""
        super().close()
        self._end_row()

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        if self._row is None:
            self._row = []
        self._fill_from_above()
        index = _number(attributes.get("ss:index"))
        while index and len(self._row) < index - 1:
            self._row.append("")
        across, down = attributes.get("ss:mergeacross"), attributes.get("ss:mergedown")
        self._span = (
            _number(attributes.get("colspan")) or _number(across) + 1,
            _number(attributes.get("rowspan")) or _number(down) + 1,
        )
        self._cell = []

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text = " ".join("".join(self._cell).replace("\xa0", " ").split())
        for place in range(self._span[0]):
            said = text if place == 0 else ""
            if self._span[1] > 1:
                self._below[len(self._row)] = (self._span[1] - 1, said)
            self._row.append(said)
        self._cell = None

    def _fill_from_above(self) -> None:
        """Cells that reach down from a row above."""
        while self._row is not None and (above := self._below.get(len(self._row))):
            left, text = above
            if left > 1:
                self._below[len(self._row)] = (left - 1, text)
            else:
                del self._below[len(self._row)]
            self._row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._fill_from_above()
            self._done.append(self._row)
        self._row = None


def _number(text: str | None) -> int:
    return min(int(text), MOST_SPAN) if text and text.strip().isdecimal() else 0
