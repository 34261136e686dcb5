"""An installation is backed up, restored with nobody re-keyed, and looked over."""

import errno
import json
import shutil
import stat
import tarfile

import pytest

from pipelines.doctor import examine
from pipelines.home import Home
from pipelines.terminal import Exit
from pipelines.writer import hold_writer
from warehouse.database import warehouse_session


@pytest.fixture(scope="module")
def home(home_after, tmp_path_factory):
    home = home_after(1, tmp_path_factory.mktemp("operations"))
    (home.receipts / "tax").chmod(0o2750)
    home.notify.write_text("only_trouble: true\n", encoding="utf-8")
    home.database.with_suffix(".spill").mkdir()
    (home.database.with_suffix(".spill") / "block").touch()
    return home


@pytest.fixture(params=["all.tar", "all.tar.gz"])
def backup(home, tmp_path, end_to_end, request):
    file = tmp_path / request.param
    done = end_to_end.popbase("backup", file, "--home", home.root)
    assert done.exit_code == Exit.OK, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def test_a_restored_home_goes_on_where_the_other_was(home, home_after, backup, city, tmp_path, end_to_end):
    other = Home(tmp_path / "restored")
    done = end_to_end.popbase("restore", backup, "--home", other.root)
    assert done.exit_code == Exit.OK and "persons re-keyed = 0" in done.output
    assert end_to_end.published(other) == end_to_end.published(home)
    end_to_end.deliver(city, other, 1)
    assert end_to_end.run(other, end_to_end.NIGHTS[1]).exit_code in (Exit.OK, Exit.FILES_REFUSED)
    assert end_to_end.published(other) == end_to_end.published(home_after(2, tmp_path))


def modes(root):
    """All files and folders with their modes."""
    return {
        path.relative_to(root).as_posix(): stat.S_IMODE(path.lstat().st_mode)
        for path in root.rglob("*")
        if not path.is_symlink()
    }


def test_a_restored_home_is_as_closed_and_as_complete(home, backup, tmp_path, end_to_end):
    other = Home(tmp_path / "restored")
    end_to_end.popbase("restore", backup, "--home", other.root)
    before, after = modes(home.root), modes(other.root)
    assert (before["warehouse"], before["receipts/tax"]) == (0o700, 0o2750)
    missing = {name for name in before.keys() - after.keys() if not name.startswith(("intake/", "dagster/"))}
    assert missing == {"warehouse/population.spill", "warehouse/population.spill/block"}
    assert "dagster/dagster.yaml" in after
    assert {name: before[name] for name in after} == after


def test_no_right_of_another_is_restored(home, tmp_path, end_to_end):
    end_to_end.popbase("backup", tmp_path / "all.tar", "--home", home.root)
    with tarfile.open(tmp_path / "all.tar") as source, tarfile.open(tmp_path / "bent.tar", "w") as target:
        for member in source:
            content = source.extractfile(member) if member.isreg() else None
            member.mode |= 0o7000
            target.addfile(member, content)
    other = Home(tmp_path / "restored")
    assert end_to_end.popbase("restore", tmp_path / "bent.tar", "--home", other.root).exit_code == Exit.OK
    found = modes(other.root)
    assert {mode & 0o5000 for mode in found.values()} == {0}
    assert {mode & 0o2000 for name, mode in found.items() if (other.root / name).is_file()} == {0}


def test_a_backup_that_fails_leaves_nothing(home, tmp_path, end_to_end, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", fail)
    done = end_to_end.popbase("backup", tmp_path / "all.tar", "--home", home.root)
    assert (done.exit_code, "No space left" in done.output) == (Exit.FAILED, True)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_written_once_and_restored_into_nothing_else(home, backup, tmp_path, end_to_end):
    assert end_to_end.popbase("backup", backup, "--home", home.root).exit_code == Exit.FAILED
    assert end_to_end.popbase("restore", backup, "--home", home.root).exit_code == Exit.FAILED


def test_a_home_that_is_being_written_is_not_backed_up(home, tmp_path, end_to_end):
    with hold_writer(home):
        assert end_to_end.popbase("backup", tmp_path / "x.tar", "--home", home.root).exit_code == Exit.BUSY
    assert not (tmp_path / "x.tar").exists()


def test_a_damaged_backup_is_found(home, tmp_path, end_to_end):
    whole = tmp_path / "all.tar"
    end_to_end.popbase("backup", whole, "--home", home.root)
    content = bytearray(whole.read_bytes())
    with tarfile.open(whole) as archive:
        place = next(m.offset_data for m in archive.getmembers() if m.name == "warehouse/population.duckdb")
    content[place + 5000] ^= 0xFF
    (tmp_path / "bent.tar").write_bytes(content)
    (tmp_path / "cut.tar").write_bytes(content[: len(content) // 2])
    for name in ("bent.tar", "cut.tar"):
        done = end_to_end.popbase("restore", tmp_path / name, "--home", tmp_path / name[:4])
        assert done.exit_code == Exit.FAILED, name


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [("../out", tarfile.REGTYPE, ""), ("/out", tarfile.REGTYPE, ""), ("in", tarfile.SYMTYPE, "../out"),
     ("in", tarfile.SYMTYPE, "/out"), ("in", tarfile.LNKTYPE, "out"), ("in", tarfile.FIFOTYPE, "")],
)  # fmt: skip
def test_nothing_is_restored_that_no_backup_has(name, kind, link, tmp_path, end_to_end):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.addfile(member)
    done = end_to_end.popbase("restore", tmp_path / "all.tar", "--home", tmp_path / "new" / "home")
    assert done.exit_code == Exit.FAILED and "is no backup" in done.output
    assert [path.name for path in (tmp_path / "new").rglob("*")] == ["home"]


def states(home):
    return {(finding.name, finding.state) for finding in examine(home) if finding.state != "ok"}


def test_a_sound_home_has_nothing_that_fails(home, end_to_end):
    assert "fail" not in {state for _, state in states(home)}
    assert end_to_end.popbase("doctor", "--home", home.root).exit_code == Exit.OK


def test_a_home_that_is_being_written_is_not_called_broken(home):
    with hold_writer(home):
        assert ("warehouse", "warn") in states(home)
        assert "fail" not in {state for _, state in states(home)}


def test_looking_over_a_home_makes_nothing(tmp_path):
    home = Home(tmp_path / "home").prepare()
    with warehouse_session(home.database):
        pass
    before = sorted(home.root.rglob("*"))
    examine(home)
    assert sorted(home.root.rglob("*")) == before


def test_what_is_wrong_is_named_with_what_to_do(home, tmp_path, end_to_end):
    other = Home(shutil.copytree(home.root, tmp_path / "home", symlinks=True))
    other.archive.chmod(0o755)
    (other.warehouse / "projects" / "default.key").chmod(0o644)
    (other.intake / "weather").mkdir()
    (other.dagster / "dagster.yaml").unlink()
    found = states(other)
    assert {
        ("archive", "fail"),
        ("default.key", "fail"),
        ("projects", "fail"),
        ("intake", "warn"),
        ("Dagster", "warn"),
    } <= found
    (other.warehouse / "identity.key").unlink()
    assert ("keys", "fail") in states(other)
    other.database.write_bytes(b"x" * 9999)
    assert ("warehouse", "fail") in states(other)
    assert end_to_end.popbase("doctor", "--home", other.root).exit_code == Exit.FAILED


def test_a_home_that_is_not_there_fails(tmp_path):
    assert ("home", "fail") in states(Home(tmp_path / "nowhere"))


def test_the_log_tells_the_night_in_order(home, end_to_end):
    [path] = home.logs.iterdir()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line["at"] and line["level"] and line["run"] and line["night"] for line in lines)
    first = [line for line in lines if line["run"] == lines[0]["run"]]
    assert (first[0]["event"], first[-1]["event"]) == ("step_began", "night_ended")
    told = [line for line in first if line["event"] == "delivery" and not line["refused"]]
    stored = end_to_end.query(
        home,
        f"SELECT delivery_id, rows_accepted FROM delivery WHERE night = '{first[0]['night']}' AND status = 'accepted'"
        " ORDER BY 1",
    )
    assert sorted((line["delivery"], line["accepted"]) for line in told) == stored
    steps = [[line["step"] for line in first if line["event"] == event] for event in ("step_began", "step_ended")]
    assert steps[0] == steps[1] and "std_public_security" in steps[0]
