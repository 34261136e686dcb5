"""Bytes → physical lines of text, with what could not be decoded named by line and byte.

Here: which encoding a file has (found by trial, piece by piece, since exports get concatenated), the round
trip that proves it. Not here: files that are no text (`sources.sniff`), what a line means (`sources.rows`).

GB2312 and GBK are always widened to GB18030: Python's `gb2312` codec turns the middle dot A1A4 of minority
names into U+30FB, `gb18030` keeps U+00B7. Its codec follows GB 18030-2005, so some two-byte codes give
private-use characters; `sources.standards.characters` maps those.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sources.sniff import HEAD_BYTES, sniff, Sniffed

BLOCK_BYTES = 4 * 1024 * 1024
LONGEST_LINE_BYTES = 32 * 1024 * 1024

_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){4}")
_UTF8_MARKERS = tuple(character.encode() for character in "号市女男名一")
_CJK_OR_LATER = re.compile("[\u0800-\U0010ffff]")
_LATIN_1 = re.compile("[\u0080-\u00ff]")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_DOUBLED_RETURN = re.compile(r"\r\r+\n")


class Decoder:
    """Decodes one file in blocks of whole lines; afterwards `encoding`, `damaged` tell how it went.

    Each piece of a block is taken as UTF-8 or as GB18030, whichever decodes strictly and encodes back to
    the same bytes; where neither does, the piece is halved, down to single lines. A single line that
    still fails is decoded with U+FFFD for each bad byte and named in `damaged`.
    """

    def __init__(self, path: Path) -> None:
        """Look at the first bytes. Raises DeliveryRefusedError as `sniff` does."""
        self.path = path
        with path.open("rb") as stream:
            self.sniffed = sniff(stream.read(HEAD_BYTES))
        self.damaged: dict[int, int] = {}
        """Physical line → offset in the file of its first bad byte (UTF-16: in the text as UTF-8), until taken out."""
        self.ends_with_newline = True
        self.line_count = 0
        self._primary: str | None = "utf-8" if self.sniffed.marked else None
        self._bytes_by_encoding: Counter[str] = Counter()
        self._block_offset = self.sniffed.mark_bytes

    @property
    def encoding(self) -> str:
        """The encodings met, that of most bytes first, such as `utf-8`, `gb18030`, `gb18030+utf-8`."""
        found = [name for name, _ in self._bytes_by_encoding.most_common()] or [self._primary or "utf-8"]
        if self.sniffed.marked:
            found = [self.sniffed.marked, *(name for name in found if name != "utf-8")]
        return "+".join(found)

    def blocks(self) -> Iterator[list[str]]:
        """The file's physical lines with their line ends, some megabytes at a time."""
        with self.path.open("rb") as stream:
            stream.seek(self.sniffed.mark_bytes)
            pieces = _line_blocks(_as_utf8(stream, self.sniffed), self.sniffed.line_end)
            for block in pieces:
                if self.sniffed.line_end == b"\r":
                    block = block.replace(b"\r", b"\n")
                text = _with_plain_line_ends(self._decode(block, 0, block))
                lines = list(io.StringIO(text, newline="\n"))
                self.ends_with_newline = block.endswith(b"\n")
                self.line_count += len(lines)
                self._block_offset += len(block)
                yield lines

    def _decode(self, piece: bytes, start: int, block: bytes) -> str:
        """Decode the part of a block that begins at `start`; see the class."""
        if (text := self._strictly(piece)) is not None:
            return text
        cut = piece.find(b"\n", len(piece) // 2, len(piece) - 1) + 1 or piece.rfind(b"\n", 0, len(piece) // 2) + 1
        if cut:
            return self._decode(piece[:cut], start, block) + self._decode(piece[cut:], start + cut, block)
        return self._damaged_line(piece, start, block)

    def _strictly(self, piece: bytes) -> str | None:
        """The text of a piece that is wholly UTF-8 or wholly GB18030, else None."""
        if b"\0" in piece:
            return None
        if piece.isascii():
            return piece.decode("ascii")
        if self._primary is None:
            self._primary = _prevailing(piece)
        text = _decoded(piece, "utf-8")
        if text is not None and (self._primary == "utf-8" or _CJK_OR_LATER.search(text)):
            return self._counted(piece, text, "utf-8")
        text = _decoded(piece, "gb18030")
        if text is None or text.encode("gb18030") != piece:
            return None
        if (self._primary == "gb18030" and _is_one_line(piece)) or not _holds_utf8(piece):
            return self._counted(piece, text, "gb18030")
        return None

    def _counted(self, piece: bytes, text: str, encoding: str) -> str:
        self._bytes_by_encoding[encoding] += len(piece)
        return text

    def _damaged_line(self, piece: bytes, start: int, block: bytes) -> str:
        encoding = "utf-8" if self._primary == "utf-8" or _UTF8_RUN.search(piece) else "gb18030"
        try:
            piece.decode(encoding)
            first = max(piece.find(b"\0"), 0)
        except UnicodeDecodeError as error:
            first = error.start
        self.damaged[self.line_count + block.count(b"\n", 0, start) + 1] = self._block_offset + start + first
        body = piece.rstrip(b"\r\n")  # apart, since half a GB18030 character would take the line end with it
        return body.decode(encoding, "replace").replace("\0", "\ufffd") + piece[len(body) :].decode("ascii")


def is_taken_for_gb18030(lines: Iterable[str]) -> bool:
    """Whether text decoded as GB18030 was written in another double-byte encoding (Big5, Shift-JIS).

    Nearly every pair of bytes is some character of GB18030; but of the characters in use, simplified ones stand in
    GB2312 and traditional ones in Big5, while half of those that come out by mistake stand in neither.
    """
    pairs = [c for line in lines for c in line if c > "\x7f" and len(c.encode("gb18030")) == 2]
    odd = sum(not (c.encode("gb2312", "ignore") or c.encode("big5", "ignore")) for c in pairs)
    return odd * 10 > max(len(pairs), 50)


def _prevailing(piece: bytes) -> str:
    """UTF-8 or GB18030, by the first lines of a block that are not plain ASCII."""
    lines = [line for line in piece[:HEAD_BYTES].split(b"\n")[:200] if not line.isascii()]
    votes = sum(1 if _is_likely_utf8(_decoded(line, "utf-8") or "") else -1 for line in lines)
    return "utf-8" if votes > 0 else "gb18030" if lines else _prevailing_of_long_line(piece)


def _is_likely_utf8(text: str) -> bool:
    """Chinese, or many accented letters (Chinese that was spoilt before); few could be GBK by chance (联通)."""
    return _CJK_OR_LATER.search(text) is not None or len(_LATIN_1.findall(text)) > 8


def _prevailing_of_long_line(piece: bytes) -> str:
    return "utf-8" if _decoded(piece, "utf-8") is not None else "gb18030"


def _decoded(piece: bytes, encoding: str) -> str | None:
    try:
        return piece.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_one_line(piece: bytes) -> bool:
    return piece.find(b"\n", 0, len(piece) - 1) < 0


def _holds_utf8(piece: bytes) -> bool:
    """Whether lines in UTF-8 may hide in a piece: as GB18030 they might decode, into other characters."""
    if len(piece) <= 2 * HEAD_BYTES:
        return _UTF8_RUN.search(piece) is not None
    ends = _UTF8_RUN.search(piece, 0, HEAD_BYTES) or _UTF8_RUN.search(piece, len(piece) - HEAD_BYTES)
    return ends is not None or any(marker in piece for marker in _UTF8_MARKERS)


def _as_utf8(stream: io.BufferedReader, sniffed: Sniffed) -> Iterator[bytes]:
    """The file in chunks: UTF-16 and UTF-32 as UTF-8, with a NUL (a damage mark) for what does not decode."""
    wide = sniffed.marked if sniffed.marked and not sniffed.marked.startswith("utf-8") else None
    decoder = codecs.getincrementaldecoder(wide)("replace") if wide else None
    while chunk := stream.read(BLOCK_BYTES):
        yield decoder.decode(chunk).replace("\ufffd", "\0").encode() if decoder else chunk
    if decoder and (rest := decoder.decode(b"", final=True)):
        yield rest.replace("\ufffd", "\0").encode()


def _line_blocks(chunks: Iterator[bytes], line_end: bytes) -> Iterator[bytes]:
    """Regroup chunks so that each block ends with a line end, the last line joining the block before it.

    A line without end is cut in the end.
    """
    block, rest = b"", b""
    for chunk in chunks:
        lines, found, tail = (rest + chunk).rpartition(line_end)
        if found or len(tail) > LONGEST_LINE_BYTES:
            if block:
                yield block
            block = lines + found if found else tail
        rest = tail if found or len(tail) <= LONGEST_LINE_BYTES else b""
    if block := block + rest.rstrip(b"\x1a"):
        yield block


def _with_plain_line_ends(text: str) -> str:
    """No byte order marks inside, and no carriage return except before a line feed."""
    if "\ufeff" in text:
        text = text.replace("\ufeff", "")
    if text.count("\r") == text.count("\r\n"):
        return text
    return _LONE_RETURN.sub(" ", _DOUBLED_RETURN.sub("\r\n", text))
