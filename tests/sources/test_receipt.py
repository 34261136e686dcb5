"""Receipts: complete, masked, inert in a spreadsheet, written whole."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sources.heap import Heap
from sources.reading import Reading
from sources.receipt import inert_cell, ReceiptFacts, write_receipt
from sources.tables import ROW_PROBLEMS

FACTS = ReceiptFacts("tax", "tax/个税扣缴_20261101.csv", "ab12cd34" * 8, 99, "accepted", "2026-11-01")


def problems(*lines: tuple[int, str | None, str, str | None]) -> Heap:
    rows = [(n, n + 1, column, code, value, "机密,原始,行") for n, column, code, value in lines]
    heap = Heap(ROW_PROBLEMS)
    heap.add(
        pa.Table.from_pylist([dict(zip(ROW_PROBLEMS.names, row, strict=True)) for row in rows], schema=ROW_PROBLEMS)
    )
    return heap


READING = Reading(
    problems=problems((3, None, "cells_too_many", None), (7, "name", "person_missing", None)),
    reasons={"cells_too_many": 1, "person_missing": 1},
    value_problems=problems((5, "address", "value_undecodable", "byte 12")),
    encoding="gb18030",
    delimiter=",",
    rows_delivered=10,
    rows_accepted=6,
    rows_quarantined=2,
    rows_non_data=2,
    non_data={"header": 1, "total": 1},
    headers={"name": "=姓名", "address": "住址"},
    unknown_columns=("宗教",),
    warnings=("unknown_column",),
)


def lines_of(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_one_line_for_each_row_in_order(tmp_path: Path) -> None:
    rows, _ = write_receipt(tmp_path / "receipts" / "tax", FACTS, READING)
    assert rows.name == "个税扣缴_20261101.ab12cd34.receipt.csv"
    lines = lines_of(rows)
    assert lines[0] == ["行号", "物理行", "列", "原因代码", "原因", "处理办法", "值(已遮蔽)"]
    assert [line[:4] for line in lines[1:]] == [
        ["3", "4", "", "cells_too_many"],
        ["5", "6", "住址", "value_undecodable"],
        ["7", "8", "'=姓名", "person_missing"],
        ["", "", "", "unknown_column"],
    ]
    assert all(line[4] and line[5] for line in lines[1:])


def test_the_summary(tmp_path: Path) -> None:
    _, summary = write_receipt(tmp_path, FACTS, READING)
    found = json.loads(summary.read_text(encoding="utf-8"))
    assert found["rows"] == {
        "delivered": 10,
        "accepted": 6,
        "repaired": 0,
        "quarantined": 2,
        "non_data": 2,
        "stated": None,
    }
    assert found["quarantined_by_reason"] == {"cells_too_many": 1, "person_missing": 1}
    assert found["columns"]["unknown"] == ["宗教"]
    assert (found["status"], found["encoding"], found["delimiter"]) == ("accepted", "gb18030", ",")


def test_raw_rows_never_leave(tmp_path: Path) -> None:
    for path in write_receipt(tmp_path, FACTS, READING):
        assert "机密" not in path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("facts", "reading", "reason_code"),
    [
        (
            replace(FACTS, status="refused"),
            Reading(refused_reason="columns_missing", missing_columns=("姓名",)),
            "columns_missing",
        ),
        (replace(FACTS, status="refused", reason_code="file_symlink", sha256=None), None, "file_symlink"),
        (
            replace(FACTS, status="duplicate", reason_code="file_duplicate", first_file="tax/a.csv"),
            None,
            "file_duplicate",
        ),
        (replace(FACTS, status="duplicate", reason_code=None), None, "file_duplicate"),
        (replace(FACTS, status="refused", reason_code="something_new"), None, "something_new"),
    ],
)
def test_files_that_were_not_taken_get_one_too(
    tmp_path: Path, facts: ReceiptFacts, reading: Reading | None, reason_code: str
) -> None:
    rows, summary = write_receipt(tmp_path, facts, reading)
    line = lines_of(rows)[1]
    assert line[3] == reason_code
    assert line[4].startswith("整个文件：")
    found = json.loads(summary.read_text(encoding="utf-8"))
    assert (found["status"], found["reason_code"]) == (facts.status, reason_code)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "  =1", "\u3000=1", "|calc"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert inert_cell(cell) == f"'{cell}"


def test_plain_cells_stay() -> None:
    assert [inert_cell(cell) for cell in ("", "王**", "370***", "3")] == ["", "王**", "370***", "3"]


def test_a_wide_blank_in_a_name_stays_and_what_hides_text_goes(tmp_path: Path) -> None:
    _, summary = write_receipt(tmp_path, replace(FACTS, file="tax/全　角\u202e.csv"), READING)
    assert json.loads(summary.read_text(encoding="utf-8"))["file"] == "tax/全　角\ufffd.csv"


@pytest.mark.parametrize(
    "file",
    [
        "tax/..\\..\\evil.csv",
        "tax/../../evil.csv",
        "=cmd|' /C calc'!A0.csv",
        "a\n\u202eb\udcd5.csv",
        "tax/" + "长" * 300 + ".csv",
        "...",
    ],
)
def test_names_of_receipts_are_harmless(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "receipts"
    rows, summary = write_receipt(folder, replace(FACTS, file=file), READING)
    assert {path.parent for path in (rows, summary)} == {folder}
    assert len(rows.name.encode()) < 255
    assert rows.name[0] not in ".=-+@"
    assert sorted(folder.iterdir()) == sorted([rows, summary, rows.with_suffix(".html")])
    json.loads(summary.read_text(encoding="utf-8"))


def test_the_page_tells_the_same_and_nothing_else_loads(tmp_path: Path) -> None:
    rows, _ = write_receipt(tmp_path, replace(FACTS, file="tax/<b>扣缴</b>.csv", rows_repaired=2), READING)
    page = rows.with_suffix(".html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page and "<script" not in page and "<b>扣缴" not in page
    assert all(line[5] in page for line in lines_of(rows)[1:])  # what to do about each
    assert "机密" not in page


def test_the_page_of_a_file_that_was_not_taken_says_why(tmp_path: Path) -> None:
    rows, _ = write_receipt(tmp_path, replace(FACTS, status="refused", reason_code="file_empty"))
    page = rows.with_suffix(".html").read_text(encoding="utf-8")
    assert 'class="status refused"' in page and "没有任何内容" in page
