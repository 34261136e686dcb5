"""Contracts are refused with the line, the field and the remedy; those shipped are complete."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sources.contract import (
    Contract,
    ContractError,
    DEFAULT_RANK,
    DEPARTMENTS,
    export_schema,
    load_contract,
    load_contracts,
    MAX_BYTES,
)
from sources.contract_check import advise

SHIPPED = load_contracts()

ROLES = {
    ("public_security", "household_register"): ["self"],
    ("public_security", "residence_registration"): ["self"],
    ("family_planning", "women_and_children"): ["self", "husband", "child1", "child2", "child3"],
    ("hrss", "insurance"): ["self"],
    ("civil_affairs", "marriage"): ["husband", "wife"],
    ("civil_affairs", "dibao"): ["head", "member1", "member2", "member3", "member4"],
    ("civil_affairs", "cremation"): ["deceased", "next_of_kin"],
    ("housing", "ownership"): [
        "owner",
        *(f"co_owner{n}" for n in range(1, 10)),
        *(f"owner{n}" for n in range(2, 10)),
    ],
    ("housing", "lease"): [
        *("landlord", "tenant"),
        *(f"landlord{n}" for n in range(2, 10)),
        *(f"tenant{n}" for n in range(2, 10)),
    ],
    ("business_registration", "entity"): ["legal_representative"],
    ("business_registration", "shareholder"): ["shareholder"],
    ("education", "student"): ["student", "guardian1", "guardian2"],
    ("tax", "withholding"): ["self"],
    ("finance", "account"): ["self"],
    ("grid", "visit"): ["self"],
}


def contract_data() -> dict[str, Any]:
    return {
        "department": "veterans",
        "title": "退役军人",
        "purpose": "优抚",
        "legal_basis": "《退役军人保障法》",
        "retention_days": 365,
        "trust": {"name": 7},
        "extracts": [
            {
                "extract": "veteran",
                "title": "退役军人",
                "files": ["退役军人*"],
                "delivery": {"mode": "full"},
                "natural_key": [["card_no"]],
                "record_date": "issue_date",
                "trust": {"phone": 3},
                "columns": [
                    {"name": "card_no", "headers": ["优待证号"]},
                    {"name": "name", "headers": ["姓名"]},
                    {"name": "issue_date", "headers": ["发证日期"], "type": "date"},
                    {"name": "rank", "headers": ["军衔"], "keep": False},
                ],
                "mentions": [{"role": "self", "attributes": {"name": "name"}}],
                "examples": [{"title": "一", "row": {"name": "甲"}, "mentions": {"self": {"name": "甲"}}}],
            }
        ],
    }


def written(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "veterans.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_the_ten_departments_have_the_role_names_of_the_data_dictionary() -> None:
    roles = {
        (contract.department, extract.extract): list(extract.roles)
        for contract in SHIPPED
        for extract in contract.extracts
    }
    assert {key: roles.get(key) for key in ROLES} == ROLES


@pytest.mark.parametrize("contract", SHIPPED, ids=lambda contract: contract.department)
def test_shipped_contracts_leave_nothing_to_advise(contract: Contract) -> None:
    assert advise(contract) == []


@pytest.mark.parametrize("path", sorted(DEPARTMENTS.glob("*.yml")), ids=lambda path: path.stem)
def test_shipped_contracts_are_named_for_their_department_and_name_their_schema(path: Path) -> None:
    assert load_contract(path).department == path.stem
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=contract.schema.json\n")


def test_the_committed_schema_is_current(tmp_path: Path) -> None:
    export_schema(tmp_path / "schema.json")
    committed = (DEPARTMENTS / "contract.schema.json").read_text(encoding="utf-8")
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == committed, "run sources.contract.export_schema"


SENSITIVE = {
    "hrss": ("缴费基数", "银行卡号"),
    "tax": ("收入额", "扣缴税额"),
    "civil_affairs": ("月保障金额", "死亡原因", "账号"),
    "housing": ("月租金", "建筑面积"),
    "finance": ("账号", "开户机构"),
    "grid": ("网格员", "备注", "重点人员"),
    "family_planning": ("避孕措施", "现孕情况"),
}


@pytest.mark.parametrize(("department", "headers"), SENSITIVE.items())
def test_what_is_not_needed_is_dropped_at_intake(department: str, headers: tuple[str, ...]) -> None:
    contract = next(c for c in SHIPPED if c.department == department)
    for header in headers:
        columns = [extract.by_header[header] for extract in contract.extracts if header in extract.by_header]
        assert columns, header
        assert not any(column.keep for column in columns), header


def test_a_rank_is_the_extracts_own_else_the_departments(tmp_path: Path) -> None:
    contract = load_contract(written(tmp_path, contract_data()))
    assert contract.rank("veteran", "phone") == 3
    assert contract.rank("veteran", "name") == 7
    assert contract.rank("veteran", "sex") == DEFAULT_RANK


def change(path: str, value: object) -> dict[str, Any]:
    """The sample contract with one field of its extract replaced; the last step `+` appends."""
    data = contract_data()
    part: Any = data["extracts"][0]
    *steps, last = path.split(".")
    for step in steps:
        part = part[int(step)] if step.isdigit() else part[step]
    if last == "+":
        part.append(value)
    else:
        part[int(last) if last.isdigit() else last] = value
    return data


FAULTS = [
    ("columns.+", {"name": "name", "headers": ["名字"]}, "columns.1.name: column name stands twice"),
    (
        "columns.+",
        {"name": "other", "headers": ["★姓 名（必填）"]},
        "columns.4.headers: header ★姓 名（必填） belongs to column name",
    ),
    ("columns.+", {"name": "row_number", "headers": ["行"]}, "column name row_number is taken"),
    (
        "columns.+",
        {"name": "sex", "headers": ["性别"], "code_list": "gbt_nothing"},
        "no gbt_nothing.yml in sources/standards/code_lists",
    ),
    ("columns.1.typ", "text", "Extra inputs are not permitted"),
    ("columns.1.type", "person", "columns.1.type: Input should be 'text'"),
    ("natural_key", [["card"]], "natural_key.0: no column card; add it to columns"),
    ("natural_key", [[]], "natural_key.0: Tuple should have at least 1 item"),
    ("natural_key", [], "natural_key: Tuple should have at least 1 item"),
    ("record_date", "day", "record_date: no column day"),
    ("record_date", "rank", "column rank is dropped at intake (keep: false)"),
    ("mentions.0.attributes", {"name": "nam"}, "mentions.0: no column nam"),
    ("mentions.0.attributes", {"nom": "name"}, "attributes.nom"),
    ("mentions.0.attributes", {"phone": "name"}, "has neither name nor citizen_id"),
    ("mentions.0.only_when", {"kind": ["a"]}, "mentions.0: no column kind"),
    ("mentions.0.fallbacks", {"phone": ["name"]}, "fallbacks.phone: phone is not among the attributes"),
    ("mentions.+", {"role": "self", "attributes": {"name": "name"}}, "role self is given twice"),
    (
        "mentions",
        [
            {"role": "co", "attributes": {"name": "name"}, "split": {"separator": "、", "most": 2}},
            {"role": "co2", "attributes": {"name": "name"}},
        ],
        "role co2 is given twice",
    ),
    (
        "relations",
        [{"from_role": "self", "relation": "spouse", "to_role": "wife"}],
        "relations.0: no mention has role wife",
    ),
    (
        "relations",
        [{"from_role": "self", "relation": "spouse", "to_role": "self", "only_when": {"business": ["a"]}}],
        "business is no column of STD_MENTION",
    ),
    ("examples.0.row", {"nam": "甲"}, "examples.0.row: no column nam"),
    ("examples.0.mentions", {"wife": {}}, "no mention has role wife; the roles are self"),
    ("examples.0.mentions", {"self": {"nam": "甲"}}, "nam is no column of STD_MENTION"),
    ("examples.0.reason_code", "person_missing", "give either the expected mentions or the expected reason_code"),
    ("delivery", {"mode": "incremental", "absence": "deleted"}, "delivery.absence"),
]


@pytest.mark.parametrize(("path", "value", "message"), FAULTS, ids=[f"{fault[0]}-{fault[2][:30]}" for fault in FAULTS])
def test_a_contract_that_does_not_fit_is_refused_with_place_and_remedy(
    tmp_path: Path, path: str, value: object, message: str
) -> None:
    with pytest.raises(ContractError) as refused:
        load_contract(written(tmp_path, change(path, value)))
    assert any(message in finding for finding in refused.value.findings), refused.value.findings
    assert all(finding.startswith("line ") for finding in refused.value.findings)


def test_the_unchanged_sample_fits(tmp_path: Path) -> None:
    assert load_contract(written(tmp_path, contract_data())).department == "veterans"


TEXTS = [
    ("department: a\ndepartment: b\n", "line 2: key department is written twice"),
    ("a: &x [1]\nb: *x\n", "uses a YAML alias"),
    ("a: [1\nb: 2\n", "not YAML"),
    ("a: !!python/object/apply:os.system ['true']\n", "not YAML"),
    ("a: \x00\n", "not YAML: holds characters"),
    ("", "line 1, contract: Input should be"),
    ("- 1\n", "line 1, contract: Input should be"),
    ("[" * 5000, "nested too deeply"),
    ("title: 部门\nretention_days: many\n", "line 2, retention_days: Input should be a valid integer"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS, ids=[text[1][:30] for text in TEXTS])
def test_a_file_that_is_no_contract_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as refused:
        load_contract(path)
    assert any(message in finding for finding in refused.value.findings), refused.value.findings


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes("title: 公安".encode("gb18030"))
    with pytest.raises(ContractError, match="not UTF-8 at byte 7"):
        load_contract(path)


def test_a_huge_contract_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ContractError, match="bigger than"):
        load_contract(path)


def test_two_extracts_of_one_name_are_refused(tmp_path: Path) -> None:
    data = contract_data()
    data["extracts"].append(contract_data()["extracts"][0])
    with pytest.raises(ContractError, match="extract veteran stands twice"):
        load_contract(written(tmp_path, data))


def test_two_files_of_one_department_are_refused(tmp_path: Path) -> None:
    written(tmp_path, contract_data())
    (tmp_path / "again.yml").write_bytes((tmp_path / "veterans.yml").read_bytes())
    with pytest.raises(ContractError, match="has another file"):
        load_contracts(tmp_path)
