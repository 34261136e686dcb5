"""A purge years later: what is past its time is gone from every file, what is in force stays, and so do ids."""

from datetime import date

import pytest

from pipelines import purging
from pipelines.home import Home
from pipelines.purging import erase

pytestmark = pytest.mark.end_to_end

LATER = date(2031, 1, 1)
"""Past the terms of grid, finance and tax, within those of the others."""


@pytest.fixture(scope="module")
def purged(city, tmp_path_factory, end_to_end):
    """A home of three nights that was purged years later, and what it was before."""
    home = Home(tmp_path_factory.mktemp("purge") / "home").prepare()
    for number in range(2):
        end_to_end.deliver(city, home, number)
        assert end_to_end.run(home, end_to_end.NIGHTS[number]).exit_code in (0, 3)
    before = end_to_end.query(home, "SELECT person_id FROM person ORDER BY 1")
    replaced = end_to_end.query(home, "SELECT department, file, row_number FROM crosswalk WHERE NOT is_current")
    done, left = erase(home, LATER)
    end_to_end.deliver(city, home, 2)
    assert end_to_end.run(home, end_to_end.NIGHTS[2]).exit_code in (0, 3)
    return home, before, replaced, done, left


def kill(*_):
    raise KeyboardInterrupt


def test_nothing_past_its_time_is_left(purged, end_to_end):
    home, _, replaced, done, left = purged
    assert left == 0 and done.deliveries > 0 and len(done.originals) > 0 and done.quarantined_rows >= 0
    short = [row for row in replaced if row[0] in ("grid", "finance", "tax")]
    assert done.mentions == len(short) > 0
    kept = end_to_end.query(home, "SELECT department, file, row_number FROM crosswalk")
    assert not set(short) & set(kept)
    archived = {path.name for path in home.archive.rglob("*") if path.is_file()}
    assert archived and not archived & set(done.originals)


def test_what_is_in_force_and_ids_stay(purged, end_to_end):
    home, before, replaced, *_ = purged
    now = {row[0] for row in end_to_end.query(home, "SELECT person_id FROM person")}
    assert len({row[0] for row in before} - now) <= len(before) * 0.01
    kept = end_to_end.query(home, "SELECT department, file, row_number FROM crosswalk")
    assert {row for row in replaced if row[0] == "public_security"} <= set(kept)


def test_a_purge_that_was_killed_is_finished_by_the_next(purged, monkeypatch):
    home = purged[0]
    before = home.database.stat().st_ino
    with monkeypatch.context() as patch:
        patch.setattr(purging, "rewrite", kill)
        with pytest.raises(KeyboardInterrupt):
            erase(home, LATER)  # the third night's deliveries are as old by then
    assert home.database.stat().st_ino == before
    done, left = erase(home, LATER)
    assert (done.deliveries, left) == (0, 0)
    rewritten = home.database.stat().st_ino
    assert rewritten != before
    erase(home, LATER)
    assert home.database.stat().st_ino == rewritten


def test_a_second_purge_finds_nothing(purged):
    done, left = erase(purged[0], LATER)
    assert (done.deliveries, done.mentions, done.versions, left) == (0, 0, 0, 0)
