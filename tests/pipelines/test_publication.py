"""A night's publication for all projects."""

import shutil
from datetime import date, datetime, UTC

import duckdb
import pytest

from pipelines.publication import publish_night
from warehouse.database import warehouse_session
from warehouse.errors import ProjectError

NIGHT, NOW = date(2026, 11, 1), datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
pytestmark = pytest.mark.integration


def test_a_project_without_its_key_keeps_no_other_back(home):
    home.projects.write_text("projects: {open_data: {least_count: 10}, research: {birth: year}}")
    with warehouse_session(home.database) as con:
        columns = "night, status, opened_at, merged_at"
        con.execute(f"INSERT INTO night ({columns}) VALUES ($1, 'merged', $2, $2)", [NIGHT, NOW])
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
