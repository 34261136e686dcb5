"""What must be refused is refused, with a reason and a receipt, and the rest of the night goes on."""

import json
import os
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.report import read_reports
from pipelines.terminal import Exit


def plant(home: Home) -> dict[str, str]:
    """Bad files beside good ones: path below the intake → reason code."""
    tax = home.intake / "tax"
    (tax / "空.csv").write_bytes(b"")
    (tax / "照片.csv").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 50)
    (tax / "别的表.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    (tax / "a..b.csv").write_text("x\n", encoding="utf-8")
    (tax / "链接.csv").symlink_to("/etc/hostname")
    (home.intake / "weather").mkdir()
    (home.intake / "weather" / "rain.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (home.intake / "loose.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    os.mkfifo(tax / "pipe.csv")
    (tax / "half.csv.part").write_text("x", encoding="utf-8")
    (tax / "没传完.csv").write_text("x\n", encoding="utf-8")
    (tax / "没传完.csv.sha256").write_text("0" * 64, encoding="utf-8")
    return {
        "tax/空.csv": "file_empty",
        "tax/照片.csv": "not_csv_binary",
        "tax/没传完.csv": "checksum_differs",
        "tax/别的表.csv": "unknown_file",
        "tax/a..b.csv": "file_name_unsafe",
        "tax/链接.csv": "file_symlink",
        "weather/rain.csv": "department_unknown",
        "loose.csv": "file_outside_department",
        "tax/pipe.csv": "file_not_regular",
    }


@pytest.fixture(scope="module")
def night(city, tmp_path_factory, end_to_end):
    home = Home(tmp_path_factory.mktemp("bad") / "home").prepare()
    end_to_end.deliver(city, home, 0)
    expected = plant(home)
    return home, expected, end_to_end.run(home, end_to_end.NIGHTS[0])


def test_night_goes_on_and_exit_code_says_so(night):
    home, _, result = night
    assert result.exit_code == Exit.FILES_REFUSED, result.output
    [report] = read_reports(home)
    assert report.status == "published"
    assert report.persons["persons"] > 100
    assert {line.check for line in report.checks_failed} >= {"files_accepted", "files_usable", "files_finished"}


def test_each_bad_file_has_its_reason(night):
    home, expected, _ = night
    [report] = read_reports(home)
    found = {file.file: file.reason_code for file in report.files if file.status == "refused"}
    assert {path: found.get(path) for path in expected} == expected


def test_each_bad_file_has_a_receipt(night):
    home, expected, _ = night
    receipts = [json.loads(path.read_text(encoding="utf-8")) for path in home.receipts.rglob("*.receipt.json")]
    reasons = {receipt["file"]: receipt["reason_code"] for receipt in receipts}
    assert {path: reasons.get(path) for path in expected} == expected
    assert all(receipt["how_to_fix"] for receipt in receipts if receipt["reason_code"])


def test_nothing_outside_of_the_intake_was_touched(night):
    home, _, _ = night
    assert (home.intake / "tax" / "链接.csv").is_symlink()
    assert (home.intake / "tax" / "half.csv.part").exists()
    assert Path("/etc/hostname").exists()
