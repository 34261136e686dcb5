"""`popbase explain` on a tiny warehouse: 10 and 11 are one person, 20 is another of the same name."""

import io
import json
import re
from datetime import date

import pytest
from rich.console import Console

from matching.errors import MatchingError
from matching.judgements import create_judgements
from matching.kinds import KINDS
from matching.parameters import ComparisonParameters, Level, Parameters
from matching.spec import load_spec
from matching.state import create_state, store_parameters
from pipelines.explain_page import waterfall_chart, write_page
from pipelines.explaining import explain_persons, QuestionError, report_json, UnknownPersonError
from pipelines.home import Home
from pipelines.show_explain import show_explanation, waterfall_bars
from warehouse.database import warehouse_session
from warehouse.matching_input import spell_keys

A, B, RETIRED, NOBODY = (f"P{letter * 25}" for letter in "ABRX")
NAME, PHONE, NUMBER = "佟金丝雀", "13987650123", "370114199001010014"
BIRTH = "1990-01-01|1990-01-01|1990|1990|1990|1990"
VALUES = (NAME, NAME[1:], PHONE, NUMBER, "01-01", "看过照片", "王审核")

SPEC = load_spec(
    {
        "spec": "tiny",
        "tables": {"numbered": {"record_id": "unit_id"}, "unproven": {"record_id": "unit_id"}},
        "comparisons": [
            {"name": "name", "column": "names", "kind": "chinese_name"},
            {"column": "birth", "kind": "birth"},
            {"name": "phone", "column": "phones", "kind": "exact", "shared": True},
            {"name": "citizen_id", "column": "number", "kind": "citizen_id"},
            {"name": "dwelling", "column": "dwellings", "kind": "exact", "shared": True},
        ],
        "blocking": {"rules": [["names"]]},
        "thresholds": {"link": 0.8, "review": 0.2},
        "constraints": {"known_persons": ["numbered"]},
    }
)


def _parameters():
    """Eight bits for what is equal, eight against all else; 1 of 1,025 pairs is a match."""
    comparisons = []
    for each in SPEC.comparisons:
        levels = [
            Level(level=level, m=1 if at == 0 else 2**-8, u=2**-8 if at == 0 else 1)
            for at, level in enumerate(KINDS[each.kind].levels)
        ]
        comparisons.append(
            ComparisonParameters(comparison=each.label, kind=each.kind, holders=10, levels=tuple(levels))
        )
    return Parameters(
        spec="tiny", version=1, records=10, pairs_sampled=10, em_rounds=1, match_prior=1 / 1025,
        comparisons=tuple(comparisons),
    )  # fmt: skip


@pytest.fixture
def linked(home) -> Home:
    with warehouse_session(home.database) as con:
        create_state(con)
        store_parameters(con, SPEC, _parameters())
        con.execute(f"""
            INSERT INTO match_unit (unit_id, source, names, birth, phones, number) VALUES
                (10, 'numbered', ['{NAME}'], '{BIRTH}', ['{PHONE}'], '{NUMBER}'),
                (11, 'unproven', ['{NAME}'], '{BIRTH}', ['{PHONE}'], NULL),
                (20, 'unproven', ['{NAME}'], NULL, [], NULL);
            INSERT INTO match_place VALUES (10, 10, 10), (11, 10, 10), (20, 20, 20);
            INSERT INTO match_record (record_id, unit_id, match_rule) VALUES
                (10, 10, 'same_citizen_id_and_name'), (12, 10, 'same_citizen_id_and_name'),
                (11, 11, 'same_record'), (20, 20, 'same_record');
            INSERT INTO match_pair VALUES
                (10, 11, 14, 24, 0.99993896, 'name'), (10, 20, -2, 8, 0.2, 'name'),
                (11, 20, -2, 8, 0.2, 'name');
        """)
        for record, person in ((10, A), (11, A), (12, A), (20, B)):
            con.execute(
                "INSERT INTO crosswalk_version"
                " VALUES ($1, 'tax', 'pay', 'tax/a.csv', $2, 'self', 'r', 1, $3, true, $2, $3, NULL)",
                [person, record, date(2026, 11, 1)],
            )
        con.execute("INSERT INTO person_alias_event VALUES (1, $1, $2, $3, 'merge')", [RETIRED, A, date(2026, 11, 1)])
    return home


def _judge(home):
    with warehouse_session(home.database) as con:
        create_judgements(con)
        con.execute("""
            INSERT INTO match_judgement
            VALUES (1, 10, 20, 'negative', '王审核', '看过照片', '2026-11-01 08:00:00+00', NULL, NULL, NULL)
        """)


def _told(report):
    out = io.StringIO()
    show_explanation(Console(file=out, width=160), report)
    return out.getvalue()


def test_names_of_files_are_told_without_numbers_of_persons(linked):
    with warehouse_session(linked.database) as con:
        con.execute("UPDATE crosswalk_version SET file = 'tax/诸葛铁蛋_370181198402299177.csv'")
    report = explain_persons(linked, A, None, clear=True)
    assert {record.file for records in report.records.values() for record in records} == {"tax/***_***.csv"}


def test_a_person_is_told_with_records_links_and_neighbours(linked):
    report = explain_persons(linked, A, None)
    told = _told(report)
    assert re.search(r"3 records of 1 department in 2 units", told)
    assert "The same valid citizen number and the same name." in told
    assert f"\n{B}\n" in told
    assert "Kept apart by below_threshold" in told
    assert "name without a value" not in told.partition("Who came near")[0]  # 16 bits remain without it
    assert [record.row_number for record in report.records[10]] == [10, 12]


def test_an_id_that_was_merged_leads_to_its_person(linked):
    report = explain_persons(linked, RETIRED, None)
    assert (report.asked, report.person_id) == (RETIRED, A)
    assert f"{RETIRED} was asked for" in _told(report)


def test_two_persons_are_told_by_their_best_pair(linked):
    report = explain_persons(linked, A, B)
    told = _told(report)
    assert report.encounter.best.waterfall.odds == pytest.approx(-10 + 8)
    assert "A's unit 10" in told
    assert "B's unit 20" in told
    assert "The evidence for the best pair does not reach the threshold. (-4.0 bits)" in told
    assert "phone (one side has no value)" in told


def test_judgements_are_told(linked):
    _judge(linked)
    told = _told(explain_persons(linked, A, B))
    assert "Judgement 1 says that they are two persons; it counts from the next night on." in told


def test_values_are_masked_unless_asked_for(linked, tmp_path):
    _judge(linked)
    reports = [explain_persons(linked, A, None), explain_persons(linked, A, B)]
    for report in reports:
        write_page(tmp_path / "page.html", report)
        page = (tmp_path / "page.html").read_text().partition("<script>")
        shown = _told(report) + json.dumps(report_json(report), ensure_ascii=False) + page[0] + page[2][-50_000:]
        assert [value for value in VALUES if value in shown] == []
    assert "佟***" in _told(reports[0])
    clear = _told(explain_persons(linked, A, None, clear=True))
    assert [value for value in (NAME, PHONE) if value not in clear] == []
    assert "看过照片" in _told(explain_persons(linked, A, B, clear=True))


def test_doors_are_told_as_texts_though_they_are_compared_by_short_keys(linked):
    with warehouse_session(linked.database) as con:
        con.execute("INSERT INTO std_address (address_raw, dwelling_key) VALUES ('绿地5号楼301', '明水|绿地|5|301')")
        con.execute("INSERT INTO std_mention (mention_id, residence_address_raw) VALUES (11, '绿地5号楼301')")
        [short] = spell_keys(con, [11])
        con.execute("UPDATE match_unit SET dwellings = [$1] WHERE unit_id < 20", [short])
    link = explain_persons(linked, A, None, clear=True).explanation.hold.link
    [step] = [step for step in link.waterfall.steps if step.comparison == "dwelling"]
    assert (step.left, step.right) == (("明水|绿地|5|301",), ("明水|绿地|5|301",))
    told = json.dumps(report_json(explain_persons(linked, A, None)), ensure_ascii=False)
    assert short not in told
    assert "绿地" not in told


@pytest.mark.parametrize("given", [NOBODY, NUMBER, NAME, "", A.lower()])
def test_an_unknown_id_is_refused(linked, given):
    with pytest.raises(UnknownPersonError) as refused:
        explain_persons(linked, given, None)
    assert refused.value.person_id == (NOBODY if given == NOBODY else None)
    assert NUMBER not in str(refused.value)
    assert NAME not in str(refused.value)


def test_two_ids_of_one_person_are_refused(linked):
    with pytest.raises(QuestionError, match=f"ask for {A} alone"):
        explain_persons(linked, A, RETIRED)


def test_a_warehouse_that_was_never_linked_is_said(home):
    with warehouse_session(home.database) as con:
        con.execute(
            "INSERT INTO crosswalk_version"
            " VALUES ($1, 'tax', 'pay', 'tax/a.csv', 1, 'self', 'r', 1, $2, true, 1, $2, NULL)",
            [A, date(2026, 11, 1)],
        )
    with pytest.raises(MatchingError, match="run a night first"):
        explain_persons(home, A, None)


def test_json_holds_the_sums(linked):
    plain = json.loads(json.dumps(report_json(explain_persons(linked, A, B))))
    best = plain["encounter"]["best"]["waterfall"]
    assert best["odds"] == pytest.approx(best["prior_bits"] + sum(step["bits"] for step in best["steps"]))
    assert plain["encounter"]["obstacles"][0]["kind"] == "below_threshold"
    assert plain["is_masked"] is True


def test_bars_lead_from_nothing_to_the_odds(linked):
    waterfall = explain_persons(linked, A, None).explanation.units[0].strongest.waterfall
    bars = waterfall_bars(waterfall)
    assert [round(bar.end, 6) for bar in bars] == [-10, -2, 6, 14, 14]
    assert [bar.label for bar in bars] == ["prior", "name: equal", "birth: equal", "phone: equal", "posterior odds"]
    assert all(one.end == pytest.approx(other.start) for one, other in zip(bars[:-1], bars[1:-1], strict=False))


def test_the_page_loads_nothing_from_elsewhere(linked, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    write_page(path, explain_persons(linked, A, None))
    page = path.read_text()
    assert "window.vegaEmbed" in page
    assert re.findall(r"<(?:script|link|iframe)[^>]*>", page) == ["<script>", "<script>"]
    assert "default-src 'none'" in page
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_chart_is_drawn(linked):
    vl_convert = pytest.importorskip("vl_convert")
    report = explain_persons(linked, A, None)
    chart = waterfall_chart(report.explanation.units[0].strongest.waterfall, report.explanation.least)
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert all(text in svg for text in ("prior", "name: equal", "+8.0", "posterior odds"))
