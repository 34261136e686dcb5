"""Delivered headers find their columns, whatever marks departments put on them."""

from typing import Any

import pytest

from sources.contract import Contract, Extract, load_contracts
from sources.headers import best_extract, is_header, known_share, map_headers, merge_header_rows, normalise_header

CONTRACTS = {contract.department: contract for contract in load_contracts()}


def extract(*columns: dict[str, Any]) -> Extract:
    return Extract.model_validate(
        {
            "extract": "list",
            "title": "名单",
            "files": ["名单*"],
            "delivery": {"mode": "incremental"},
            "natural_key": [["name"]],
            "columns": [{"name": "name", "headers": ["姓名", "XM"], "required": True}, *columns],
            "mentions": [{"role": "self", "attributes": {"name": "name"}}],
        }
    )


MARRIAGE = next(each for each in CONTRACTS["civil_affairs"].extracts if each.extract == "marriage")
SEX = {"name": "sex", "headers": ["性别"]}
CODE = {"name": "code", "headers": ["信用代码"], "required": True}


@pytest.mark.parametrize(
    ("delivered", "normalised"),
    [
        ("姓名", "姓名"),
        ("★姓名*", "姓名"),
        (" 姓　名 ", "姓名"),
        ("姓名（必填）", "姓名"),
        ("姓名(必填项)：", "姓名"),
        ("姓名【必填】", "姓名"),
        ("[必填]姓名", "姓名"),
        ("姓名*必填", "姓名"),
        ("身份证号（18位）", "身份证号"),
        ("出生日期(YYYYMMDD)", "出生日期"),
        ("\ufeff姓名\t", "姓名"),
        ('"姓名"', "姓名"),
        ('="姓名"', "姓名"),
        ("xm", "XM"),
        ("ＸＭ", "XM"),
        ("认缴出资额（万元）", "认缴出资额(万元)"),
        ("所属社区(村)", "所属社区(村)"),
        ("出生日期(格式：YYYYMMDD)", "出生日期"),
        ("身份证号（如：3701…）", "身份证号"),
        ("  ", ""),
    ],
)
def test_header_text_is_normalised(delivered: str, normalised: str) -> None:
    assert normalise_header(delivered) == normalised


@pytest.mark.parametrize(
    ("cells", "positions", "unknown", "missing", "repeated"),
    [
        (["姓名", "性别"], {"name": 0, "sex": 1}, (), ("code",), ()),
        (["性别", "★姓 名（必填）", "信用代码"], {"sex": 0, "name": 1, "code": 2}, (), (), ()),
        (["XM", "信用代码", " 血型 ", ""], {"name": 0, "code": 1}, ("血型",), (), ()),
        (["姓名", "姓名", "信用代码"], {"name": 0, "code": 2}, (), (), ("name",)),
        ([], {}, (), ("name", "code"), ()),
    ],
)
def test_header_row_is_mapped(
    cells: list[str],
    positions: dict[str, int],
    unknown: tuple[str, ...],
    missing: tuple[str, ...],
    repeated: tuple[str, ...],
) -> None:
    mapped = map_headers(extract(SEX, CODE), cells)
    assert dict(mapped.positions) == positions
    assert (mapped.unknown, mapped.missing, mapped.repeated) == (unknown, missing, repeated)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["姓名", "性别", "信用代码"], True),
        (["姓名", "性别", "甲", "乙"], True),
        (["姓名", "甲", "乙", "丙"], False),
        (["张三", "男", "9137"], False),
        (["名单（导出日期：20261101）", "", ""], False),
        (["", ""], False),
    ],
)
def test_header_row_is_told_from_others(cells: list[str], expected: bool) -> None:
    assert is_header(extract(SEX, CODE), cells) is expected


def test_known_share_ignores_blank_cells() -> None:
    assert known_share(extract(SEX), ["姓名", "", "甲", " "]) == 0.5
    assert known_share(extract(SEX), []) == 0.0


def test_a_file_under_a_wrong_name_is_recognised_by_its_header() -> None:
    header = [
        "核验流水号",
        "开户机构",
        "客户姓名",
        "证件类型",
        "证件号码",
        "证件有效期至",
        "预留手机号",
        "核验结果",
        "核验日期",
    ]
    found = best_extract(CONTRACTS.values(), header)
    assert found is not None
    contract, its_extract = found
    assert (contract.department, its_extract.extract) == ("finance", "account")


def test_a_header_of_nobody_is_recognised_as_such() -> None:
    assert best_extract(CONTRACTS.values(), ["货号", "品名", "数量"]) is None


def test_two_header_rows_become_one() -> None:
    merged = merge_header_rows(MARRIAGE, ["登记证字号", "男方", "", "女方", ""], ["", "姓名", "民族", "姓名", "民族"])
    assert merged == ["登记证字号", "男方姓名", "男方民族", "女方姓名", "女方民族"]


def test_a_title_over_some_columns_is_no_part_of_their_names() -> None:
    groups = ["登记信息", "", "男方", ""]
    assert merge_header_rows(MARRIAGE, groups, ["登记日期", "业务类型", "姓名", "其他"]) == [
        "登记日期", "业务类型", "男方姓名", "男方其他",
    ]  # fmt: skip


def test_of_two_headers_of_one_column_both_are_read() -> None:
    columns = map_headers(extract(), ["姓名", "性别", "XM", "姓名"])
    assert (columns.positions, columns.further) == ({"name": 0}, {"name": (2,)})
    assert columns.repeated == ("name", "name")


DELIVERED = {
    ("grid", "visit"): [
        "网格编号",
        "网格员",
        "所属社区(村)",
        "姓名",
        "性别",
        "年龄（或出生年份）",
        "联系电话",
        "现住址",
        "与户主关系",
        "证件号码",
    ],
    ("hrss", "insurance"): [
        "个人编号",
        "姓名",
        "性别",
        "公民身份号码",
        "险种",
        "参保状态",
        "缴费基数",
        "联系手机",
        "联系地址",
    ],
    ("education", "student"): [
        "学籍接续号",
        "学校名称",
        "学生姓名",
        "出生年月日",
        "身份证号码",
        "家庭住址",
        "监护人1姓名",
        "监护人2证件号",
    ],
    ("public_security", "household_register"): [
        "GMSFHM",
        "XM",
        "CYM",
        "XB",
        "MZ",
        "CSRQ",
        "HH",
        "YHZGX",
        "HYZK",
        "WHCD",
        "FWCS",
    ],
    ("housing", "ownership"): ["BDCQZH", "BDCDYH", "QLR", "ZJZL", "ZJH", "GYFS", "ZL", "JZMJ", "GHYT", "DJSJ"],
    ("business_registration", "shareholder"): [
        "统一社会信用代码",
        "股东名称",
        "股东类型",
        "证照号码",
        "认缴出资额（万元）",
    ],
}


@pytest.mark.parametrize(("where", "cells"), DELIVERED.items(), ids=lambda value: str(value)[:40])
def test_the_headers_of_other_nights_are_known(where: tuple[str, str], cells: list[str]) -> None:
    contract: Contract = CONTRACTS[where[0]]
    delivered = next(e for e in contract.extracts if e.extract == where[1])
    assert map_headers(delivered, cells).unknown == ()


SYNONYMS = {
    "citizen_id": (
        "公民身份号码", "公民身份证号", "公民身份证号码", "居民身份证号", "居民身份证号码", "身份证件号码",
        "身份证件号", "身份证号码", "身份证号", "身份证", "身份号码", "证件号码", "证件号", "有效证件号码",
    ),
    "phone": (
        "手机号码", "手机号", "手机", "联系电话", "联系电话号码", "联系方式", "联系手机", "联系手机号", "电话",
        "电话号码", "移动电话",
    ),
}  # fmt: skip


def prefixes(header: str, spellings: tuple[str, ...]) -> list[str]:
    """Whose number a listed header says that it is; none when it is spelt quite otherwise."""
    ends = sorted((end for end in spellings if header.endswith(end)), key=len)
    return [header.removesuffix(ends[-1])] if ends else []


@pytest.mark.parametrize(
    "delivered",
    [each for contract in CONTRACTS.values() for each in contract.extracts],
    ids=lambda each: each.extract,
)
def test_every_spelling_of_a_number_or_phone_is_the_column_of_its_person(delivered: Extract) -> None:
    for column in delivered.columns:
        spellings = SYNONYMS.get(column.type, ())
        whose = {prefix for header in column.headers for prefix in prefixes(header, spellings)}
        assert bool(whose) is bool(spellings), column.name
        for header in (prefix + spelling for prefix in whose for spelling in spellings):
            assert dict(map_headers(delivered, [header]).positions) == {column.name: 0}, header


@pytest.mark.parametrize(
    ("where", "header"),
    [
        (("business_registration", "entity"), "统一社会信用代码/证件号码"),
        (("business_registration", "entity"), "企业联系电话"),
        (("civil_affairs", "marriage"), "身份证号"),
        (("civil_affairs", "marriage"), "登记员证件号码"),
        (("civil_affairs", "marriage"), "男方结婚证号"),
        (("civil_affairs", "dibao"), "户主残疾证号"),
        (("civil_affairs", "cremation"), "经办人身份证号"),
        (("education", "student"), "监护人1证件有效期"),
        (("education", "student"), "监护人3手机号"),
        (("housing", "ownership"), "共有人证件种类"),
        (("housing", "lease"), "联系电话"),
        (("hrss", "insurance"), "单位联系电话"),
        (("grid", "visit"), "紧急联系电话"),
    ],
)
def test_what_only_ends_like_a_number_or_phone_is_nobodys(where: tuple[str, str], header: str) -> None:
    delivered = next(e for e in CONTRACTS[where[0]].extracts if e.extract == where[1])
    assert map_headers(delivered, [header]).unknown == (header,)


NUMBER = {"name": "citizen_id", "headers": ["身份证号"], "type": "citizen_id"}


def test_a_synonym_is_taken_where_the_listed_header_did_not_come() -> None:
    alone = map_headers(extract(NUMBER), ["姓名", " 公民身份证号 "])
    assert (alone.positions, alone.synonyms) == ({"name": 0, "citizen_id": 1}, {"公民身份证号": "身份证号"})
    beside = map_headers(extract(NUMBER), ["姓名", "公民身份证号", "身份证号"])
    assert (beside.positions, beside.synonyms) == ({"name": 0, "citizen_id": 2}, {})
    assert beside.unknown == ("公民身份证号",)


def test_a_synonym_of_two_columns_is_none() -> None:
    other = {"name": "permit_no", "headers": ["证件号码"], "type": "citizen_id"}
    assert map_headers(extract(NUMBER, other), ["姓名", "公民身份证号"]).unknown == ("公民身份证号",)


def test_a_number_under_anothers_title_is_not_the_persons_own() -> None:
    delivered = extract(NUMBER)
    merged = merge_header_rows(delivered, ["姓名", "父亲", ""], ["", "姓氏", "身份证"])
    assert merged == ["姓名", "父亲姓氏", "父亲身份证"]


def test_a_number_of_some_document_is_no_citizen_number() -> None:
    assert map_headers(extract(NUMBER), ["姓名", "证件编号"]).unknown == ("证件编号",)


def test_a_synonym_stands_under_its_group() -> None:
    merged = merge_header_rows(
        MARRIAGE, ["登记信息", "男方", "", "女方"], ["登记日期", "姓名", "公民身份证号", "证件编号"]
    )
    assert merged == ["登记日期", "男方姓名", "男方公民身份证号", "女方证件编号"]
    assert map_headers(MARRIAGE, merged).unknown == ()
