"""Compressed files, workbooks and web pages are read as the text that is in them; what cannot be is refused by name."""

import gzip
import io
import itertools
import signal
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import Mock
from xml.sax.saxutils import escape

import pytest

from sources import sheets, unpack
from sources.errors import WorkbookReaderError
from sources.reading import read_delivery
from sources.sheets import cell_text
from sources.unpack import clear_workspace, plain_name, unpacked
from tests.sources.test_reading import CONTRACT

XLS = Path(__file__).with_name("data") / "angler.xls"
HEADER = ["证号", "姓名", "身份证号", "住址"]
ROWS = [["A1", "王芳", "370114199001010014", "一号"], ["A2", "李明", "", "二号"]]
TEXT = "\n".join(",".join(row) for row in [HEADER, *ROWS]) + "\n"
NAME = "钓鱼证_20261101"


def column(number):
    return chr(ord("A") + number)


SCHEMAS = "http://schemas.openxmlformats.org"
MAIN, RELATIONS = f"{SCHEMAS}/spreadsheetml/2006/main", f"{SCHEMAS}/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = (
    f'<Types xmlns="{SCHEMAS}/package/2006/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{{}}</Types>'
)


def related(**targets):
    parts = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships">{parts}</Relationships>'


def workbook(*sheets, merged=()):
    """An .xlsx file; a sheet is a list of rows of texts."""
    out = io.BytesIO()
    numbers = range(1, len(sheets) + 1)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        part = '<Override PartName="/xl/worksheets/sheet{}.xml" ContentType="{}.worksheet+xml"/>'
        packed.writestr("[Content_Types].xml", TYPES.format("".join(part.format(n, KIND) for n in numbers)))
        packed.writestr("_rels/.rels", related(r=("officeDocument", "xl/workbook.xml")))
        names = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>'
        )
        targets = {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}
        packed.writestr("xl/_rels/workbook.xml.rels", related(**targets))
        for n, rows in zip(numbers, sheets, strict=True):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", worksheet(rows, merged))
    return out.getvalue()


def worksheet(rows, merged):
    lines = ""
    for r, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{column(c)}{r}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            for c, value in enumerate(row)
            if value
        )
        lines += f'<row r="{r}">{cells}</row>' if cells else ""
    joined = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    tail = f'<mergeCells count="{len(merged)}">{joined}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData>{tail}</worksheet>'


def archive(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def read(tmp_path, content, name):
    path = tmp_path / "delivered"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    workspace = tmp_path / "work"
    workspace.mkdir(exist_ok=True)
    reading = read_delivery(path, name, CONTRACT, workspace=workspace)
    assert list(workspace.iterdir()) == []
    return reading


def page(table):
    return f"<html><head><meta charset='utf-8'></head><body>{table}</body></html>"


def table(rows):
    return (
        "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    )


@pytest.mark.parametrize(
    ("suffix", "content", "encoding"),
    [
        (".txt", TEXT, "utf-8"),
        (".csv.gz", gzip.compress(TEXT.encode("gb18030")), "gb18030"),
        (".zip", archive(**{"a.csv": TEXT}), "utf-8"),
        (".zip", archive(**{"folder/a.txt": TEXT, "__MACOSX/a.txt": b"x", "folder/.DS_Store": b"x"}), "utf-8"),
        (".xlsx", workbook([HEADER, *ROWS]), "workbook"),
        (".xlsx", workbook([["说明"]], [HEADER, *ROWS], []), "workbook"),
        (".xlsx.gz", gzip.compress(workbook([HEADER, *ROWS])), "workbook"),
        (".xls", page(table([HEADER, *ROWS])), "html"),
        (".xls", page(table([HEADER, *ROWS])).encode("gb18030"), "html"),
        (".xls", page(table([HEADER, *ROWS])).encode("utf-16"), "html"),
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_rows_are_read_whatever_they_come_in(tmp_path, suffix, content, encoding):
    reading = read(tmp_path, content, NAME + suffix)
    assert (reading.refused_reason, reading.encoding) == (None, encoding)
    assert reading.rows.read_all()["name"].to_pylist() == ["王芳", "李明"]
    assert reading.rows.read_all()["row_number"].to_pylist() == [1, 2]
    assert (reading.rows_delivered, reading.rows_accepted, reading.warnings) == (3, 2, ())


def test_an_old_workbook_is_read_and_a_destroyed_number_shows(tmp_path):
    reading = read(tmp_path, XLS.read_bytes(), "钓鱼证_1.xls")
    assert reading.rows.read_all()["name"].to_pylist() == ["王芳", "李明"]
    assert reading.rows.read_all()["citizen_id"].to_pylist() == ["370114199001010014", "3.70114199203040E+17"]
    assert reading.rows.read_all()["line_number"].to_pylist() == [4, 5]


def test_rows_keep_their_numbers_in_the_sheet(tmp_path):
    rows = [[], ["", "钓鱼证名册"], [], ["", *HEADER], ["", *ROWS[0]], [], ["", *ROWS[1]], ["", "合计", "2"]]
    reading = read(tmp_path, workbook(rows), "钓鱼证_1.xlsx")
    assert reading.rows.read_all()["line_number"].to_pylist() == [5, 7]
    assert (reading.rows_delivered, reading.rows_accepted, sum(reading.non_data.values())) == (8, 2, 6)


def test_cells_merged_downwards_count_for_each_row(tmp_path):
    rows = [["证号", "姓名", "住址"], ["A1", "王芳", "一号"], ["A2", "李明", ""], ["A3", "赵六", ""]]
    reading = read(tmp_path, workbook(rows, merged=["C2:C4"]), "钓鱼证_1.xlsx")
    assert reading.rows.read_all()["address"].to_pylist() == ["一号"] * 3
    spanned = "<table><tr><td>证号<td>姓名<td>住址<tr><td>A1<td>王芳<td rowspan=2>一<br>号<tr><td>A2<td>李明</table>"
    assert read(tmp_path, page(spanned), "钓鱼证_1.xls").rows.read_all()["address"].to_pylist() == ["一 号"] * 2


@pytest.mark.parametrize("cell", ["<![重要]>", "<![", "<![endif]>", "<!重要>"])
def test_what_a_browser_does_not_show_hurts_no_row(tmp_path, cell):
    reading = read(tmp_path, page(table([HEADER, [f"A1{cell}", *ROWS[0][1:]], ROWS[1]])), "钓鱼证_1.xls")
    assert reading.rows.read_all()["licence_no"].to_pylist() == ["A1", "A2"]


def test_text_that_xml_marks_as_such_is_text(tmp_path):
    told = ["A1", "王<芳>", "[一号]"]
    rows = [["证号", "姓名", "住址"], [f"<Data ss:Type='String'><![CDATA[{text}]]></Data>" for text in told]]
    sheet = "".join(f"<Row>{''.join(f'<Cell>{cell}</Cell>' for cell in row)}</Row>" for row in rows)
    read_rows = read(tmp_path, f"<?xml version='1.0'?><Table>{sheet}</Table>".encode(), "钓鱼证_1.xls").rows.read_all()
    assert [read_rows[name][0].as_py() for name in ("licence_no", "name", "address")] == told


def test_a_span_that_is_no_number_is_none(tmp_path):
    spanned = "<table><tr><td>证号<td>姓名<tr><td colspan='²'>A1<td>王芳</table>"
    assert read(tmp_path, page(spanned), "钓鱼证_1.xls").rows.read_all()["name"].to_pylist() == ["王芳"]


def test_a_header_of_two_rows_with_merged_names(tmp_path):
    rows = [["证号", "持证", "", "住址"], ["", "人", "身份证号", ""], ["A1", "王芳", "", "一号"]]
    reading = read(tmp_path, workbook(rows, merged=["A1:A2", "D1:D2"]), "钓鱼证_1.xlsx")
    assert reading.rows.read_all()["name"].to_pylist() == ["王芳"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (archive(**{"a.csv": TEXT, "b.csv": TEXT}), "archive_several"),
        (archive(**{"a.zip": archive(**{"a.csv": TEXT})}), "archive_nested"),
        (gzip.compress(gzip.compress(TEXT.encode())), "archive_nested"),
        (archive(), "file_empty"),
        (archive(**{"folder/": b""}), "file_empty"),
        (gzip.compress(TEXT.encode())[:-12], "archive_damaged"),
        (archive(**{"a.csv": TEXT})[:-30], "archive_damaged"),
        (gzip.compress(TEXT.encode())[:20] + b"\xff" * 40, "archive_damaged"),
        (workbook([HEADER, *ROWS])[:400], "workbook_damaged"),
        (workbook([HEADER, *ROWS])[:400] + workbook([HEADER, *ROWS])[-22:], "workbook_damaged"),
        (workbook([HEADER, *ROWS], [HEADER, *ROWS]), "sheets_several"),
        (workbook([]), "file_empty"),
        (XLS.read_bytes()[:700], "workbook_damaged"),
        (page("<p>请登录</p>"), "not_csv_html"),
        (page(table([HEADER, [f"&#{'9' * 5_000};", "王芳"]])), "not_csv_html"),
        (b"\xef\xbb\xbf  <!-- saved --><html>", "not_csv_html"),
        (b"<?xml version='1.0'?><a>1</a>", "not_csv_html"),
        (gzip.compress(b"%PDF-1.7\n"), "not_csv_pdf"),
    ],
    ids=map(str, itertools.count()),  # the bytes hold the time
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(tmp_path, content, reason):
    assert read(tmp_path, content, NAME + ".zip").refused_reason == reason


def test_an_old_workbook_cut_off_anywhere_is_refused(tmp_path):
    content = XLS.read_bytes()
    reasons = {
        read(tmp_path, content[:end], "钓鱼证_1.xls").refused_reason for end in range(600, len(content) - 1_000, 400)
    }
    assert reasons == {"workbook_damaged"}


def test_an_old_workbook_that_asks_for_all_memory_ends_no_more_than_its_reader(tmp_path):
    content = bytearray(XLS.read_bytes())
    content[1649] = 127
    assert read(tmp_path, bytes(content), "钓鱼证_1.xls").refused_reason == "workbook_damaged"


@pytest.mark.parametrize(
    ("ended", "error"),
    [
        (CompletedProcess([], 1, b'{"errno": 28}'), OSError),
        (CompletedProcess([], 1, b""), WorkbookReaderError),
        (CompletedProcess([], -signal.SIGTERM, b""), WorkbookReaderError),
        (PermissionError(), WorkbookReaderError),
    ],
)
def test_what_is_no_fault_of_the_workbook_does_not_refuse_it(tmp_path, monkeypatch, ended, error):
    monkeypatch.setattr(unpack.subprocess, "run", Mock(side_effect=[ended]))
    with pytest.raises(error):
        read(tmp_path, XLS.read_bytes(), "钓鱼证_1.xls")


def test_a_reader_may_hold_no_more_than_its_user_may(tmp_path):
    command = f"ulimit -v 4000000; {sys.executable} -P {sheets.__file__} {XLS} {tmp_path}"
    assert subprocess.run(["sh", "-c", command], check=True, capture_output=True).stderr == b""
    assert (tmp_path / "sheet0000.csv").stat().st_size


def test_an_archive_whose_names_are_not_what_they_are_said_to_be_is_refused(tmp_path):
    bent = archive(**{"表.csv": TEXT}).replace("表".encode(), b"\xa6\xa6\xa6")
    assert read(tmp_path, bent, NAME + ".zip").refused_reason == "archive_damaged"


def test_a_locked_archive_is_refused(tmp_path):
    locked = bytearray(archive(**{"a.csv": TEXT}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert read(tmp_path, bytes(locked), NAME + ".zip").refused_reason == "archive_encrypted"


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: archive(**{"a.csv": data})])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(unpack, "FREE_BYTES", 2_000_000)
    assert read(tmp_path, pack(b"0" * 30_000_000), NAME + ".zip").refused_reason == "archive_bomb"


def test_a_heading_may_begin_like_an_archive(tmp_path):
    reading = read(tmp_path, "PKID," + TEXT.replace("\nA", "\n1,A"), NAME + ".csv")
    assert (reading.refused_reason, reading.unknown_columns, reading.rows_accepted) == (None, ("PKID",), 2)


def test_names_in_an_archive_lead_nowhere(tmp_path):
    reading = read(tmp_path, archive(**{"../../etc/passwd": TEXT}), NAME + ".zip")
    assert reading.rows_accepted == 2 and sorted(p.name for p in tmp_path.iterdir()) == ["delivered", "work"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (370114.0, "370114"),
        (12.5, "12.5"),
        (330106199001011234.0, "3.30106199001011E+17"),
        (True, "TRUE"),
        (None, ""),
        (datetime(2026, 11, 1), "2026-11-01"),  # noqa: DTZ001 - a sheet knows no zones
        (datetime(2026, 11, 1, 8, 30), "2026-11-01 08:30:00"),  # noqa: DTZ001
        (date(2026, 11, 1), "2026-11-01"),
        ("一\n二", "一 二"),
    ],
)
def test_cells_say_what_the_sheet_shows(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize("name", ["a.csv", "a.CSV.gz", "x/a.xlsx", "a.txt", "a.xls.zip"])
def test_contracts_know_files_by_their_plain_name(name):
    assert plain_name(name) == "a.csv"


def test_what_a_killed_run_left_is_cleared(tmp_path):
    (tmp_path / "unpacked-x").mkdir()
    (tmp_path / "unpacked-x" / "data").write_text("x")
    clear_workspace(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_plain_file_is_not_copied(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    with unpacked(path) as parts:
        assert parts == ((None, path),)
