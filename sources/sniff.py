"""What the first bytes of a file say: text or not, marked with an encoding or not, ending its lines how.

Here: magic numbers, byte order marks, UTF-16 without one. Not here: which of UTF-8 and GB18030 it is, since
that can change within a file (`sources.decode`).
"""

import codecs
from dataclasses import dataclass

from sources.errors import DeliveryRefusedError

HEAD_BYTES = 64 * 1024

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "not_csv_compressed"),
    (b"Rar!\x1a\x07", "not_csv_compressed"),
    (b"BZh", "not_csv_compressed"),
    (b"\xfd7zXZ\x00", "not_csv_compressed"),
    (b"\x28\xb5\x2f\xfd", "not_csv_compressed"),
    (b"%PDF-", "not_csv_pdf"),
    (b"\x89PNG", "not_csv_binary"),
    (b"\xff\xd8\xff", "not_csv_binary"),
    (b"\x7fELF", "not_csv_binary"),
    (b"PAR1", "not_csv_binary"),
    (b"SQLite format 3\x00", "not_csv_binary"),
)
"""First bytes of what is no text, nor was made text by `sources.unpack` → reason code."""

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(range(9)) + bytes(range(14, 26)) + bytes(range(27, 32)) + b"\x0b"


FEW_CONTROLS = 8
"""Control characters that any text may hold, however short it is."""


@dataclass(frozen=True)
class Sniffed:
    """What the first bytes of a file say: its byte order mark's encoding (else None), and its line end."""

    marked: str | None
    mark_bytes: int
    line_end: bytes


def sniff(head: bytes) -> Sniffed:
    """Recognise a file by its first bytes.

    Args:
        head: the first `HEAD_BYTES` of the file.

    Raises:
        DeliveryRefusedError: the file is empty or no text (`file_empty`, `not_csv_…`).
    """
    _refuse_other_formats(head)
    marked, mark_bytes = next(((name, len(mark)) for mark, name in _BOMS if head.startswith(mark)), (None, 0))
    wide = marked if marked and not marked.startswith("utf-8") else _unmarked_utf16(head) if marked is None else None
    text = head.rstrip(b"\0")  # a disk that was full may leave zeros at the end
    if wide is None and sum(text.count(control) for control in _CONTROLS) > max(len(text) // 100, FEW_CONTROLS):
        raise DeliveryRefusedError("not_csv_binary")
    plain = head[mark_bytes:].decode(wide, "ignore").encode() if wide else head
    return Sniffed(wide or marked, mark_bytes, b"\r" if b"\r" in plain and b"\n" not in plain else b"\n")


def _refuse_other_formats(head: bytes) -> None:
    if not head.lstrip(b"\xef\xbb\xbf").strip(b" \t\r\n\0\x1a\xff\xfe"):
        raise DeliveryRefusedError("file_empty")
    for magic, reason_code in MAGIC:
        if head.startswith(magic):
            raise DeliveryRefusedError(reason_code)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark shows in the zero high bytes of its digits, commas and line ends.

    Few of its low bytes are zero: only characters such as 一 (U+4E00) have one.
    """
    head = head.rstrip(b"\0")
    even, odd = head[0::2].count(0), head[1::2].count(0)
    many = len(head) // 20
    if odd > many and even * 8 <= odd:
        return "utf-16-le"
    if even > many and odd * 8 <= even:
        return "utf-16-be"
    return None
