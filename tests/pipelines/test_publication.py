"""A night's publication for all projects."""

import shutil
from datetime import date, datetime, timedelta, UTC

import duckdb
import pytest

from pipelines.merge import merge_night
from pipelines.publication import publish_night
from sources.contract import load_contracts
from warehouse.database import warehouse_session
from warehouse.errors import HeldBackError, NightOrderError, ProjectError
from warehouse.ledger import finish_night
from warehouse.verdicts import keep_verdict

NIGHT, NOW = date(2026, 11, 1), datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


def test_a_project_without_its_key_keeps_no_other_back(home):
    home.projects.write_text("projects: {open_data: {least_count: 10}, research: {birth: year}}")
    with warehouse_session(home.database) as con:
        columns = "night, status, opened_at, merged_at"
        con.execute(f"INSERT INTO night ({columns}) VALUES ($1, 'merged', $2, $2)", [NIGHT, NOW])
        keep_verdict(con, NIGHT, "passed")
        assert publish_night(con, home, NIGHT, NOW)["projects"] == 3
        (home.warehouse / "projects" / "open_data.key").unlink()
        con.execute("UPDATE night SET snapshot_id = NULL")
        shutil.rmtree(home.published_for("research"))
        with pytest.raises(ProjectError, match="popbase project rotate open_data"):
            publish_night(con, home, NIGHT, NOW)
        [(snapshot,)] = con.execute("SELECT snapshot_id FROM night").fetchall()
    assert snapshot
    with duckdb.connect(str(home.published_for("research") / "population_base.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM person").fetchall() == [(0,)]


def test_only_the_newest_night_is_published_and_only_after_its_checks_passed(home):
    with warehouse_session(home.database) as con:
        for night in (NIGHT, NIGHT + timedelta(days=1)):
            con.execute("INSERT INTO night (night, status, opened_at) VALUES ($1, 'open', $2)", [night, NOW])
            with pytest.raises(HeldBackError, match="was not checked"):
                publish_night(con, home, night, NOW)
            finish_night(con, night, NOW)
            keep_verdict(con, night, "blocked")
            with pytest.raises(HeldBackError, match="--override"):
                publish_night(con, home, night, NOW)
            assert not home.base.exists()
        keep_verdict(con, NIGHT, "passed")
        with pytest.raises(NightOrderError):
            publish_night(con, home, NIGHT, NOW)
        with pytest.raises(NightOrderError):
            merge_night(con, home, load_contracts(), NIGHT, NOW)
