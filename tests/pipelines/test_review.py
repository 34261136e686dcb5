"""`popbase review` on a tiny warehouse: 30 may be one person with 10 (0.5) or with 20 (0.3); 40 and 50 are linked."""

import csv

import pytest
from typer.testing import CliRunner

from matching.kinds import KINDS
from matching.parameters import ComparisonParameters, Level, Parameters
from matching.spec import load_spec
from matching.state import create_state, store_parameters
from pipelines.cli_review import review_app
from pipelines.home import Home
from pipelines.show_review import mask_value, neutralise
from pipelines.writer import hold_reader, hold_writer
from warehouse.database import warehouse_session

SPEC = load_spec(
    {
        "spec": "tiny",
        "tables": {"t": {"record_id": "unit_id"}},
        "comparisons": [
            {"name": "name", "column": "names", "kind": "chinese_name"},
            {"name": "sex", "column": "sex_code", "kind": "exact"},
            {"name": "citizen_id", "column": "number", "kind": "citizen_id"},
        ],
        "blocking": {"rules": [["names"]]},
        "thresholds": {"link": 0.9, "review": 0.2},
    }
)
NAME, NUMBER = "李秀兰", "370123198502033424"

runner = CliRunner()


def parameters():
    comparisons = []
    for each in SPEC.comparisons:
        words = list(KINDS[each.kind].levels)
        levels = tuple(Level(level=word, m=0.8 if word == "equal" else 0.1, u=0.2) for word in words)
        comparisons.append(ComparisonParameters(comparison=each.label, kind=each.kind, holders=5, levels=levels))
    counts = {"records": 10, "pairs_sampled": 10, "em_rounds": 1}
    return Parameters(spec="tiny", version=1, **counts, match_prior=0.1, comparisons=tuple(comparisons))


@pytest.fixture
def linked(home) -> Home:
    with warehouse_session(home.database) as con:
        create_state(con)
        store_parameters(con, SPEC, parameters())
        con.execute(f"""
            INSERT INTO match_unit (unit_id, source, names, sex_code, number) VALUES
                (10, 't', ['{NAME}'], '2', '{NUMBER}'), (20, 't', ['=1+1'], '2', NULL),
                (30, 't', ['{NAME}'], '1', NULL), (40, 't', ['王一鸣'], '1', NULL),
                (50, 't', ['王一鸣'], '1', NULL);
            INSERT INTO match_place SELECT u, c, c
            FROM (VALUES (10, 10), (20, 20), (30, 30), (40, 40), (50, 40)) AS placed(u, c);
            INSERT INTO match_record (record_id, unit_id, match_rule) VALUES
                (10, 10, 'r'), (11, 10, 'r'), (20, 20, 'r'), (30, 30, 'r'), (31, 30, 'r'), (40, 40, 'r'), (50, 50, 'r');
            INSERT INTO match_pair VALUES (10, 30, 0, 0, 0.5, 'name'), (20, 30, -1.2224, 0, 0.3, 'name'),
                (40, 50, 7.64, 0, 0.995, 'name');
            INSERT INTO delivery (delivery_id, night, file, status, claimed_at)
            VALUES (1, '2026-11-01', 'tax/a.csv', 'accepted', now());
            INSERT INTO std_mention (mention_id, delivery_id, department, row_number)
            SELECT record_id, 1, 'tax', record_id FROM match_record;
        """)  # fmt: skip
    return home


def review(home, *arguments, answers=None):
    given = [str(argument) for argument in arguments]
    return runner.invoke(review_app, [*given, "--home", str(home.root)], input=answers, env={"COLUMNS": "200"})


def stored(home):
    with warehouse_session(home.database, read_only=True) as con:
        return con.execute("""
            SELECT record_id_l, record_id_r, judgement, decided_by, reason FROM match_judgement ORDER BY judgement_id
        """).fetchall()


def decide(home, *words, by="ann"):
    return review(home, "decide", *words, "--by", by, "--why", "told so")


COMMANDS = ("list", "next", "decide", "undo", "log", "export", "import", "sample", "estimate")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = runner.invoke(review_app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_list_is_masked_and_needs_nothing_but_reading(linked):
    result = review(linked, "list")
    assert result.exit_code == 0, result.output
    assert "李**" in result.output
    assert "0.500" in result.output
    assert "name: equal" in result.output
    assert "sex: different" in result.output
    assert NAME not in result.output
    assert NAME in review(linked, "list", "--clear").output


def test_names_of_files_are_told_without_numbers_of_persons(linked):
    with warehouse_session(linked.database) as con:
        con.execute("UPDATE delivery SET file = 'tax/诸葛铁蛋_370181198402299177.csv'")
    output = review(linked, "next", "--clear", answers="q\n").output
    assert "tax/***_***.csv row 10" in output and "诸葛铁蛋" not in output


def test_list_is_limited_and_best_first(linked):
    output = review(linked, "list", "--limit", 1).output
    assert "0.500" in output
    assert "0.300" not in output


def test_next_takes_down_what_is_piped_in(linked):
    result = review(linked, "next", answers="ann\nx\ns\n出生证\nu\n\n")
    assert result.exit_code == 0, result.output
    assert "tax/a.csv row 10" in result.output
    assert "37" in result.output
    assert NUMBER not in result.output
    assert NAME not in result.output
    assert stored(linked) == [
        (10, 30, "positive", "ann", "出生证"),
        (20, 30, "unsure", "ann", "as shown"),
    ]
    assert "2 recorded; judgements are applied at the next run" in result.output


@pytest.mark.parametrize("answers", ["ann\nq\n", "ann\n", "", "ann\nd\n"])
def test_next_may_be_left_at_any_time(linked, answers):
    result = review(linked, "next", answers=answers)
    assert result.exit_code == 0
    assert "0 recorded" in result.output


def test_next_says_when_there_is_nothing_left_and_asks_the_unsure_again(linked):
    decide(linked, 10, 30, "unsure")
    assert review(linked, "next", "--by", "bob", answers="d\n\ns\n\n").exit_code == 0
    assert [row[:3] for row in stored(linked)] == [(10, 30, "unsure"), (20, 30, "negative"), (10, 30, "positive")]
    assert "nothing to decide" in review(linked, "next").output
    assert "nothing to decide" in review(linked, "list").output


def test_next_goes_on_after_a_contradiction(linked):
    with warehouse_session(linked.database) as con:
        con.execute("""
            INSERT INTO match_pair VALUES (20, 40, -1.585, 0, 0.25, 'name'), (10, 20, -1.9, 0, 0.21, 'name')
        """)
    decide(linked, 10, 30, "same")
    decide(linked, 20, 30, "same")
    result = review(linked, "next", "--by", "ann", answers="d\n\nd\n\n")
    assert "contradict judgements 1, 2" in result.output
    assert "not recorded; the next pair follows" in result.output
    assert [row[:3] for row in stored(linked)][2:] == [(20, 40, "negative")]


def test_decide_by_any_record_of_a_unit(linked):
    result = decide(linked, 31, 11, "different")
    assert "judgement 1 recorded: two persons" in result.output
    assert "next run" in result.output
    assert stored(linked) == [(10, 30, "negative", "ann", "told so")]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((10, 99, "same"), 1, "no such record in the linkage: 99"),
        ((10, 10, "same"), 1, "given twice"),
        ((10, 11, "same"), 1, "nothing to decide"),
        ((10, 30, "maybe"), 2, "same, different or unsure"),
    ],
)
def test_what_cannot_be_decided_is_refused(linked, words, code, message):
    result = decide(linked, *words)
    assert (result.exit_code, message in result.output) == (code, True)


def test_a_judgement_of_which_a_record_is_gone_has_lapsed(linked):
    review(linked, "decide", 10, 20, "different", "--by", "a", "--why", "seen")
    assert "waiting" in review(linked, "log").output
    with warehouse_session(linked.database) as con:
        con.execute("DELETE FROM std_mention WHERE mention_id = 20")
    assert "lapsed" in review(linked, "log").output


def test_undo_log_and_what_waits(linked):
    decide(linked, 10, 30, "same")
    decide(linked, 20, 30, "different")
    assert review(linked, "undo", 1, "--by", "bob", "--why", "slip").exit_code == 0
    refused = review(linked, "undo", 1, "--by", "bob", "--why", "slip")
    assert (refused.exit_code, "no longer in force" in refused.output) == (1, True)
    output = review(linked, "log").output
    assert [word in output for word in ("withdrawal", "withdrawn", "waiting", "told so")] == [True, True, True, False]
    assert "1 pairs wait" in output
    assert "told so" in review(linked, "log", "--clear").output
    with warehouse_session(linked.database) as con:
        con.execute("INSERT INTO match_judged VALUES (20, 30, 'negative')")
    output = review(linked, "log").output
    assert "applied" in output
    assert "nothing waits" in output


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def fill(path, target, encoding="utf-8-sig", delimiter=",", **answers):
    """Save a sheet as a spreadsheet does, with answers (p10_30="same")."""
    rows = rows_of(path)
    for row in rows:
        row["judgement"] = answers.get("p" + row["pair"].replace("~", "_"), "")
        row["reason"] = "表"
    with target.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def test_a_sheet_is_blind_masked_and_harmless(linked, tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert review(linked, "export", sheet).exit_code == 0
    assert sheet.stat().st_mode & 0o077 == 0
    first, second = rows_of(sheet)
    assert (first["pair"], second["pair"]) == ("10~30", "20~30")
    assert (first["name_l"], first["name_r"], first["name_level"]) == ("李**", "李**", "equal")
    assert second["name_l"] == "'=***"
    assert first["departments_l"] == "tax"
    assert "0.5" not in sheet.read_text(encoding="utf-8-sig")
    assert review(linked, "export", sheet).exit_code == 2
    clear = tmp_path / "clear.csv"
    review(linked, "export", clear, "--clear")
    first, second = rows_of(clear)
    assert (first["name_l"], first["citizen_id_l"], second["name_l"]) == (NAME, f"'{NUMBER}", "'=1+1")


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", "\t"), ("utf-8", ";")])
def test_a_filled_sheet_is_taken_in_once(linked, tmp_path, encoding, delimiter):
    sheet, filled = tmp_path / "sheet.csv", tmp_path / "filled.csv"
    review(linked, "export", sheet)
    fill(sheet, filled, encoding, delimiter, p10_30=" Same ")
    result = review(linked, "import", filled, "--by", "ann")
    assert result.exit_code == 0, result.output
    assert "1 rows without a judgement, 0 known already" in result.output
    assert stored(linked) == [(10, 30, "positive", "ann", "表")]
    assert "1 known already" in review(linked, "import", filled, "--by", "ann").output
    assert len(stored(linked)) == 1


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"p10_30": "same", "p20_30": "perhaps"}, "line 3: no judgement"),
        ({"p10_30": "same", "p20_30": "same"}, "line 3: judgement 1 by somebody else says negative"),
    ],
)
def test_a_sheet_with_a_fault_is_refused_as_a_whole(linked, tmp_path, answers, message):
    decide(linked, 20, 30, "different", by="bob")
    sheet, filled = tmp_path / "sheet.csv", tmp_path / "filled.csv"
    sheet.write_text("pair,judgement,reason\n10~30,,\n20~30,,\n", encoding="utf-8")
    fill(sheet, filled, **answers)
    result = review(linked, "import", filled, "--by", "ann")
    assert (result.exit_code, message in result.output) == (1, True)
    assert len(stored(linked)) == 1
    if "perhaps" not in answers.values():
        assert review(linked, "import", filled, "--by", "ann", "--replace").exit_code == 0
        assert [row[2] for row in stored(linked)] == ["negative", "positive", "positive"]


def test_files_that_are_no_sheets_are_refused(linked, tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert review(linked, "import", sheet).exit_code == 2
    sheet.write_text("a,b\n1,2\n", encoding="utf-8")
    assert "columns missing: judgement, pair" in review(linked, "import", sheet).output
    sheet.write_text("pair,judgement\n1月3日,same\n", encoding="utf-8")
    assert "line 2: no pair" in review(linked, "import", sheet).output


def test_a_sample_is_judged_blindly_and_estimated(linked):
    assert "no sample was drawn" in review(linked, "estimate").output
    assert "3 pairs drawn" in review(linked, "sample", "--n", 10).output
    assert "0.500" not in review(linked, "list", "--sample").output
    result = review(linked, "next", "--sample", "--by", "ann", answers="s\n\nd\n\ns\n\n")
    assert "probability" not in result.output
    output = review(linked, "estimate").output
    assert "precision: 100.0%, 95 % between 100.0% and 100.0%" in output
    assert "recall: 50.0%" in output
    assert "from 3 of 3 pairs drawn" in output


def test_few_judged_pairs_give_no_figure(linked):
    review(linked, "sample")
    assert "precision: unknown" in review(linked, "estimate").output


def test_before_the_first_night_and_while_another_writes(home, linked, monkeypatch):
    monkeypatch.setattr("pipelines.reviewing.PATIENCE_SECONDS", 0)
    with hold_writer(linked):
        assert decide(linked, 10, 30, "same").exit_code == 75
        assert review(linked, "list").exit_code == 75
    with hold_reader(linked):
        assert review(linked, "list").exit_code == 0
    other = Home(home.root / "other")
    assert "run a night first" in review(other, "list").output
    assert not other.root.exists()
    other.prepare()
    with warehouse_session(other.database):
        pass
    assert "no linkage is kept yet" in review(other, "list").output
    with warehouse_session(other.database) as con:
        create_state(con)
    assert "no linkage is kept yet" in review(other, "list").output
    assert "no linkage is kept yet" in review(other, "sample").output


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("chinese_name", "李秀兰", "李**"),
        ("chinese_name", "曾:李秀兰", "曾:李**"),
        ("citizen_id", NUMBER, "370*************24"),
        ("exact", "13800001234", "13********4"),
        ("birth", "1985-02-03", "1985-**-**"),
        ("exact", "2", "2"),
        ("exact", "明水|绿地苑|3|402", "********"),
        ("exact", "LIXIULAN", "********"),
    ],
)
def test_at_most_a_third_of_a_value_is_shown(kind, value, masked):
    assert mask_value(kind, value) == masked


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@x", "\t=1", NUMBER])
def test_no_cell_is_a_formula_or_a_long_number(cell):
    assert neutralise(cell) == f"'{cell}"


def test_usual_cells_stay_as_they_are():
    assert [neutralise(cell) for cell in ("", "李**", "1985-**-**", "12")] == ["", "李**", "1985-**-**", "12"]
