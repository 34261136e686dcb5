"""Labels and local codes of the national code lists."""

import duckdb
import pytest

from sources.standards.code_lists import CODED_ATTRIBUTES, CodeList, load_code_list, standardise_codes

LABELS = [
    ("sex", "男", "1"),
    ("sex", "2", "2"),
    ("sex", "F", "2"),
    ("sex", "1-男", "1"),
    ("sex", " 男 性", "1"),
    ("ethnic", "汉", "01"),
    ("ethnic", "汉族", "01"),
    ("ethnic", "01", "01"),
    ("ethnic", "1", "01"),
    ("ethnic", "维吾尔族", "05"),
    ("marital_status", "已婚", "20"),
    ("marital_status", "30", "30"),
    ("education", "20", "20"),
    ("relation_to_head", "户主", "02"),
    ("relation_to_head", "母亲", "52"),
    ("sex", "中", None),
    ("ethnic", "火星族", None),
]


@pytest.mark.parametrize("name", sorted(CODED_ATTRIBUTES.values()))
def test_every_list_names_its_standard(name):
    assert load_code_list(name).standard
    assert load_code_list(name).codes


@pytest.mark.parametrize(("attribute", "raw", "code"), LABELS)
def test_labels_become_codes(attribute, raw, code):
    con = duckdb.connect()
    columns = ", ".join(
        f"$raw AS {name}_raw" if name == attribute else f"NULL::VARCHAR AS {name}_raw" for name in CODED_ATTRIBUTES
    )
    con.execute(f"CREATE TEMP TABLE std_raw AS SELECT {columns}", {"raw": raw})
    standardise_codes(con, f"SELECT {attribute}_raw AS raw FROM std_raw")
    assert con.execute("SELECT code FROM std_code").fetchall() == ([(code,)] if code else [])


def test_a_shortened_label_never_hides_an_exact_one():
    code_list = CodeList.model_validate(
        {
            "standard": "x",
            "codes": {"01": {"name": "甲族"}, "1": {"name": "乙"}, "02": {"name": "丙", "labels": ["甲"]}},
        }
    )
    assert code_list.labels()["1"] == "1"
    assert code_list.labels()["甲"] == "02"
