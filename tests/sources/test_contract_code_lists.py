"""Code lists are complete, unambiguous, and know what contracts translate to."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sources.contract import load_contracts
from sources.contract_rules import CODE_LISTS

PATHS = sorted(CODE_LISTS.glob("*.yml"))


def entries(path: Path) -> dict[str, dict[str, Any]]:
    codes: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["codes"]
    return codes


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_label_stands_for_one_code(path: Path) -> None:
    labels = [
        label.upper() for code, entry in entries(path).items() for label in (code, entry["name"], *entry["labels"])
    ]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_list_states_its_standard_and_quotes_its_codes(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["standard"].startswith("G")
    assert all(isinstance(code, str) for code in entries(path))


def test_all_peoples_are_listed() -> None:
    codes = list(entries(CODE_LISTS / "gbt3304_ethnic.yml"))
    assert codes == [*(f"{n:02d}" for n in range(1, 57)), "97", "98"]


def test_contracts_translate_into_labels_that_the_list_knows() -> None:
    columns = [c for contract in load_contracts() for extract in contract.extracts for c in extract.columns]
    for column in columns:
        if column.code_list:
            known = {
                label
                for code, entry in entries(CODE_LISTS / f"{column.code_list}.yml").items()
                for label in (code, entry["name"], *entry["labels"])
            }
            assert set(column.codes.values()) <= known, column.name
