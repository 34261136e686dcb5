"""Habits of exports that a contract names: cells merged downwards, no header; and headers that are nearly right."""

import csv
import json

import pytest

from sources.contract import Contract
from sources.reading import read_delivery
from sources.receipt import ReceiptFacts, write_receipt
from tests.sources.test_reading import CONTRACT


def contract(**extract):
    """The anglers' contract, changed; `columns` holds changes by name."""
    body = CONTRACT.model_dump(mode="json")
    changes = extract.pop("columns", {})
    body["extracts"] = [{**body["extracts"][0], **extract}]
    for column in body["extracts"][0]["columns"]:
        column.update(changes.get(column["name"], {}))
    return Contract.model_validate(body)


def read(tmp_path, text, of, name="钓鱼证_1.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_delivery(path, name, of)


MERGED = contract(columns={"address": {"fill_down": True}})


def test_cells_merged_downwards_say_what_the_one_above_says(tmp_path):
    rows = ["A1,王芳,,一号", "A2,李明,,", "A3,赵六,,〃", "A4,钱七,,二号", "A5,孙八,,同上", "合计,5,,", "A6,周九,,"]
    reading = read(tmp_path, "\n".join(["证号,姓名,身份证号,住址", *rows, ""]), MERGED)
    assert reading.rows.read_all()["address"].to_pylist() == ["一号", "一号", "一号", "二号", "二号", "二号"]
    assert reading.rows_delivered == 8


def test_only_columns_of_which_the_contract_says_so_are_filled(tmp_path):
    reading = read(tmp_path, "证号,姓名,身份证号,住址\nA1,王芳,,一号\nA2,李明,,\n", contract())
    assert reading.rows.read_all()["address"].to_pylist() == ["一号", None]


def test_below_a_row_that_cannot_be_read_nothing_is_known(tmp_path):
    rows = ["A1,王芳,,一号", "A2,李明,x,y,z,二号", "A3,赵六,,", "A4,钱七,,三号", "A5,孙八,,"]
    reading = read(tmp_path, "\n".join(["证号,姓名,身份证号,住址", *rows, ""]), MERGED)
    assert reading.rows.read_all()["address"].to_pylist() == ["一号", None, "三号", "三号"]
    assert reading.rows_quarantined == 1


HEADLESS = contract(header="none", delimiter="|")


def test_files_without_a_header_are_read_by_the_order_of_the_columns(tmp_path):
    reading = read(tmp_path, "A1|王芳||一号|A型\nA2|李明||二号|\n", HEADLESS, "钓鱼证_1.csv")
    assert reading.rows.read_all()["name"].to_pylist() == ["王芳", "李明"]
    assert reading.rows.read_all()["row_number"].to_pylist() == [1, 2]
    assert (reading.rows_delivered, reading.rows_accepted) == (2, 2) and "blood_group" not in reading.rows.schema.names


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (contract(), "A1,王芳,,一号,\nA2,李明,,二号,\n"),  # its contract knows a header
        (HEADLESS, "A1|王芳\nA2|李明\n"),  # other columns
    ],
)
def test_files_without_a_header_are_refused_unless_they_fit(tmp_path, of, text):
    assert read(tmp_path, text, of).refused_reason == "header_missing"


def test_a_header_is_taken_where_there_is_one_after_all(tmp_path):
    text = "姓名|证号|住址\n王芳|A1|一号\n"
    assert read(tmp_path, text, HEADLESS).rows.read_all()["name"].to_pylist() == ["王芳"]


def test_a_header_that_is_nearly_right_is_proposed_and_not_taken(tmp_path):
    reading = read(tmp_path, "证号,姓名,身份征号,随便\nA1,王芳,370114199001010014,x\n", CONTRACT)
    assert reading.proposals == {"身份征号": "身份证号"}
    assert reading.rows.read_all()["citizen_id"].to_pylist() == [None]
    facts = ReceiptFacts("lakes", "钓鱼证_1.csv", "0" * 64, 1, "accepted", "2026-11-01")
    rows, summary = write_receipt(tmp_path / "receipts", facts, reading)
    with rows.open(encoding="utf-8-sig", newline="") as stream:
        said = [line for line in csv.reader(stream) if line[3] == "column_like_another"]
    assert [line[2] for line in said] == ["身份征号"] and said[0][4].endswith("身份证号")
    assert json.loads(summary.read_text(encoding="utf-8"))["columns"]["proposals"] == {"身份征号": "身份证号"}


def test_a_synonym_of_a_header_is_taken_and_told(tmp_path):
    reading = read(tmp_path, "证号,姓名,公民身份证号\nA1,王芳,370114199001010014\n", CONTRACT)
    assert reading.rows.read_all()["citizen_id"].to_pylist() == ["370114199001010014"]
    facts = ReceiptFacts("lakes", "钓鱼证_1.csv", "0" * 64, 1, "accepted", "2026-11-01")
    rows, summary = write_receipt(tmp_path / "receipts", facts, reading)
    with rows.open(encoding="utf-8-sig", newline="") as stream:
        said = [(line[2], line[4]) for line in csv.reader(stream) if line[3] == "column_synonym"]
    assert said == [("公民身份证号", "提示：列名不在约定之中，已按同义的约定列名采用：身份证号")]
    assert json.loads(summary.read_text(encoding="utf-8"))["columns"]["synonyms"] == {"公民身份证号": "身份证号"}


def test_a_required_column_that_is_misspelt_is_proposed_in_the_refusal(tmp_path):
    reading = read(tmp_path, "证号,持证仁,身份证号,住址\nA1,王芳,,一号\n", CONTRACT)
    assert (reading.refused_reason, reading.proposals) == ("columns_missing", {"持证仁": "持证人"})
