"""Header, delimiter and extract of a file, found in its first lines."""

import pytest

from sources.contract import Contract
from sources.errors import DeliveryRefusedError
from sources.layout import find_layout


def extract(name: str, headers: list[str], delimiter: str = ",") -> dict[str, object]:
    return {
        "extract": name,
        "title": name,
        "files": [f"{name}*.csv"],
        "delimiter": delimiter,
        "delivery": {"mode": "full"},
        "natural_key": [["c0"]],
        "columns": [{"name": f"c{n}", "headers": [h], "required": True} for n, h in enumerate(headers)],
        "mentions": [{"role": "self", "attributes": {"name": "c1"}}],
    }


CONTRACT = Contract.model_validate(
    {
        "department": "lakes",
        "title": "湖泊",
        "purpose": "测试",
        "legal_basis": "测试",
        "retention_days": 30,
        "trust": {},
        "extracts": [
            extract("angler", ["证号", "姓名", "住址"]),
            extract("couple", ["字号", "男方姓名", "男方年龄", "女方姓名", "女方年龄"]),
            extract("twin_a", ["双号", "双名"]),
            extract("twin_b", ["双号", "双名"]),
        ],
    }
)


@pytest.mark.parametrize("delimiter", [",", "\t", "；", "|", ";", "，"])
def test_the_delimiter_is_the_one_that_makes_the_header(delimiter: str) -> None:
    layout = find_layout([delimiter.join(["证号", "姓名", "住址"]) + "\n"], "angler_1.csv", CONTRACT)
    assert layout.delimiter == delimiter
    assert ("delimiter_differs" in layout.warnings) is (delimiter != ",")


@pytest.mark.parametrize(
    ("above", "titles"),
    [
        ([], ()),
        (["某某登记表\n"], ("某某登记表",)),
        (["某某登记表,,\n", "\n", "填报单位：,,单位：人\n"], ("某某登记表", "填报单位：")),
        (["sep=,\n"], ("sep=",)),
        (['"标题\n分两行",,\n'], ("标题\n分两行",)),
    ],
)
def test_title_rows_stand_above_the_header(above: list[str], titles: tuple[str, ...]) -> None:
    lines = [line + "\n" for line in "".join([*above, "证号,姓名,住址\n", "1,张三,明水\n"]).splitlines()]
    layout = find_layout(lines, "angler_1.csv", CONTRACT)
    assert layout.titles == titles
    assert layout.leading == len(above) + 1
    assert layout.header == ("证号", "姓名", "住址")


def test_a_header_of_two_rows() -> None:
    layout = find_layout(
        ["字号,男方,,女方,\n", ",姓名,年龄,姓名,年龄\n", "1,张三,30,李四,31\n"], "couple_1.csv", CONTRACT
    )
    assert layout.leading == 2
    assert dict(layout.columns.positions) == {f"c{n}": n for n in range(5)}


def test_the_name_chooses_among_extracts_with_the_same_header() -> None:
    assert find_layout(["双号,双名\n"], "twin_b_1.csv", CONTRACT).extract.extract == "twin_b"
    with pytest.raises(DeliveryRefusedError) as refusal:
        find_layout(["双号,双名\n"], "其他.csv", CONTRACT)
    assert refusal.value.reason_code == "unknown_file"


def test_a_name_that_promises_another_extract_of_the_department() -> None:
    with pytest.raises(DeliveryRefusedError) as refusal:
        find_layout(["证号,姓名,住址\n"], "couple_1.csv", CONTRACT)
    assert (refusal.value.reason_code, refusal.value.hint) == ("columns_missing", "lakes/angler")


def test_folders_and_the_form_of_characters_do_not_count_in_the_name() -> None:
    contract = CONTRACT.model_copy(
        update={"extracts": (CONTRACT.extracts[0].model_copy(update={"files": ("cafe\u0301_*.csv",)}),)}
    )
    assert find_layout(["证号,姓名,住址\n"], "lakes/补报/caf\u00e9_1.csv", contract).warnings == ()


def test_the_header_is_sought_in_the_first_records_only() -> None:
    with pytest.raises(DeliveryRefusedError):
        find_layout(["x,y,z\n"] * 30 + ["证号,姓名,住址\n"], "angler_1.csv", CONTRACT)


def test_columns_that_are_missing_are_told_of_a_file_under_any_name() -> None:
    with pytest.raises(DeliveryRefusedError) as refusal:
        find_layout(["证号,姓名,住处\n"], "其他.csv", CONTRACT)
    assert (refusal.value.reason_code, refusal.value.missing_columns) == ("columns_missing", ("住址",))
    assert refusal.value.hint is None
