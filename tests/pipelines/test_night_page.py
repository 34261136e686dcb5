"""The page, the text and the index of nights: complete, self-contained, and of counts alone."""

import re
from dataclasses import replace

import pytest

from pipelines.home import Home
from pipelines.letter import letter_html, write_letters
from pipelines.night_page import index_html, night_html, night_text, Residents, Thresholds
from pipelines.report import CheckLine, FileLine, NightReport
from quality.figures import NightFigures, no_figures

DEPARTMENTS = ("grid", "hrss", "public_security")
RATES = {f"{kind}_{part}": 0.01 for kind in ("false_match", "missed_match") for part in ("rate", "low", "high")}
FIGURES = NightFigures(
    events=[{"change": "arrival", "persons": 12}, {"change": "withdrawal", "persons": 3}],
    reasons=[{"department": "grid", "reason_code": "cells_too_many", "rows": 7}],
    scores=[
        {"department": name, "files": 1, "rows": 1000, "quarantined": 7, "persons": 900, "alone": 5, "conflicts": 30,
         "linked": 0.98, "new": None}
        for name in DEPARTMENTS
    ],
    history=[
        {"night": f"2026-11-{day:02}", "department": name, "rows": 1000 + day, "quarantined": 0.01}
        for day in range(1, 9) for name in DEPARTMENTS
    ],
    weights=[{"bits": bits, "pairs": 40 + bits} for bits in range(-12, 32, 4)],
    agreement=[{"one": "grid", "other": "hrss", "persons": 400, "name": 0.97, "birth_date": None, "citizen_id": 1.0}],
    denials=[{"department": "grid", "attribute": "birth_date", "records": 30, "persons": 28}],
    doubts=[{"department": "grid", "sign": "several_numbers", "persons": 2}],
    clusters=[{"place": 1, "sign": "several_numbers", "found": 2}],
    errors=[{"group_kind": "all", "group_name": "all", "pairs": 4000, "method": "mixture", **RATES},
            {"group_kind": "age", "group_name": "elder", "pairs": 0, "method": None, **dict.fromkeys(RATES)}],
    drifts=[{"metric": "rows", "department": "tax", "extract": "pay", "item": "", "value": 500.0, "usual": 1000.0,
             "nights": 8}],
)  # fmt: skip
RESIDENTS = Residents(
    pyramid=[{"age_band": f"{age:02}-{age + 4:02}", "sex": sex, "count": None if age == 80 else 100 - age}
             for age in range(0, 85, 5) for sex in ("male", "female")],
    coverage=[{"departments": "grid + hrss", "count": 300}, {"departments": "grid", "count": None}],
)  # fmt: skip
REPORT = NightReport(
    "2026-11-08", "run", "published", "2026-11-08T02:00:00", 61.0,
    files=[FileLine("tax/<b>.csv", "tax", "pay", "accepted", "", 10, 9, 1, 0, 9)],
    persons={"persons": 3000, "new": 12, "merged": 1, "split": 0, "withdrawn": 3}, checks_passed=30,
    checks_failed=[CheckLine("base_trend", "base_person", False, {"rows_as_usual": 1}),
                   CheckLine("std_tax__pay", "std_tax", True, {"quarantine_rate_bearable": 1})],
)  # fmt: skip
THRESHOLDS = Thresholds(link=3.2, review=-3.2)


def page(report=REPORT, figures=FIGURES, residents=RESIDENTS):
    return night_html(report, figures, residents, THRESHOLDS)


def test_a_page_tells_what_changed_what_failed_and_what_to_do():
    text = page()
    for told in ("3,000", "新增 arrival", "rows_as_usual", "须先解决", "与往常不同", "报送撤回", "⛔ std_tax__pay",
                 "rows tax/pay: 500, 往常 usual 1000 (8)", "一人多号", "1.00% (1.00%–1.00%)"):  # fmt: skip
        assert told in text, told


def test_a_page_needs_no_network_and_escapes_what_it_is_given():
    text = page(replace(REPORT, status="failed", failure="<script>alert(1)</script>"))
    assert "default-src 'none'" in text and "<script>alert(1)" not in text
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)=.?https?:|@import|url\(", own)


@pytest.mark.parametrize("status", ["published", "blocked", "failed", "overridden"])
def test_a_night_of_nothing_has_a_page_too(status):
    text = page(replace(REPORT, status=status, persons={}, checks_failed=[]), no_figures(), Residents([], []))
    assert f'class="status {status}"' in text and "vegaEmbed(" in text


def test_the_text_for_mail_says_the_same_in_short():
    text = night_text(REPORT, FIGURES)
    assert "人数 persons 3,000 new +12, merged +1, withdrawn +3" in text
    assert "检查 check std_tax__pay: quarantine_rate_bearable (1) -> 须先解决" in text
    assert "异常 drift rows tax/pay" in text and "<" not in text.replace("->", "")


def test_the_index_lists_all_nights_newest_first():
    text = index_html([REPORT, replace(REPORT, night="2026-11-09", status="blocked")])
    assert text.index("night_2026-11-09.html") < text.index("night_2026-11-08.html")
    assert "vegaEmbed(" not in text


def test_a_letter_tells_a_department_of_its_own_records_alone(tmp_path):
    home = Home(tmp_path / "home").prepare()
    written = write_letters(home, "2026-11-08", FIGURES)
    assert [path.parent.name for path in written] == list(DEPARTMENTS)
    letters = {path.parent.name: path.read_text(encoding="utf-8") for path in written}
    assert "出生日期" in letters["grid"] and "28" in letters["grid"] and "一人多号" in letters["grid"]
    assert "1,008" in letters["grid"] and "没有。" not in letters["grid"]
    other = letters[DEPARTMENTS[-1]]
    assert "没有。" in other and "一人多号" not in other
    drifted = replace(FIGURES, drifts=[FIGURES.drifts[0] | {"department": "grid"}])
    assert "与往常不同" in letter_html("grid", "2026-11-08", drifted) and "与往常不同" not in letters["grid"]
    assert not any("://" in letter or "<script" in letter for letter in letters.values())
