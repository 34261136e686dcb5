"""The door: what is taken, what waits, what is refused; the archive; removal."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from sources import intake as intake_module
from sources.errors import IntakeError
from sources.intake import archive_file, archive_path, FoundFile, remove_from_intake, scan_intake

DEPARTMENTS = ("tax", "hrss")
LATER = 4_000_000_000.0


@pytest.fixture
def intake(tmp_path: Path) -> Path:
    folder = tmp_path / "intake"
    (folder / "tax" / "supplement").mkdir(parents=True)
    return folder


def put(intake: Path, path: str, content: bytes = b"a,b\n") -> Path:
    file = intake / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def states(intake: Path, quiet_seconds: float = 0) -> dict[str, tuple[str, str | None, str | None]]:
    found = scan_intake(intake, DEPARTMENTS, LATER, quiet_seconds)
    return {file.path: (file.state, file.department, file.reason_code) for file in found}


def test_files_of_departments_are_ready_also_in_sub_folders(intake: Path) -> None:
    put(intake, "tax/个税扣缴_20261101.csv", b"12345")
    put(intake, "tax/supplement/empty.csv", b"")
    found = scan_intake(intake, DEPARTMENTS, LATER, 0)
    assert [(file.path, file.state, file.size_bytes) for file in found] == [
        ("tax/supplement/empty.csv", "ready", 0),
        ("tax/个税扣缴_20261101.csv", "ready", 5),
    ]


@pytest.mark.parametrize(
    "name", [".hidden", "a.csv.part", "a.TMP", "a.crdownload", "~$a.xlsx", ".cache/a.csv", "a.csv~"]
)
def test_unfinished_names_are_arriving(intake: Path, name: str) -> None:
    put(intake, f"tax/{name}")
    assert states(intake) == {f"tax/{name}": ("arriving", "tax", None)}


def test_a_folder_taken_away_while_the_intake_is_scanned_is_passed_over(
    intake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(intake, "tax/a.csv")
    supplement, access = intake / "tax" / "supplement", os.access

    def then_gone(path: str, mode: int, **given: bool) -> bool:
        answer = access(path, mode, **given)
        if path == str(supplement):
            supplement.rmdir()
        return answer

    monkeypatch.setattr(intake_module.os, "access", then_gone)
    assert list(states(intake)) == ["tax/a.csv"]
    assert not supplement.exists()


def test_a_file_just_written_is_arriving(intake: Path) -> None:
    put(intake, "tax/a.csv")
    now = time.time()
    assert scan_intake(intake, DEPARTMENTS, now, 600)[0].state == "arriving"
    assert scan_intake(intake, DEPARTMENTS, now + 601, 600)[0].state == "ready"
    assert scan_intake(intake, DEPARTMENTS, now, 0)[0].state == "ready"


@pytest.mark.parametrize(
    "name", ["a..csv", "..csv", "a\\..\\b.csv", "a\nb.csv", "a\u202ecsv.exe", "a\u200b.csv", "\x1b[2J.csv"]
)
def test_unsafe_names_are_refused(intake: Path, name: str) -> None:
    put(intake, f"tax/{name}")
    assert states(intake) == {f"tax/{name}": ("refused", "tax", "file_name_unsafe")}


def test_a_name_that_is_no_text_is_refused(intake: Path) -> None:
    (Path(os.fsdecode(os.fsencode(intake) + b"/tax/\xd5\xc5.csv"))).write_bytes(b"a")
    assert states(intake) == {"tax/\\xd5\\xc5.csv": ("refused", "tax", "file_name_unsafe")}


@pytest.mark.parametrize("name", [".DS_Store", "._a.csv", "Thumbs.db", "desktop.ini"])
def test_what_file_managers_leave_is_passed_over(intake: Path, name: str) -> None:
    put(intake, f"tax/{name}")
    assert states(intake) == {}


def test_links_pipes_and_strays_are_refused_and_not_followed(intake: Path, tmp_path: Path) -> None:
    secret = put(tmp_path, "secret/s.csv")
    (intake / "tax" / "link.csv").symlink_to(secret)
    (intake / "tax" / "folder").symlink_to(secret.parent)
    (intake / "hrss").symlink_to(secret.parent)
    os.mkfifo(intake / "tax" / "pipe.csv")
    put(intake, "stray.csv")
    put(intake, "weather/w.csv")
    assert states(intake) == {
        "hrss": ("refused", None, "file_symlink"),
        "stray.csv": ("refused", None, "file_outside_department"),
        "tax/folder": ("refused", "tax", "file_symlink"),
        "tax/link.csv": ("refused", "tax", "file_symlink"),
        "tax/pipe.csv": ("refused", "tax", "file_not_regular"),
        "weather/w.csv": ("refused", None, "department_unknown"),
    }


def test_no_intake_folder_is_an_empty_one(tmp_path: Path) -> None:
    assert scan_intake(tmp_path / "none", DEPARTMENTS, LATER, 0) == []


def ready(path: str) -> FoundFile:
    return FoundFile(path, "tax", 0, 0.0, "ready")


def test_the_archive_keeps_content_once_under_its_hash(intake: Path, tmp_path: Path) -> None:
    content = b"x" * 3_000_000
    put(intake, "tax/a.csv", content)
    put(intake, "tax/b.csv", content)
    archive = tmp_path / "archive"
    sha256 = archive_file(intake, ready("tax/a.csv"), archive)
    assert sha256 == hashlib.sha256(content).hexdigest() == archive_file(intake, ready("tax/b.csv"), archive)
    files = [path for path in archive.rglob("*") if path.is_file()]
    assert files == [archive_path(archive, sha256)]
    assert files[0].read_bytes() == content
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_spoilt_copy_in_the_archive_is_replaced(intake: Path, tmp_path: Path) -> None:
    put(intake, "tax/a.csv", b"good")
    archive = tmp_path / "archive"
    kept = archive_path(archive, archive_file(intake, ready("tax/a.csv"), archive))
    kept.write_bytes(b"go")
    archive_file(intake, ready("tax/a.csv"), archive)
    assert kept.read_bytes() == b"good"


@pytest.mark.parametrize("path", ["../secret/s.csv", "tax/../../secret/s.csv", "/etc/passwd"])
def test_the_archive_takes_nothing_from_outside(intake: Path, tmp_path: Path, path: str) -> None:
    put(tmp_path, "secret/s.csv")
    with pytest.raises(IntakeError) as error:
        archive_file(intake, ready(path), tmp_path / "archive")
    assert error.value.reason_code == "file_name_unsafe"


def test_a_file_that_became_a_link_is_not_archived(intake: Path, tmp_path: Path) -> None:
    secret = put(tmp_path, "secret/s.csv")
    (intake / "tax" / "a.csv").symlink_to(secret)
    (intake / "hrss").symlink_to(secret.parent)
    for path in ("tax/a.csv", "hrss/s.csv"):
        with pytest.raises(IntakeError) as error:
            archive_file(intake, ready(path), tmp_path / "archive")
        assert error.value.reason_code == "file_unreadable"


def test_a_file_that_grows_while_it_is_copied_is_not_archived(
    intake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(intake, "tax/a.csv", b"a" * 10)
    sync = os.fsync

    def grow(descriptor: int) -> None:
        with file.open("ab") as stream:
            stream.write(b"more")
        sync(descriptor)

    monkeypatch.setattr(intake_module.os, "fsync", grow)
    with pytest.raises(IntakeError) as error:
        archive_file(intake, ready("tax/a.csv"), tmp_path / "archive")
    assert error.value.reason_code == "file_changed"
    assert not [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_removal_only_of_what_was_archived(intake: Path, tmp_path: Path) -> None:
    file = put(intake, "tax/a.csv", b"first")
    sha256 = archive_file(intake, ready("tax/a.csv"), tmp_path / "archive")
    file.write_bytes(b"corrected")
    assert not remove_from_intake(intake, "tax/a.csv", sha256)
    assert file.exists()
    file.write_bytes(b"first")
    assert remove_from_intake(intake, "tax/a.csv", sha256)
    assert not file.exists()
    assert remove_from_intake(intake, "tax/a.csv", sha256)
