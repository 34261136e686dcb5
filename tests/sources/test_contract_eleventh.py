"""A new department is one new YAML file: read, turned into mentions, standardised, and no Python changed."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from sources.contract import DEPARTMENTS, load_contracts
from sources.contract_check import check_contract
from sources.mentions import raw_mentions_sql, relations_sql
from sources.reading import read_delivery
from sources.standardise import standardise_mentions

VETERANS = """\
# yaml-language-server: $schema=contract.schema.json
department: veterans
title: 退役军人事务
purpose: 补充退役军人及其家属的联系方式
legal_basis: 《退役军人保障法》
retention_days: 1825
trust: {name: 4, citizen_id: 4, phone: 3, residence_address: 5, population_category: 3}
extracts:
  - extract: veteran
    title: 优待证
    files: ["优待证*"]
    delimiter: "|"
    delivery: {mode: incremental}
    natural_key:
      - [card_no]
    record_date: issue_date
    columns:
      - {name: card_no, headers: [优待证号], required: true, purpose: 记录编号}
      - {name: name, headers: [姓名], type: person_name, required: true, sensitivity: direct_identifier, purpose: 识别}
      - name: citizen_id
        headers: [身份证号]
        type: citizen_id
        required: true
        sensitivity: direct_identifier
        purpose: 识别
      - {name: phone, headers: [联系电话], type: phone, sensitivity: direct_identifier, purpose: 联系}
      - {name: address, headers: [住址], type: address, sensitivity: quasi_identifier, purpose: 居住地}
      - {name: spouse_name, headers: [配偶姓名], type: person_name, sensitivity: direct_identifier, purpose: 家属}
      - {name: issue_date, headers: [发证日期], type: date, purpose: 新旧}
      - {name: military_rank, headers: [军衔], keep: false, purpose: 不采集：与目的无关}
    mentions:
      - role: self
        attributes: {name: name, citizen_id: citizen_id, phone: phone, residence_address: address}
        constants: {population_category: 退役军人}
      - role: spouse
        attributes: {name: spouse_name, residence_address: address}
    relations:
      - {from_role: self, relation: spouse, to_role: spouse}
    examples:
      - title: 本人
        row: {card_no: "1", name: 裴定邦, citizen_id: "330106198806209759", issue_date: "2026-01-02"}
        mentions:
          self: {name: 裴定邦, citizen_id: "330106198806209759", population_category: 退役军人}
      - title: 本人与配偶
        row: {card_no: "2", name: 虞成岳, citizen_id: "370181198402299177", spouse_name: 褚玉蝉}
        mentions:
          self: {name: 虞成岳}
          spouse: {name: 褚玉蝉, citizen_id_kind: missing}
      - title: 空行
        row: {card_no: "3"}
        reason_code: person_missing
"""

DELIVERED = """\
优待证发放信息（导出日期：20261101）
优待证号|★姓　名|身份证号|联系电话|住址|配偶姓名|发证日期|军衔|血型
Y001|虞 成岳|370181198402299177|13900001240|章丘区明水街道样板小区2号楼1单元101室|褚玉蝉|2026-01-02|上士|A
Y002|裴定邦|33010619880620975X||章丘区枣园街道样板新村5号楼601||2026-01-03|中士|B
Y003||||||2026-01-03||
合计|3
"""


@pytest.fixture
def contract_path(tmp_path: Path) -> Path:
    """A copy of the departments' folder with an eleventh file in it."""
    for path in DEPARTMENTS.glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "veterans.yml"
    path.write_text(VETERANS, encoding="utf-8")
    return path


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    path = tmp_path / "优待证_20261101.csv"
    path.write_bytes(DELIVERED.encode("gb18030"))
    return path


def test_an_eleventh_department_is_one_new_file(contract_path: Path, delivered: Path) -> None:
    contracts = load_contracts(contract_path.parent)
    assert len(contracts) == len(load_contracts()) + 1
    contract = next(c for c in contracts if c.department == "veterans")
    reading = read_delivery(delivered, delivered.name, contract)
    assert (reading.rows_accepted, reading.rows_quarantined, reading.refused_reason) == (2, 1, None)
    assert reading.unknown_columns == ("血型",)
    assert "military_rank" not in reading.rows.schema.names
    assert reading.extract is not None
    with duckdb.connect() as con:
        con.register("rows_in", reading.rows.read_all())
        con.execute(f"CREATE TEMP TABLE raw AS {raw_mentions_sql('veterans', reading.extract, 'rows_in')}")
        standardise_mentions(
            con,
            raw_relation="raw",
            delivery_id=1,
            department="veterans",
            extract="veteran",
            roles=reading.extract.roles,
            night=date(2026, 11, 1),
        )
        mentions = con.sql(
            "SELECT role, name, citizen_id_kind, phone FROM new_std_mention ORDER BY mention_id"
        ).fetchall()
        relations = con.sql(f"SELECT relation FROM ({relations_sql(reading.extract, 'new_std_mention')})").fetchall()
    assert mentions == [
        ("self", "虞成岳", "citizen18", "13900001240"),
        ("spouse", "褚玉蝉", "missing", None),
        ("self", "裴定邦", "invalid", None),
    ]
    assert relations == [("spouse",)]


def test_a_fitting_contract_and_file_are_described(contract_path: Path, delivered: Path) -> None:
    findings = [str(finding) for finding in check_contract(contract_path, delivered)]
    assert not any(finding.startswith("error") for finding in findings)
    for expected in (
        "info: 优待证_20261101.csv: header ★姓　名 is column name",
        "info: 优待证_20261101.csv: header 军衔 is column military_rank, dropped at intake",
        "warning: 优待证_20261101.csv: header 血型 is in no column; its values are not taken",
        "warning: 优待证_20261101.csv: 1 rows quarantined, person_missing (没有姓名也没有证件号码，不知是何人)",
    ):
        assert expected in findings, findings
    assert not any("虞" in finding or "370181198402299177" in finding for finding in findings)


CHANGES = [
    (("headers: [身份证号]", "headers: [号码]"), "error: 优待证_20261101.csv: required column 号码 did not come"),
    (
        ("headers: [身份证号]", "headers: [证件号码]"),
        "warning: 优待证_20261101.csv: header 身份证号 was taken for its synonym 证件号码",
    ),
    (
        ("population_category: 退役军人}\n      - title", "phone: '1'}\n      - title"),
        "self.phone should be 1, is None",
    ),
    (("type: phone", "type: telephone"), "error: veterans.yml: line 26, extracts.0.columns.3.type"),
    (("keep: false, ", ""), "warning: veterans.veteran: column military_rank is kept and not used"),
    (("phone: 3, ", ""), "warning: veterans.veteran: no trust rank for phone"),
    (("purpose: 家属", "purpose: ''"), "warning: veterans.veteran: column spouse_name states no purpose"),
    (("reason_code: person_missing", "reason_code: person_lost"), "no reason code person_lost"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[case[1][:50] for case in CHANGES])
def test_a_contract_that_can_be_better_is_told(
    contract_path: Path, delivered: Path, change: tuple[str, str], expected: str
) -> None:
    assert change[0] in VETERANS
    contract_path.write_text(VETERANS.replace(*change, 1), encoding="utf-8")
    findings = [str(finding) for finding in check_contract(contract_path, delivered)]
    assert any(expected in finding for finding in findings), findings
