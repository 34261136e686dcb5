"""Three nights of a small city through the command line. Tests follow each other as nights do, on one home."""

import json
import subprocess
import sys
import time
from datetime import date, datetime, UTC

import pytest

from pipelines.home import Home
from pipelines.merge import KEY_FILE, merge_night
from pipelines.publication import code_labels
from pipelines.report import read_reports
from pipelines.scoring import score_crosswalk
from pipelines.terminal import Exit
from pipelines.trust import ASSUMED, ATTRIBUTE, create_trust_tables
from sources.contract import load_contracts
from sources.intake import archive_path
from sources.standards.divisions import home_names
from warehouse import crosswalk, entities, publish
from warehouse.database import warehouse_session
from warehouse.entities import build_entities
from warehouse.identity_key import warehouse_key
from warehouse.projects import load_projects
from warehouse.settings import HOME_DIVISION, read_setting
from warehouse.snapshots import current_manifest
from warehouse.survivorship import build_base, TOUCHED_PERSONS

COMMAND = [sys.executable, "-m", "pipelines.cli", "run", "--home"]
PATIENCE_SECONDS = 120
WAYS = ((crosswalk, "_is_part_enough"), (entities, "_is_part_enough"), (publish, "find_before"))
WAYS_TAKEN: list[tuple[str, bool]] = []
"""By night: whether crosswalk and entities were made in part, and whether the base went on from the one before."""


@pytest.fixture(scope="module")
def nights(request, city, tmp_path_factory, end_to_end):
    """The home after three nights, and what each run said and published."""
    home = Home(tmp_path_factory.mktemp("nights") / "home").prepare()
    results, snapshots = [], []
    with pytest.MonkeyPatch.context() as patch:
        for module, function in WAYS:
            patch.setattr(module, function, _noted(module.__name__, getattr(module, function)))
        for number, night in enumerate(end_to_end.NIGHTS):
            end_to_end.deliver(city, home, number)
            results.append(end_to_end.run(home, night))
            snapshots.append(end_to_end.published(home))
    return home, results, snapshots


def _noted(name, function):
    def call(*given):
        answer = function(*given)
        WAYS_TAKEN.append((name, bool(answer)))
        return answer

    return call


def test_every_night_is_published(nights):
    home, results, _ = nights
    for result in results:
        assert result.exit_code in (Exit.OK, Exit.FILES_REFUSED), result.output
    assert [report.status for report in read_reports(home)] == ["published"] * 3


def test_later_nights_made_a_part_anew_and_published_what_all_anew_would_be(nights, tmp_path, end_to_end):
    home, _, _ = nights
    ways = [
        (module.__name__, is_later) for is_later in (False, True, True) for module in (crosswalk, entities, publish)
    ]
    assert ways == WAYS_TAKEN
    with warehouse_session(home.database) as con:
        con.register("labels", code_labels())
        [project] = load_projects(con, home.projects, home.warehouse).usable
        publish.publish_base(con, tmp_path, end_to_end.NIGHTS[-1], project=project, code_labels="labels")
    whole, gone_on = (current_manifest(place) for place in (tmp_path, home.published_for(project.name)))
    assert [table for table in whole["sums"] if whole["sums"][table] != gone_on["sums"][table]] == []
    assert whole["content_sha256"] == gone_on["content_sha256"]


def test_rows_add_up_in_every_department(nights):
    home, _, _ = nights
    for report in read_reports(home):
        lines = [line for line in report.departments if line.department]
        assert lines
        for line in lines:
            assert line.delivered == line.accepted + line.quarantined + line.non_data
    assert len(read_reports(home)[0].departments) == 10


def test_exit_code_and_check_tell_of_refused_files(nights):
    home, results, _ = nights
    for report, result in zip(read_reports(home), results, strict=True):
        refused = [file for file in report.files if file.status == "refused"]
        assert result.exit_code == (Exit.FILES_REFUSED if refused else Exit.OK)
        assert report.has_refused_files == bool(refused)


def test_intake_is_empty_and_every_file_has_a_receipt(nights):
    home, _, _ = nights
    assert not [path for path in home.intake.rglob("*") if path.is_file()]
    receipts = [json.loads(path.read_text(encoding="utf-8")) for path in home.receipts.rglob("*.receipt.json")]
    files = {file.file for report in read_reports(home) for file in report.files}
    assert {receipt["file"] for receipt in receipts} == files


def test_every_night_has_a_page_and_the_index_leads_to_it(nights):
    home, _, snapshots = nights
    index = (home.reports / "index.html").read_text(encoding="utf-8")
    for number, report in enumerate(read_reports(home)):
        page = home.reports / f"night_{report.night}.html"
        assert f'href="{page.name}"' in index
        text = page.read_text(encoding="utf-8")
        assert f"{len(snapshots[number]['person']):,}" in text and "public_security" in text
        assert page.with_suffix(".txt").read_text(encoding="utf-8").startswith(f"人口基础信息库 {report.night}")


def test_person_ids_stay(nights, end_to_end):
    home, _, snapshots = nights
    aliases = dict(end_to_end.query(home, "SELECT retired_person_id, person_id FROM person_alias"))
    for before, after in zip(snapshots, snapshots[1:], strict=False):
        now = {end_to_end.mention(row): row[0] for row in after["crosswalk"]}
        moved = [row for row in before["crosswalk"] if now[end_to_end.mention(row)] != aliases.get(row[0], row[0])]
        assert len(moved) <= len(before["crosswalk"]) // 1000


def test_links_are_good(nights, city):
    home, _, _ = nights
    report = score_crosswalk(home.base, city / "truth")
    assert report.missing_mentions == 0
    assert report.overall.precision > 0.995
    assert report.overall.recall > 0.95


def test_second_run_changes_nothing(nights, end_to_end):
    home, _, snapshots = nights
    before = (home.published / "current").resolve()
    result = end_to_end.run(home, end_to_end.NIGHTS[-1])
    assert result.exit_code == Exit.OK, result.output
    assert (home.published / "current").resolve() == before
    assert end_to_end.published(home) == snapshots[-1]


def test_dry_run_changes_nothing_and_says_what_would(nights, city, end_to_end):
    home, _, snapshots = nights
    end_to_end.deliver(city, home, 0)
    before = sorted(path for path in home.root.rglob("*") if "dagster" not in path.parts)
    result = end_to_end.run(home, end_to_end.NIGHTS[-1], "--dry-run")
    assert result.exit_code == Exit.FILES_REFUSED, result.output  # the empty file of the first night
    assert "rows of person: 0 added, 0 removed, 0 changed" in result.output
    assert sorted(path for path in home.root.rglob("*") if "dagster" not in path.parts) == before
    assert end_to_end.published(home) == snapshots[-1]


def test_delivered_again_changes_nothing(nights, city, end_to_end):
    home, _, snapshots = nights
    end_to_end.deliver(city, home, 0)
    result = end_to_end.run(home, end_to_end.NIGHTS[-1])
    assert result.exit_code == Exit.FILES_REFUSED, result.output  # the empty file of the first night
    assert end_to_end.published(home) == snapshots[-1]
    again = [file for file in read_reports(home)[-1].files if file.status == "duplicate"]
    assert len(again) >= len([path for path in (city / "night_000").rglob("*.csv") if path.stat().st_size])


def test_earlier_night_is_refused(nights, end_to_end):
    home, _, snapshots = nights
    before = read_reports(home)
    for night, *options in ((end_to_end.NIGHTS[0],), (date(2026, 10, 1),), (date(2026, 10, 1), "--dry-run")):
        result = end_to_end.run(home, night, *options)
        assert result.exit_code == Exit.USAGE
        assert "before the last merged night" in result.output
    assert read_reports(home) == before
    assert not list(home.reports.glob("*2026-10-01*"))
    assert end_to_end.published(home) == snapshots[-1]


def test_query_and_score_from_the_command_line(nights, city, end_to_end):
    home, _, snapshots = nights
    result = end_to_end.popbase("sql", "--home", home.root, "--format", "json", "SELECT count(*) AS n FROM person")
    assert json.loads(result.stdout) == {"n": len(snapshots[-1]["person"])}
    refused = end_to_end.popbase("sql", "--home", home.root, "DELETE FROM person")
    assert refused.exit_code == Exit.FAILED
    scored = end_to_end.popbase("score", home.base, "--truth", city / "truth")
    assert scored.exit_code == Exit.OK
    assert "precision" in scored.output


def kill_when(home: Home, night: str, sign) -> None:
    """Start a run and kill it, without a chance to clean up, as soon as the sign is there."""
    process = subprocess.Popen(
        [*COMMAND, str(home.root), "--night", night], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not sign() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, "the run ended before it could be killed"
    process.kill()
    process.communicate()


def receipts_of(home: Home, department: str, night: str):
    return lambda: any(night in path.read_text() for path in (home.receipts / department).glob("*.receipt.json"))


def test_killed_nights_are_completed(nights, city, tmp_path_factory, end_to_end):
    """Killed at any moment: yesterday's base stays readable, and the next run does what one without a kill did."""
    _, _, undisturbed = nights
    home = Home(tmp_path_factory.mktemp("kill") / "home").prepare()
    first, second, _ = end_to_end.NIGHTS

    end_to_end.deliver(city, home, 0)
    kill_when(home, first.isoformat(), receipts_of(home, "civil_affairs", first.isoformat()))
    assert not home.base.exists()
    result = end_to_end.run(home, first)
    assert result.exit_code in (Exit.OK, Exit.FILES_REFUSED), result.output
    before = end_to_end.published(home)

    end_to_end.deliver(city, home, 1)
    kill_when(home, second.isoformat(), receipts_of(home, "tax", second.isoformat()))
    assert end_to_end.published(home) == before
    result = end_to_end.run(home, second)
    assert result.exit_code in (Exit.OK, Exit.FILES_REFUSED), result.output
    after = end_to_end.published(home)
    assert [report.status for report in read_reports(home)] == ["published", "published"]
    for found, expected in zip((before, after), undisturbed, strict=False):
        assert sorted(row[1:] for row in found["crosswalk"]) == sorted(row[1:] for row in expected["crosswalk"])


def test_a_night_that_fails_behind_its_linkage_is_completed(nights, city, tmp_path_factory, end_to_end, monkeypatch):
    _, _, undisturbed = nights
    home = Home(tmp_path_factory.mktemp("behind") / "home").prepare()
    for number, night in enumerate(end_to_end.NIGHTS[:2]):
        end_to_end.deliver(city, home, number)
        with monkeypatch.context() as patched:
            patched.setattr("pipelines.merge.assign_persons", lambda *_, **__: 1 / 0)
            assert end_to_end.run(home, night).exit_code == Exit.FAILED
        with warehouse_session(home.database, read_only=True) as con:
            [(linked, persons)] = con.execute(
                "SELECT (SELECT count(*) FROM match_cluster), (SELECT count(*) FROM crosswalk)"
            ).fetchall()
        assert linked > persons
        assert end_to_end.run(home, night).exit_code in (Exit.OK, Exit.FILES_REFUSED)
        found, expected = end_to_end.published(home)["crosswalk"], undisturbed[number]["crosswalk"]
        assert sorted(row[1:] for row in found) == sorted(row[1:] for row in expected)


def test_the_last_base_tells_what_every_night_published(nights, end_to_end):
    home, _, snapshots = nights
    for night, snapshot in zip(end_to_end.NIGHTS, snapshots, strict=True):
        as_of = f"SELECT * FROM population_base_as_of('{night}') ORDER BY person_id"
        assert end_to_end.query(home, as_of) == snapshot["person"]


RAW = {
    "name": "name_raw", "citizen_id": "citizen_id_raw", "phone": "phone_raw", "birth_date": "birth_date_raw",
    "residence_address": "residence_address_raw", "registered_address": "registered_address_raw",
}  # fmt: skip


def test_values_are_found_in_the_archived_files_that_they_name(nights):
    home, _, _ = nights
    raw = " ".join(f"WHEN '{attribute}' THEN {column}" for attribute, column in RAW.items())
    with warehouse_session(home.database, read_only=True) as con:
        sample = con.execute(f"""
            SELECT d.sha256, d.encoding, m.line_number, CASE a.attribute {raw} END AS raw
            FROM person_attribute AS a
            JOIN delivery AS d USING (file, night)
            JOIN std_mention AS m ON m.delivery_id = d.delivery_id AND m.row_number = a.row_number AND m.role = a.role
            WHERE d.status = 'accepted' AND raw IS NOT NULL
                AND a.attribute IN ({", ".join(f"'{each}'" for each in RAW)})
            ORDER BY hash(a.person_id, a.attribute) LIMIT 400
        """).fetchall()
    assert len(sample) == 400
    for sha256, encoding, line_number, value in sample:
        lines = archive_path(home.archive, sha256).read_bytes().decode(encoding).splitlines()
        line = lines[line_number - 1].replace('""', '"')  # as CSV doubles them
        assert value in line, "the archived line does not hold the value"


def test_what_nights_changed_is_what_all_anew_would_be(nights):
    home, _, _ = nights
    with warehouse_session(home.database) as con:
        create_trust_tables(con, load_contracts())
        con.begin()
        con.execute("DELETE FROM base_basis")
        counts = build_base(con, night=date(2026, 11, 9), trust=ATTRIBUTE, assumed=ASSUMED)
        con.execute(f"DROP TABLE {TOUCHED_PERSONS}")
        key, names = warehouse_key(con, home.warehouse / KEY_FILE), home_names(read_setting(con, HOME_DIVISION))
        made = build_entities(con, night=date(2026, 11, 9), key=key, home_names=names)
        con.rollback()
    assert (counts.person.total, counts.person_attribute.total) == (0, 0)
    assert min(made.rows.values()) > 0
    assert {table: changes.total for table, changes in made.changes.items() if changes.total} == {}


def test_the_crosswalk_is_what_all_anew_would_be(nights, end_to_end, monkeypatch):
    home, _, _ = nights
    monkeypatch.setattr(crosswalk, "_is_part_enough", lambda *_: False)
    with warehouse_session(home.database) as con:
        counts = merge_night(con, home, load_contracts(), end_to_end.NIGHTS[-1], datetime.now(UTC))
    assert counts.identity.persons > 0
    assert (counts.identity.crosswalk.total, counts.identity.links.total) == (0, 0)


def test_a_blocked_night_is_not_published_until_its_delivery_is_taken_back(nights, end_to_end):
    home, _, snapshots = nights
    header = "扣缴义务人名称,扣缴义务人识别号,纳税人姓名,证件类型,证件号码,所得项目,税款所属期,收入额,扣缴税额,手机号码"
    bad = home.intake / "tax" / "个税扣缴_坏_20261104.csv"
    bad.write_text("\n".join([header, *["坏,行"] * 1500, ""]), encoding="utf-8")
    result = end_to_end.run(home, date(2026, 11, 4))
    assert result.exit_code == Exit.BLOCKED, result.output
    assert "quarantine_rate_bearable" in result.output
    assert end_to_end.published(home) == snapshots[-1]
    last = read_reports(home)[-1]
    assert last.status == "blocked"
    assert [line.check for line in last.checks_failed if line.is_blocking] == ["std_tax__withholding"]
    assert "blocked" in end_to_end.popbase("status", "--home", home.root).output
    bad.unlink()
    taken_back = end_to_end.run(home, date(2026, 11, 4))
    assert taken_back.exit_code == Exit.OK, taken_back.output
