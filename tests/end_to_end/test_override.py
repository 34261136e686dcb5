"""A night that a check of the base holds back, and the audited way past it."""

import json
import shutil
from dataclasses import replace

import dagster as dg
import pytest

from pipelines import checks
from pipelines.build import build_defs
from pipelines.doctor import examine
from pipelines.home import Home
from pipelines.instance import open_instance
from pipelines.names import BASE
from pipelines.night_page import STATUS
from pipelines.report import read_reports
from pipelines.terminal import Exit
from quality.rules import NoneFound
from quality.suites import base_suites
from warehouse.database import warehouse_session

WHY = "已与公安核对，名单无误"


def failing_suites():
    first, *others = base_suites()
    return [replace(first, rules=(*first.rules, NoneFound(name="never_so", query="SELECT 1"))), *others]


@pytest.fixture(scope="module")
def held_once(city, home_after, tmp_path_factory, end_to_end):
    home = home_after(1, tmp_path_factory.mktemp("held"))
    published = end_to_end.published(home)
    end_to_end.deliver(city, home, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "base_suites", failing_suites)
        result = end_to_end.run(home, end_to_end.NIGHTS[1])
    assert result.exit_code == Exit.BLOCKED and "never_so" in result.output
    return home, published


@pytest.fixture
def held(held_once, tmp_path, monkeypatch):
    """A home whose second night is merged, and held back by a rule that fails."""
    home, published = held_once
    monkeypatch.setattr(checks, "base_suites", failing_suites)
    return Home(shutil.copytree(home.root, tmp_path / "home", symlinks=True)), published


def materialize(home, *assets):
    """What "Materialize" on the page of an asset does: these steps and no others. Returns the message of a failure."""
    job = build_defs(home).resolve_implicit_global_asset_job_def()
    with open_instance(home) as instance:
        result = job.execute_in_process(
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            partition_key=read_reports(home)[-1].night,
            instance=instance,
            raise_on_error=False,
        )
    assert [event.step_key for event in result.all_events if event.is_step_start] == list(assets)
    return "".join(event.event_specific_data.error.cause.message for event in result.get_step_failure_events())


def publish(end_to_end, home, *options):
    return end_to_end.popbase("publish", *options, "--home", home.root)


def test_a_held_back_night_leaves_the_base_and_is_published_on_somebodys_word(held, end_to_end):
    home, before = held
    assert end_to_end.published(home) == before
    done = publish(end_to_end, home, "--override", "--because", WHY)
    assert done.exit_code == Exit.OK and "overridden" in done.output and "never_so" in done.output
    assert end_to_end.published(home) != before
    assert read_reports(home)[-1].status == "overridden"
    assert "overridden" in end_to_end.popbase("status", "--home", home.root).output
    with warehouse_session(home.database, read_only=True) as con:
        assert con.execute("SELECT action, purpose FROM access_log").fetchall() == [("override", WHY)]
    assert publish(end_to_end, home, "--override", "--because", WHY).exit_code == Exit.USAGE


def test_a_published_night_that_is_merged_again_is_held_back_and_published_like_any_other(
    home_after, tmp_path, end_to_end, monkeypatch
):
    home = home_after(1, tmp_path)
    before = end_to_end.published(home)
    monkeypatch.setattr(checks, "base_suites", failing_suites)
    end_to_end.popbase("withdraw", 1, "--because", "报送有误，撤回", "--home", home.root)
    assert end_to_end.run(home, end_to_end.NIGHTS[0]).exit_code == Exit.BLOCKED
    assert end_to_end.published(home) == before
    assert "publication" in {finding.name for finding in examine(home)}
    done = publish(end_to_end, home, "--override", "--because", WHY)
    assert done.exit_code == Exit.OK, done.output
    assert end_to_end.published(home) != before
    assert "publication" not in {finding.name for finding in examine(home)}


def test_all_that_tells_of_the_night_says_that_it_was_published_on_somebodys_word(held, end_to_end):
    home, _ = held
    publish(end_to_end, home, "--override", "--because", WHY)
    night = end_to_end.NIGHTS[1]
    for name in (f"night_{night}.html", f"night_{night}.txt", "index.html"):
        text = (home.reports / name).read_text(encoding="utf-8")
        assert STATUS["overridden"][0] in text and STATUS["blocked"][0] not in text, name
    [log] = home.logs.iterdir()
    told = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert (told["event"], told["status"], told["night"]) == ("night_ended", "overridden", night.isoformat())


def test_the_step_of_publication_alone_holds_back_what_the_checks_do(held, end_to_end, monkeypatch):
    home, before = held
    assert "popbase publish --override" in materialize(home, BASE)
    with warehouse_session(home.database) as con:
        con.execute("UPDATE night SET merges = merges + 1")
    assert "was not checked since it was merged" in materialize(home, BASE)
    assert publish(end_to_end, home, "--override", "--because", WHY).exit_code == Exit.USAGE
    assert end_to_end.published(home) == before
    monkeypatch.undo()
    assert end_to_end.run(home, end_to_end.NIGHTS[1]).exit_code == Exit.OK
    assert materialize(home, BASE) == ""


@pytest.mark.parametrize("options", [("--because", WHY), ("--override", "--because", "急")])
def test_without_a_word_and_a_reason_nothing_is_published(held, end_to_end, options):
    home, before = held
    assert publish(end_to_end, home, *options).exit_code == Exit.USAGE
    assert end_to_end.published(home) == before
