"""Value-based row checks as queries, and masking."""

import re
from pathlib import Path

import duckdb
import pytest

from sources.acceptance import accepted_schema
from sources.contract import Column, Extract
from sources.quarantine import mask_value, REASONS, row_problems_sql, suspects_sql

EXTRACT = Extract.model_validate(
    {
        "extract": "couple",
        "title": "夫妻",
        "files": ["*.csv"],
        "delivery": {"mode": "full"},
        "natural_key": [["no"]],
        "columns": [
            {"name": "no", "headers": ["号"], "filled": True},
            {"name": "wife", "headers": ["妻"], "type": "person_name", "null_tokens": ["单身"]},
            {"name": "wife_id", "headers": ["妻号"], "type": "citizen_id"},
            {"name": "husband", "headers": ["夫"], "type": "person_name"},
            {"name": "kind", "headers": ["类"], "codes": {"自然人": "个人", "企业": "公司"}},
        ],
        "mentions": [
            {"role": "wife", "attributes": {"name": "wife", "citizen_id": "wife_id"}},
            {"role": "husband", "attributes": {"name": "husband"}, "only_when": {"kind": ["个人"]}},
        ],
    }
)
ROWS = [
    ("A1", "张三", "370114199001011234", None, None, None),
    ("A2", "单身", None, "李四", "个人", None),
    ("A3", "单身", "/", "李四", "公司", "person_missing"),
    ("A4", None, None, None, "个人", "person_missing"),
    ("A5", None, "37011419900101123X", None, None, None),
    ("A6", "测试", None, None, None, "test_record"),
    ("A7", "='x'", None, None, None, None),
    ("A8", '="无"', "  ", None, None, "person_missing"),
    (None, "张三", None, None, None, "value_missing"),
    ("A9", "张三", None, "锟斤拷", "个人", "mojibake"),
    (None, "TEST1", "000000000000000000", None, None, "test_record"),
    ("A10", "张三", "111111111111111111", "王五", "个人", None),
    ("A11", "张三", None, "王五", "1-自然人", None),
    ("A12", "张三", None, "王五", "企 业", None),
    ("A13", "张三", None, "王五", "合伙", "kind_unknown"),
]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    rows = [
        {"row_number": n, "line_number": n} | dict(zip(EXTRACT.kept, row, strict=False))
        for n, row in enumerate(ROWS, 1)
    ]
    table = accepted_schema(EXTRACT).empty_table().from_pylist(rows, schema=accepted_schema(EXTRACT))
    con.register("given", table)
    return con


def test_each_row_has_its_first_reason(con: duckdb.DuckDBPyConnection) -> None:
    found = {number: code for number, _, code in con.execute(row_problems_sql(EXTRACT, "given")).fetchall()}
    assert found == {number: row[-1] for number, row in enumerate(ROWS, 1) if row[-1]}


def test_suspects_hold_all_problems_and_not_the_plain_rows(con: duckdb.DuckDBPyConnection) -> None:
    problems = {row[0] for row in con.execute(row_problems_sql(EXTRACT, "given")).fetchall()}
    suspects = {row[0] for row in con.execute(suspects_sql(EXTRACT, "given")).fetchall()}
    assert problems <= suspects
    assert 1 not in suspects


@pytest.mark.parametrize(
    ("value", "kind", "masked"),
    [
        ("王小明", "person_name", "王**"),
        ("王明", "person_name", "**"),
        ("佐合拉·巴合提", "person_name", "佐******"),
        ("370114199001011234", "citizen_id", "370*************34"),
        ("13812345678", "phone", "13********8"),
        ("123", "citizen_id", "1**"),
        ("明水街道龙泉社区1号", "address", "**********"),
        ("长" * 90, "text", "*" * 20),
        ("", "person_name", ""),
    ],
)
def test_masks(value: str, kind: str, masked: str) -> None:
    shown = mask_value(value, Column.model_validate({"name": "c", "headers": ["c"], "type": kind}))
    assert shown == masked
    assert 3 * sum(character != "*" for character in shown) <= len(value)


def test_every_code_in_the_source_has_its_sentences() -> None:
    room = Path(__file__).parents[2] / "sources"
    names = [
        "sniff",
        "faults",
        "safe_files",
        "decode",
        "intake",
        "layout",
        "non_data",
        "reading",
        "unpack",
        "sheets",
        "acceptance",
        "quarantine",
    ]
    text = "".join((room / f"{name}.py").read_text(encoding="utf-8") for name in names)
    used = set(re.findall(r'(?:Fault|Refused\w+|reason_code=|refused=)\(?"([a-z_]+)"', text)) | set(
        re.findall(r'"(not_csv_\w+)"', text)
    )
    assert len(used) > 15
    assert used <= REASONS.keys()
    assert all(reason.title_zh and reason.how_to_fix_zh for reason in REASONS.values())
