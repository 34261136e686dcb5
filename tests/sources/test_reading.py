"""One delivered file: every record is accepted, quarantined with a reason, or named non-data."""

import errno
from pathlib import Path
from typing import Any

import pytest

from sources.contract import Contract
from sources.reading import read_delivery, Reading
from sources.reasons import REASONS

CONTRACT = Contract.model_validate(
    {
        "department": "lakes",
        "title": "湖泊",
        "purpose": "测试",
        "legal_basis": "测试",
        "retention_days": 30,
        "trust": {"name": 50},
        "extracts": [
            {
                "extract": "angler",
                "title": "钓鱼证",
                "files": ["钓鱼证_*.csv"],
                "delivery": {"mode": "full"},
                "natural_key": [["licence_no"]],
                "columns": [
                    {"name": "licence_no", "headers": ["证号"], "required": True},
                    {"name": "name", "headers": ["姓名", "持证人"], "type": "person_name", "required": True},
                    {"name": "citizen_id", "headers": ["身份证号"], "type": "citizen_id"},
                    {"name": "address", "headers": ["住址"], "type": "address"},
                    {"name": "blood_group", "headers": ["血型"], "keep": False},
                ],
                "mentions": [
                    {
                        "role": "self",
                        "attributes": {"name": "name", "citizen_id": "citizen_id", "residence_address": "address"},
                    }
                ],
            },
            {
                "extract": "boat",
                "title": "船只",
                "files": ["船只_*.csv"],
                "delimiter": "；",
                "unknown_columns": "freeze",
                "delivery": {"mode": "full"},
                "natural_key": [["boat_no"]],
                "columns": [
                    {"name": "boat_no", "headers": ["船号"], "required": True},
                    {"name": "owner", "headers": ["船主"], "type": "person_name", "required": True},
                    {"name": "note", "headers": ["备注"]},
                ],
                "mentions": [
                    {"role": "owner", "attributes": {"name": "owner"}, "split": {"separator": "、", "most": 2}}
                ],
            },
        ],
    }
)
OTHER = CONTRACT.model_copy(
    update={
        "department": "rivers",
        "extracts": (
            CONTRACT.extracts[0].model_validate(
                {
                    **CONTRACT.extracts[0].model_dump(),
                    "extract": "rower",
                    "natural_key": [["row_no"]],
                    "columns": [
                        {"name": "row_no", "headers": ["桨号"], "required": True},
                        {"name": "name", "headers": ["桨手"]},
                    ],
                    "mentions": [{"role": "self", "attributes": {"name": "name"}}],
                }
            ),
        ),
    }
)
HEADER = "证号,姓名,身份证号,住址,血型"
GOOD = "D1,张三丰,370114199001011234,明水街道,A"
ROW_2 = "D2,佐合拉·巴合提,,双山街道,B"


def read(tmp_path: Path, content: str | bytes, name: str = "钓鱼证_20261101.csv", **options: Any) -> Reading:
    path = tmp_path / "delivered"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reading = read_delivery(path, name, CONTRACT, **options)
    assert reading.rows_delivered == reading.rows_accepted + reading.rows_quarantined + reading.rows_non_data
    assert set(reading.reasons) | set(reading.warnings) <= REASONS.keys()
    return reading


def accepted(reading: Reading) -> list[tuple[int, int]]:
    rows = reading.rows.read_all()
    return list(zip(rows["row_number"].to_pylist(), rows["line_number"].to_pylist(), strict=True))


def test_a_plain_file(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER}\r\n{GOOD}\r\n{ROW_2}\r\n")
    assert reading.rows.read_all().to_pylist()[1] == {
        "row_number": 2,
        "line_number": 3,
        "licence_no": "D2",
        "name": "佐合拉·巴合提",
        "citizen_id": None,
        "address": "双山街道",
    }
    assert reading.extract is CONTRACT.extracts[0]
    assert (reading.encoding, reading.delimiter, reading.warnings) == ("utf-8", ",", ())
    assert reading.headers["name"] == "姓名"
    assert reading.non_data == {"header": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_rows(tmp_path: Path, encoding: str, line_end: str) -> None:
    content = line_end.join([HEADER, GOOD, ROW_2, "D3,王\U00020164,,,", ""])
    reading = read(tmp_path, content.encode(encoding))
    assert reading.rows.read_all()["name"].to_pylist() == ["张三丰", "佐合拉·巴合提", "王\U00020164"]
    assert accepted(reading) == [(1, 2), (2, 3), (3, 4)]


def test_header_only_is_an_accepted_empty_delivery(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER + "\r\n")
    assert (reading.refused_reason, reading.rows_delivered, reading.rows_accepted) == (None, 1, 0)


@pytest.mark.parametrize(("encoding", "reason_code"), [("gb18030", None), ("big5", "encoding_unknown")])
def test_big5_is_not_taken_for_gb18030(tmp_path: Path, encoding: str, reason_code: str | None) -> None:
    content = "證號,ID,XM\n" + "D1,張三豐,濟南市章丘區明水街道龍泉社區\n" * 4
    contract = CONTRACT.model_dump()
    contract["extracts"][0]["columns"][0]["headers"] = ["ID"]
    contract["extracts"][0]["columns"][1]["headers"] = ["XM"]
    path = tmp_path / "delivered"
    path.write_bytes(content.encode(encoding))
    reading = read_delivery(path, "钓鱼证_20261101.csv", Contract.model_validate(contract))
    assert reading.refused_reason == reason_code


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("", "blank"),
        (",,,,", "empty"),
        ("  ,\u3000,,,", "empty"),
        (HEADER, "header"),
        ("证号,持证人,身份证号,住址,血型", "header"),
        ("合计,2,,,", "total"),
        ("合 计：2人,,,,", "total"),
        (",小计,2,,", "total"),
        (",石埠村小计,2,,", "total"),
        ("应保户合计,2,,,", "total"),
        (",合計,2,,", "total"),
        ("总计", "total"),
        ("合计（人）,2,,,", "total"),
        ("全部合计：,2,,,", "total"),
        ("TOTAL,2,,,", "total"),
        ("总记录数：2", "total"),
        ("共有 2 条记录", "footer"),
        ("已选择2行。", "footer"),
        ("（2 行受影响）", "footer"),
        ("2 rows selected.", "footer"),
        ("填报日期：2026年11月1日", "footer"),
        ("注：数据截至2026年10月31日", "footer"),
        ("（盖章）", "footer"),
        ("--------------------", "footer"),
        ("制表人：某某,,审核人：某某,,", "footer"),
        ("共 2 条", "footer"),
        ("（完）,,,,", "footer"),
        ("第 1 页/共 3 页,,,,", "footer"),
        ("钓鱼证登记表,,,,", "title"),
    ],
)
def test_records_that_are_no_data(tmp_path: Path, line: str, kind: str) -> None:
    reading = read(tmp_path, f"钓鱼证登记表,,,,\n{HEADER}\n{GOOD}\n{line}\n{ROW_2}\n")
    counted = 0 if kind == "blank" else 1
    assert accepted(reading) == [(1, 3), (2 + counted, 5)]
    assert reading.non_data[kind] == 1 + (kind in ("header", "title"))
    assert reading.rows_quarantined == 0
    assert "trailer_count_differs" not in reading.warnings


@pytest.mark.parametrize(
    ("line", "differs"),
    [("合计,3", True), ("合计,2", False), ('"共1,002条"', True), ("小计,1", False), ("总记录数：5", True)],
)
def test_a_stated_count_is_compared(tmp_path: Path, line: str, differs: bool) -> None:
    reading = read(tmp_path, f"{HEADER}\n{GOOD}\n{ROW_2}\n{line}\n")
    assert ("trailer_count_differs" in reading.warnings) is differs


@pytest.mark.parametrize(
    ("line", "reason_code", "column"),
    [
        ("D9,李四,东,,明水,A", "cells_too_many", None),
        ("D9,李四,东,,明水,", "cells_too_many", None),
        ("D9,李四,", "cells_too_few", None),
        ('D9,"李四,明水,A', "quote_unclosed", None),
        ("D9,,,明水街道,A", "person_missing", "name"),
        ("D9,不详,/,明水街道,A", "person_missing", "name"),
        (",测试,111111111111111111,,", "test_record", "name"),
        ("D9,测试用户2,370114199001011234,明水街道,A", "test_record", "name"),
        (",张三,111111111111111111,,", "test_record", "citizen_id"),
        ("D9,é\u0094\u0099è¯¯,370114199001011234,,", "mojibake", "name"),
        ("D9,锟斤拷,370114199001011234,,", "mojibake", "name"),
        ("D9,???,,明水街道,A", "mojibake", "name"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path: Path, line: str, reason_code: str, column: str | None) -> None:
    reading = read(tmp_path, f"{HEADER}\n{GOOD}\n{line}\n{ROW_2}\n")
    problem = reading.problems.read_all().to_pylist()[0]
    assert reading.reasons == {reason_code: 1}
    assert (problem["row_number"], problem["line_number"], problem["column_name"]) == (2, 3, column)
    assert problem["raw_row"] == line
    assert accepted(reading) == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    "line",
    [
        "D9,,370114199001011234,,",
        "D9,张?,,,",
        "D9,测绘,,,",
        "D9,André·Müller,,,",
        'D9,"李 ""四""",,"甲,乙\n丙",A',
        "D9,合力,370114199001011234,合计路1号,A",
        "D9,共青,,备注：无,",
    ],
)
def test_rows_that_can_be_used_though_odd(tmp_path: Path, line: str) -> None:
    reading = read(tmp_path, f"{HEADER}\n{line}\n{GOOD}\n")
    assert accepted(reading) == [(1, 2), (2, 3 + line.count("\n"))]


@pytest.mark.parametrize("line", ["D9,李四,3701", "D9", 'D9,李四,,"明水'])
def test_a_file_cut_off_in_its_last_row(tmp_path: Path, line: str) -> None:
    reading = read(tmp_path, f"{HEADER}\n{GOOD}\n{line}")
    assert reading.reasons == {"row_cut_off": 1}
    assert accepted(reading) == [(1, 2)]


def test_a_file_cut_off_within_a_character(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        reading = read(tmp_path, f"{HEADER}\n{GOOD}\nD2,张".encode(encoding)[:-1])
        assert reading.reasons == {"row_cut_off": 1}


def test_a_damaged_name_is_quarantined_a_damaged_address_is_noted(tmp_path: Path) -> None:
    name = (
        f"{HEADER}\n{GOOD}\n".encode("gb18030")
        + b"D2,\xff\xd5\xc5,,\xc3\xf7\xcb\xae,\n"
        + f"{ROW_2}\n".encode("gb18030")
    )
    reading = read(tmp_path, name)
    assert reading.reasons == {"undecodable": 1}
    assert reading.problems.read_all()["value_masked"].to_pylist() == ["byte " + str(name.index(b"\xff\xd5"))]
    assert accepted(reading) == [(1, 2), (3, 4)]
    address = f"{HEADER}\n{GOOD}\nD2,张三,,明水".encode("gb18030") + b"\xff" + f"街道,\n{ROW_2}\n".encode("gb18030")
    reading = read(tmp_path, address)
    assert reading.rows.read_all()["address"].to_pylist()[1] == "明水\ufffd街道"
    assert [
        (p["row_number"], p["reason_code"], p["column_name"]) for p in reading.value_problems.read_all().to_pylist()
    ] == [(2, "value_undecodable", "address")]


def test_too_many_damaged_bytes_spoil_the_row(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER}\n".encode("gb18030") + b"D2,\xd5\xc5\xc8\xfd,," + b"\xff" * 9 + b",\n")
    assert reading.reasons == {"undecodable": 1}


def test_files_of_two_exports_in_two_encodings(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER}\n{GOOD}\n".encode("utf-8-sig") + f"{HEADER}\n{ROW_2}\n".encode("gb18030"))
    assert reading.rows.read_all()["name"].to_pylist() == ["张三丰", "佐合拉·巴合提"]
    assert accepted(reading) == [(1, 2), (3, 4)]
    assert "encoding_mixed" in reading.warnings


def test_dropped_columns_do_not_pass(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER},宗教\n{GOOD},x\n")
    assert "blood_group" not in reading.rows.schema.names
    assert reading.unknown_columns == ("宗教",)
    assert reading.warnings == ("unknown_column",)


def test_columns_in_another_order_and_optional_ones_missing(tmp_path: Path) -> None:
    reading = read(tmp_path, "★ 持证人*,证 号（必填）\n张三,D1\n")
    assert reading.rows.read_all().to_pylist()[0] == {
        "row_number": 1,
        "line_number": 2,
        "licence_no": "D1",
        "name": "张三",
        "citizen_id": None,
        "address": None,
    }


@pytest.mark.parametrize(
    ("header", "row"),
    [(HEADER + ",", GOOD + ","), (HEADER, GOOD + ","), (HEADER, "D1,张三丰,370114199001011234,明水街道")],
)
def test_blank_last_cells_added_or_left_out_throughout(tmp_path: Path, header: str, row: str) -> None:
    reading = read(tmp_path, "\n".join([header, *[row] * 4, ""]))
    assert reading.rows_accepted == 4


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ("D1,张三丰,370114199001011234,明水街道,A", {}),
        ("D1,张三丰,370114199001011234,明水街道,A\n", {}),
        ("D1,张三丰,370114199001011234,明水街道\n", {}),
        ("D1,张三丰,370114199001011234\n", {}),
        ("D1,张三丰,370114199001011234", {"row_cut_off": 1}),
        ("D1,张三丰,3701141990", {"row_cut_off": 1}),
        ("D1,张三丰\n", {"cells_too_few": 1}),
        ("D1,370114199001011234,明水街道,A\n", {"cells_too_few": 1}),
        ("D1,张三丰,370114199001011234,明水街道,3号楼,\n", {"cells_too_many": 1}),
        ("D1,张,三丰,370114199001011234,明水街道,\n", {"cells_too_many": 1}),
    ],
)
def test_a_lone_row_does_not_prove_its_own_length(tmp_path: Path, row: str, reasons: dict[str, int]) -> None:
    reading = read(tmp_path, f"{HEADER}\n{row}")
    assert (reading.reasons, reading.rows_accepted) == (reasons, 1 - len(reasons))


def test_a_row_cut_off_does_not_speak_for_another(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER}\nD1,张三丰,明水\nD2,李四,双")
    assert reading.reasons == {"cells_too_few": 1, "row_cut_off": 1}
    whole = read(tmp_path, f"{HEADER}\n" + "\n".join(["D1,张三丰,370114199001011234,明水街道"] * 3))
    assert (whole.reasons, whole.rows_accepted) == ({}, 3)


def test_full_width_delimiters_survive_within_quotes(tmp_path: Path) -> None:
    reading = read(tmp_path, '船号；船主；备注\n1；张三、李四；"甲；乙"\n', "船只_1.csv")
    assert reading.rows.read_all()["note"].to_pylist() == ["甲；乙"]
    assert (reading.delimiter, reading.warnings) == ("；", ())


def test_more_persons_in_a_cell_than_agreed(tmp_path: Path) -> None:
    reading = read(tmp_path, "船号；船主；备注\n1；张三、李四、王五；\n2；张三、李四、；\n", "船只_1.csv")
    assert reading.reasons == {"persons_too_many": 1}
    assert reading.rows.read_all()["boat_no"].to_pylist() == ["2"]


@pytest.mark.parametrize(
    ("content", "name", "reason_code"),
    [
        ("", "钓鱼证_1.csv", "file_empty"),
        ("\ufeff\r\n\r\n", "钓鱼证_1.csv", "file_empty"),
        (b"PK\x03\x04[Content_Types].xml", "钓鱼证_1.csv", "workbook_damaged"),
        (bytes(range(256)) * 20, "钓鱼证_1.csv", "not_csv_binary"),
        ("证号,血型\n1,A\n", "钓鱼证_1.csv", "columns_missing"),
        ("甲,乙\n1,A\n", "钓鱼证_1.csv", "header_missing"),
        (GOOD + "\n" + ROW_2 + "\n", "钓鱼证_1.csv", "header_missing"),
        ("没有分隔符的一段话\n", "钓鱼证_1.csv", "header_missing"),
        ("甲,乙\n1,A\n", "说明.txt", "unknown_file"),
        ("船号；船主；备注；电话\n1；张三；；1\n", "船只_1.csv", "columns_unknown"),
        (f"{HEADER}\n{GOOD}\n姓名,证号,身份证号,住址,血型\n张三,D2,,,\n", "钓鱼证_1.csv", "columns_change_midway"),
        (HEADER.encode().decode("latin-1").encode(), "钓鱼证_1.csv", "file_mojibake"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: str | bytes, name: str, reason_code: str) -> None:
    reading = read(tmp_path, content, name)
    assert reading.refused_reason == reason_code
    assert (reading.rows.num_rows, reading.problems.num_rows, reading.rows_delivered) == (0, 0, 0)
    assert REASONS[reason_code].scope == "file"


def test_missing_columns_are_named_as_the_department_knows_them(tmp_path: Path) -> None:
    assert read(tmp_path, "证号,血型\n1,A\n").missing_columns == ("姓名",)


def test_the_file_of_another_department_is_refused_with_a_hint(tmp_path: Path) -> None:
    reading = read(tmp_path, "桨号,桨手\n1,张三\n", others=[CONTRACT, OTHER])
    assert (reading.refused_reason, reading.refused_hint) == ("columns_missing", "rivers/rower")


def test_an_unexpected_name_with_a_known_header(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADER}\n{GOOD}\n", "新建文件.csv")
    assert reading.extract is CONTRACT.extracts[0]
    assert reading.warnings == ("file_name_unexpected",)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert read_delivery(tmp_path / "gone", "钓鱼证_1.csv", CONTRACT).refused_reason == "file_unreadable"


def test_many_rows_pass_several_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.rows.WINDOW_LINES", 7)
    monkeypatch.setattr("sources.decode.BLOCK_BYTES", 256)
    lines = [
        f'D{n},张三丰,,"明水\n{n}号",A' if n % 5 == 0 else f"D{n},{'' if n % 11 == 0 else '李四'},,双山,A"
        for n in range(1, 100)
    ]
    reading = read(tmp_path, f"标题\n{HEADER}\n" + "\n".join(lines) + "\n")
    assert reading.rows.read_all()["licence_no"].to_pylist() == [f"D{n}" for n in range(1, 100) if n % 11 or n % 5 == 0]
    assert [p["raw_row"].split(",")[0] for p in reading.problems.read_all().to_pylist()] == [
        f"D{n}" for n in range(1, 100) if n % 11 == 0 and n % 5
    ]
    assert accepted(reading)[-1] == (98, 119)


def test_a_file_of_exactly_a_spreadsheets_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.reading.SPREADSHEET_LIMITS", {3})
    assert read(tmp_path, f"{HEADER}\n{GOOD}\n{ROW_2}\n").warnings == ("excel_row_limit",)


def test_rows_checked_in_parts_are_the_rows_checked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"D{n},{'测试' if n % 7 == 0 else '张三丰'},,{'' if n % 5 else '明水'},A" for n in range(200)]
    text = "\n".join([HEADER, *lines, "D,短"])
    whole = read(tmp_path, text)
    monkeypatch.setattr("sources.rows.WINDOW_LINES", 16)
    monkeypatch.setattr("sources.acceptance.HELD_ROWS", 32)
    parts = read(tmp_path, text)
    assert parts.rows.read_all() == whole.rows.read_all() and whole.rows.num_rows == 171
    assert parts.problems.read_all() == whole.problems.read_all()
    assert parts.reasons == whole.reasons == {"row_cut_off": 1, "test_record": 29}


def test_a_full_disk_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("sources.heap.Heap.add", full)
    with pytest.raises(OSError, match="no space"):
        read(tmp_path, f"{HEADER}\n{GOOD}\n")
