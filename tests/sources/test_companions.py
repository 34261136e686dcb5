"""What lies beside a delivery to say that it is whole."""

import hashlib

import pytest

from sources.companions import Promise, read_promise, remove_companions
from sources.intake import scan_intake

QUIET = 300.0
CONTENT = b"x,y\n1,2\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def intake(tmp_path):
    (tmp_path / "tax").mkdir()
    (tmp_path / "tax" / "a.csv").write_bytes(CONTENT)
    return tmp_path


def lay(intake, suffix, text=""):
    (intake / "tax" / f"a.csv{suffix}").write_text(text, encoding="utf-8")


def states(intake):
    now = (intake / "tax" / "a.csv").stat().st_mtime + 1
    return [(file.path, file.state, file.companions) for file in scan_intake(intake, ["tax"], now, QUIET)]


def test_a_young_file_is_arriving_until_something_says_that_it_is_whole(intake):
    assert states(intake) == [("tax/a.csv", "arriving", ())]
    for suffix in (".done", ".sha256", ".manifest"):
        lay(intake, suffix)
        assert states(intake)[0][1] == "ready"
    assert states(intake) == [("tax/a.csv", "ready", ("tax/a.csv.done", "tax/a.csv.sha256", "tax/a.csv.manifest"))]


def test_what_is_being_written_under_another_name_is_not_whole(intake):
    (intake / "tax" / "a.csv").rename(intake / "tax" / "a.csv.part")
    (intake / "tax" / "a.csv.part.done").write_text("")
    now = (intake / "tax" / "a.csv.part").stat().st_mtime + 1
    assert [file.state for file in scan_intake(intake, ["tax"], now, QUIET)] == ["arriving"]


def test_a_companion_alone_is_no_delivery(intake):
    (intake / "tax" / "a.csv").unlink()
    lay(intake, ".done")
    assert scan_intake(intake, ["tax"], 0.0, 0.0) == []


def test_a_link_in_place_of_a_companion_is_refused_and_says_nothing(intake):
    (intake / "tax" / "a.csv.sha256").symlink_to("/etc/hostname")
    found = {file.path: file for file in scan_intake(intake, ["tax"], 0.0, 0.0)}
    assert found["tax/a.csv.sha256"].reason_code == "file_symlink"
    assert read_promise(intake, found["tax/a.csv"].companions) == Promise()


@pytest.mark.parametrize(
    ("suffix", "text", "promise"),
    [
        (".sha256", f"{DIGEST}  a.csv\n", Promise(DIGEST)),
        (".sha256", DIGEST.upper(), Promise(DIGEST)),
        (".manifest", f"rows=12\nsha256={DIGEST}\n", Promise(DIGEST, 12)),
        (".manifest", "行数：12", Promise(None, 12)),
        (".manifest", "rows=many", Promise()),
        (".done", "", Promise()),
    ],
)
def test_what_companions_promise(intake, suffix, text, promise):
    lay(intake, suffix, text)
    assert read_promise(intake, [f"tax/a.csv{suffix}"]) == promise


def test_companions_go_with_their_file(intake):
    lay(intake, ".done")
    lay(intake, ".sha256")
    (intake / "tax" / "b.csv.done").write_text("")
    remove_companions(intake, "tax/a.csv")
    remove_companions(intake, "gone/a.csv")
    assert sorted(path.name for path in (intake / "tax").iterdir()) == ["a.csv", "b.csv.done"]
