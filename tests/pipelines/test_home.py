import stat
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import HomeError, NightError, WriterBusyError
from pipelines.home import find_home, Home, parse_night, VARIABLE
from pipelines.writer import hold_reader, hold_writer


def test_home_is_given_before_environment(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "other"))
    assert find_home(tmp_path / "given").root == tmp_path / "given"
    assert find_home().root == tmp_path / "other"


def test_home_missing_or_no_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="POPBASE_HOME"):
        find_home()
    with pytest.raises(HomeError, match="no folder"):
        find_home(tmp_path / "file")


def test_restricted_folders_are_closed_to_others(home: Home):
    assert stat.S_IMODE(home.warehouse.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.archive.stat().st_mode) == 0o700


def test_night_is_a_date():
    assert parse_night("2026-11-01") == date(2026, 11, 1)


@pytest.mark.parametrize("label", ["", "20261101", "2026-W45-1", "2026-11-31", "tonight"])
def test_night_that_is_no_date_is_refused(label: str):
    with pytest.raises(NightError):
        parse_night(label)


def test_second_writer_is_busy_until_the_first_is_done(home: Home):
    with hold_writer(home), pytest.raises(WriterBusyError), hold_writer(home):
        pass
    with hold_writer(home):
        pass


def test_readers_share_a_home_and_a_writer_has_it_alone(home: Home, monkeypatch):
    with hold_reader(home):  # nobody has written it yet
        pass
    assert list(home.warehouse.iterdir()) == []
    with hold_writer(home), pytest.raises(WriterBusyError, match="run is writing"), hold_reader(home):
        pass
    monkeypatch.setattr("pipelines.writer.READERS_SECONDS", 0)
    with hold_reader(home), hold_reader(home), pytest.raises(WriterBusyError, match="is reading"), hold_writer(home):
        pass
    with hold_writer(home):
        pass


def test_a_writer_waits_for_readers(home: Home, monkeypatch):
    monkeypatch.setattr("pipelines.writer.POLL_SECONDS", 0)
    reader = ExitStack()
    with hold_writer(home):
        pass
    reader.enter_context(hold_reader(home))
    monkeypatch.setattr("time.sleep", lambda _: reader.close())  # it ends while the writer waits
    with hold_writer(home), pytest.raises(WriterBusyError), hold_reader(home):
        pass


def test_relative_home_becomes_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert find_home(Path("here")).root == tmp_path / "here"
