"""Records as Python's csv reader yields them, and unclosed quotes that swallow nothing."""

import csv
import io

import pytest

from sources import rows
from sources.rows import RecordReader, restore_text

TEXT = (
    '标题,,\r\n编号,姓名,备注\r\n1,"张,三","第一行\r\n第二行"\r\n\r\n2,李"四",x\n"3","王""五""","a\n\n\nb"\r\n'
    '4,,\r\n,,\r\n5,"赵六",\r\n6,钱七,"完"\r\n'
)


def records_of(
    text: str, width: int = 3, delimiter: str = ",", block: int = 4
) -> tuple[list[tuple[int, list[str]]], set[int]]:
    lines = list(io.StringIO(text, newline="\n"))
    blocks = [lines[start : start + block] for start in range(0, len(lines), block)]
    reader = RecordReader(delimiter, width)
    runs = list(reader.read(blocks))
    assert [run.is_last for run in runs] == [False] * (len(runs) - 1) + [True]
    assert "".join(run.text(p) for run in runs for p in range(len(run))) == "".join(
        rows.prepare_lines(lines, delimiter)
    )
    return [(run.first_lines[p], run.cells(p)) for run in runs for p in range(len(run))], reader.literal_lines


def by_csv_reader(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline="\n"))
    found, before = [], 0
    for record in reader:
        found.append((before + 1, record))
        before = reader.line_num
    return found


@pytest.mark.parametrize("window", [1, 2, 3, 32_768])
@pytest.mark.parametrize("block", [1, 2, 5, 99])
@pytest.mark.parametrize("plain", [1, 2, 99])
@pytest.mark.parametrize("run", [1, 3, 8_192])
def test_records_and_lines_are_those_of_the_csv_reader(
    monkeypatch: pytest.MonkeyPatch, window: int, block: int, plain: int, run: int
) -> None:
    monkeypatch.setattr(rows, "RUN_RECORDS", run)
    monkeypatch.setattr(rows, "WINDOW_LINES", window)
    monkeypatch.setattr(rows, "PLAIN_LINES", plain)
    assert records_of(TEXT, block=block)[0] == by_csv_reader(TEXT)


def test_a_row_with_a_line_break_and_a_cell_too_many_stays_one_record() -> None:
    text = 'a,b,c\n1,x,"y\nz",extra\n2,x,y\n'
    assert records_of(text)[0] == by_csv_reader(text)


@pytest.mark.parametrize("following", ["3,c,d\n", '3,"c",d\n', '3,"c\nc",d\n'])
def test_an_unclosed_quote_swallows_no_rows(following: str) -> None:
    text = 'a,b,c\n1,"李四,x\n2,b,c\n' + following + "4,e,f\n"
    found, literal_lines = records_of(text)
    assert found[1] == (2, ["1", '"李四', "x"])
    assert found[2] == (3, ["2", "b", "c"])
    assert found[3][1][0] == "3"
    assert found[-1][1] == ["4", "e", "f"]
    assert literal_lines == {2}


def test_an_unclosed_quote_in_the_last_line() -> None:
    assert records_of('a,b,c\n1,b,c\n2,b,"c')[0][-1] == (3, ["2", "b", "c"])


def test_a_quote_left_open_over_very_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST_RECORD_LINES", 10)
    text = "a,b\n" + '1,"x\n' + "y\n" * 30
    assert len(records_of(text, width=2)[0]) == 32


def test_full_width_delimiters() -> None:
    text = '编号；姓名；备注\r\n1；"张；三"；x,y\r\n'
    found, _ = records_of(text, delimiter="；")
    assert [[restore_text(cell, "；") for cell in record] for _, record in found] == [
        ["编号", "姓名", "备注"],
        ["1", "张；三", "x,y"],
    ]


def test_no_lines_give_one_empty_last_run() -> None:
    assert [(len(run), run.is_last) for run in RecordReader(",", 3).read([])] == [(0, True)]
