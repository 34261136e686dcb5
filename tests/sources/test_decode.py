"""Encodings found by trial, damage named by line and byte."""

import codecs
from pathlib import Path

import pytest

from sources import decode
from sources.decode import Decoder, sniff
from sources.errors import DeliveryRefusedError

TEXT = (
    "登记编号,姓名,现住址\r\nLD1,佐合拉·巴合提,明水街道龙泉社区\r\nLD2,王\U00020164,双山街道\r\nLD3,䶮堃,枣园街道\r\n"
)


def decoded(tmp_path: Path, content: bytes) -> tuple[str, Decoder]:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    decoder = Decoder(path)
    return "".join(line for block in decoder.blocks() for line in block), decoder


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (("1234,5678\r\n" * 9 + TEXT).encode("utf-16-le"), "utf-16-le"),
        (("1234,5678\r\n" * 9 + TEXT).encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32-le"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, encoding: str) -> None:
    text, decoder = decoded(tmp_path, content)
    assert text.endswith(TEXT)
    assert decoder.encoding == encoding
    assert not decoder.damaged


def test_middle_dot_is_never_katakana(tmp_path: Path) -> None:
    text, _ = decoded(tmp_path, b"\xd7\xf4\xba\xcf\xc0\xad\xa1\xa4\xb0\xcd,\r\n")
    assert text[3] == "\u00b7"


@pytest.mark.parametrize("name", ["联通", "张三", "王堃", "刘洋"])
def test_two_characters_of_gb_are_not_taken_for_utf_8(tmp_path: Path, name: str) -> None:
    text, decoder = decoded(tmp_path, f"XM\r\n{name}\r\n".encode("gb18030"))
    assert text == f"XM\r\n{name}\r\n"
    assert decoder.encoding == "gb18030"


def test_halves_in_different_encodings(tmp_path: Path) -> None:
    for first, second in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        text, decoder = decoded(tmp_path, (TEXT * 3).encode(first) + TEXT.encode(second))
        assert text == TEXT * 4
        assert decoder.encoding == f"{first}+{second}"


def test_lines_in_alternating_encodings(tmp_path: Path) -> None:
    lines = [f"{n},济南市章丘区明水街道{n}号\n" for n in range(20)]
    content = b"".join(line.encode("utf-8" if n % 2 else "gb18030") for n, line in enumerate(lines))
    text, decoder = decoded(tmp_path, content)
    assert text == "".join(lines)
    assert not decoder.damaged


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_damaged_line_is_named_and_the_others_survive(tmp_path: Path, encoding: str) -> None:
    lines = [f"{n},山东省济南市章丘区{n}号\r\n".encode(encoding) for n in range(9)]
    before = sum(map(len, lines[:4]))
    lines[4] = b"4,\xff" + lines[4][2:]
    text, decoder = decoded(tmp_path, b"".join(lines))
    assert decoder.damaged == {5: before + 2}
    assert decoder.encoding == encoding
    assert text.count("\ufffd") == 1
    assert text.count("山东省济南市章丘区") == 9


@pytest.mark.parametrize("tail", [b"\x81", b"\x81\x30", b"\x81\x30\x81", b"\xd5"])
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\n"])
def test_half_a_character_takes_no_line_end_with_it(tmp_path: Path, tail: bytes, end: bytes) -> None:
    text, decoder = decoded(tmp_path, TEXT.encode("gb18030") + tail + end)
    assert text.startswith(TEXT)
    assert text.endswith(end.decode())
    assert list(decoder.damaged) == [5]
    assert decoder.line_count == 5
    assert decoder.ends_with_newline is bool(end)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\rc,d\r", "a,b\nc,d\n"),
        (b"a,b\r\r\nc,d\r\r\n", "a,b\r\nc,d\r\n"),
        (b"a,b\rc\nd,e\n", "a,b c\nd,e\n"),
        (b"a,b\nc,d\n\x1a", "a,b\nc,d\n"),
        ("a,b\n\ufeff姓名,d\n".encode(), "a,b\n姓名,d\n"),
        ("上海,b\rc,d\r".encode("utf-16"), "上海,b\nc,d\n"),
        (b"a,b\nc,d\n" + b"\0" * 50, "a,b\nc,d\n" + "\ufffd" * 50),
    ],
)
def test_line_ends_and_stray_marks(tmp_path: Path, content: bytes, expected: str) -> None:
    assert decoded(tmp_path, content)[0] == expected


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_zeros(tmp_path: Path, encoding: str) -> None:
    text = "编号,名称\n" + "".join(f"{n},第一中学,370114199001011234\n" for n in range(20))
    assert decoded(tmp_path, text.encode(encoding))[0] == text


def test_a_last_line_without_end_stands_in_the_first_block(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes("标题\n证号,姓名".encode())
    assert next(Decoder(path).blocks()) == ["标题\n", "证号,姓名"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_block_size_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    content = (TEXT * 5).encode(encoding)
    if encoding == "gb18030":
        content += b"9,\xff\xb0\xa1\n"
    whole = decoded(tmp_path, content)
    for size in (1, 7, 64):
        monkeypatch.setattr(decode, "BLOCK_BYTES", size)
        text, decoder = decoded(tmp_path, content)
        assert text == whole[0]
        assert decoder.damaged == whole[1].damaged
        assert decoder.encoding == whole[1].encoding


@pytest.mark.parametrize(
    ("head", "reason_code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n \t\n", "file_empty"),
        (b"\0" * 512, "file_empty"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "not_csv_compressed"),
        (b"%PDF-1.7\n", "not_csv_pdf"),
        (bytes(range(256)) * 4, "not_csv_binary"),
    ],
)
def test_what_is_no_text_is_refused(head: bytes, reason_code: str) -> None:
    with pytest.raises(DeliveryRefusedError) as refusal:
        sniff(head)
    assert refusal.value.reason_code == reason_code
