"""A purge years later: what is past its time is gone from every file, what is in force stays, and so do ids."""

from datetime import date

import pytest

from pipelines import purging
from pipelines.purging import erase
from pipelines.terminal import Exit
from warehouse.database import warehouse_session

LATER = date(2031, 1, 1)
"""Past the terms of grid, finance and tax, within those of the others."""


TAX = (
    "扣缴义务人名称,扣缴义务人识别号,纳税人姓名,证件类型,证件号码,所得项目,税款所属期,收入额,扣缴税额,手机号码",
    "某厂,91370181MA3C0X7K2U,王小明,居民身份证,370114199001010014,工资薪金,202610,,,",
    "某厂,,,,,,,,,",
)
"""A row that can be used, and one that cannot."""


@pytest.fixture(scope="module")
def purged(city, home_after, tmp_path_factory, end_to_end):
    """A home of three nights that was purged years later, and what it was before."""
    home = home_after(1, tmp_path_factory.mktemp("purge"))
    end_to_end.deliver(city, home, 1)
    (home.intake / "tax" / "个税扣缴_又_20261102.csv").write_text("\n".join(TAX), encoding="utf-8")
    assert end_to_end.run(home, end_to_end.NIGHTS[1]).exit_code in (0, 3)
    before = end_to_end.query(home, "SELECT person_id FROM person ORDER BY 1")
    replaced = end_to_end.query(home, "SELECT department, file, row_number FROM crosswalk WHERE NOT is_current")
    judge_a_replaced_record(home, end_to_end)
    done, left = erase(home, LATER)
    end_to_end.deliver(city, home, 2)
    assert end_to_end.run(home, end_to_end.NIGHTS[2]).exit_code in (0, 3)
    return home, before, replaced, done, left


def judge_a_replaced_record(home, end_to_end):
    """Say that a record that the purge erases, and of whose entry a later one is held, is not who shares its unit."""
    with warehouse_session(home.database, read_only=True) as con:
        [(gone, other)] = con.execute("""
            SELECT m.mention_id, o.record_id FROM std_mention AS m
            JOIN std_mention AS n USING (department, extract, record_key, role)
            JOIN crosswalk AS x ON x.mention_id = m.mention_id
            JOIN match_record AS r ON r.record_id = m.mention_id
            JOIN match_record AS o ON o.unit_id = r.unit_id AND o.source NOT IN ('grid', 'finance', 'tax')
            WHERE NOT x.is_current AND department IN ('grid', 'finance', 'tax') AND n.mention_id > m.mention_id
            ORDER BY ALL LIMIT 1
        """).fetchall()
    words = ("review", "decide", gone, other, "different", "--by", "a", "--why", "x")
    told = end_to_end.popbase(*words, "--home", home.root)
    assert told.exit_code == Exit.OK, told.output


def kill(*_):
    raise KeyboardInterrupt


def test_nothing_past_its_time_is_left(purged, end_to_end):
    home, _, replaced, done, left = purged
    assert left == 0 and done.deliveries > 0 and len(done.originals) > 0 and done.quarantined_rows > 0
    short = [row for row in replaced if row[0] in ("grid", "finance", "tax")]
    assert done.mentions == len(short) > 0
    kept = end_to_end.query(home, "SELECT department, file, row_number FROM crosswalk")
    assert not set(short) & set(kept)
    archived = {path.name for path in home.archive.rglob("*") if path.is_file()}
    assert archived and not archived & set(done.originals)


def test_a_judgement_about_an_erased_record_goes_on(purged, end_to_end):
    assert "applied" in end_to_end.popbase("review", "log", "--home", purged[0].root).output
    with warehouse_session(purged[0].database, read_only=True) as con:
        assert con.execute("SELECT count(*) FROM match_stand_in").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM judged_entry ANTI JOIN std_mention USING (mention_id)").fetchall() == [
            (0,)
        ]


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
