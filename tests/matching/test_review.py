from datetime import datetime, UTC
from math import log2

import duckdb
import pytest

from matching.judgements import create_judgements, record_judgement
from matching.kinds import KINDS
from matching.parameters import ComparisonParameters, Level, Parameters
from matching.review import (
    allocate,
    compare_units,
    draw_sample,
    estimate_quality,
    QUEUE,
    review_queue,
    ReviewError,
    sample_queue,
)
from matching.spec import load_spec
from matching.state import create_state

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SPEC = load_spec(
    {
        "spec": "tiny",
        "tables": {"t": {"record_id": "unit_id"}},
        "comparisons": [
            {"name": "name", "column": "names", "kind": "chinese_name", "frequency": True},
            {"name": "sex", "column": "sex_code", "kind": "exact"},
            {"name": "phone", "column": "phones", "kind": "exact"},
        ],
        "blocking": {"rules": [["names"]]},
        "thresholds": {"link": 0.9, "review": 0.2},
    }
)


def parameters():
    """Equal is four times as frequent among matches as among others, whatever is compared."""
    comparisons = []
    for each in SPEC.comparisons:
        words = list(KINDS[each.kind].levels)
        levels = tuple(Level(level=word, m=0.8 if word == "equal" else 0.1, u=0.2) for word in words)
        comparisons.append(ComparisonParameters(comparison=each.label, kind=each.kind, holders=5, levels=levels))
    counts = {"records": 10, "pairs_sampled": 10, "em_rounds": 1}
    return Parameters(spec="tiny", version=1, **counts, match_prior=0.1, comparisons=tuple(comparisons))


def entropy(p):
    return -p * log2(p) - (1 - p) * log2(1 - p)


def state(units, pairs):
    """Units as unit → (cluster, records), pairs as (l, r) → probability. Unit 10 has records 10, 11, …"""
    con = duckdb.connect()
    create_state(con)
    create_judgements(con)
    places = [(unit, cluster, cluster) for unit, (cluster, _) in units.items()]
    records = [(record, unit, "r") for unit, (_, count) in units.items() for record in range(unit, unit + count)]
    scored = [(*sides, log2(p / (1 - p)), 0, p, "name") for sides, p in pairs.items()]
    for table, rows in (("place", places), ("record (record_id, unit_id, match_rule)", records), ("pair", scored)):
        if rows:
            con.execute(f"INSERT INTO match_{table} VALUES {str(rows)[1:-1]}")
    return con


def judge(con, left, right, judgement):
    record_judgement(con, left, right, judgement, decided_by="a", reason="", decided_at=NOW)


def asked(con, limit=99):
    queue = review_queue(con, SPEC, limit)
    assert queue.schema == QUEUE
    return {(row["unit_l"], row["unit_r"]): row["value"] for row in queue.to_pylist()}


def test_the_queue_asks_first_where_doubt_times_records_is_most():
    units = {10: (10, 3), 20: (20, 2), 30: (30, 1), 40: (40, 9), 50: (50, 9)}
    con = state(units, {(10, 20): 0.5, (20, 30): 0.5, (30, 40): 0.3, (40, 50): 0.25, (10, 50): 0.19})
    found = asked(con)
    assert list(found) == [(40, 50), (10, 20), (20, 30), (30, 40)]
    assert found[(10, 20)] == pytest.approx(2 * 1)
    assert found[(20, 30)] == pytest.approx(1 * 1)
    assert found[(40, 50)] == pytest.approx(9 * entropy(0.25))
    assert list(asked(con, limit=2)) == [(40, 50), (10, 20)]


def test_two_clusters_are_asked_about_once():
    units = {10: (10, 1), 20: (10, 1), 30: (30, 1), 40: (30, 1)}
    links = {(10, 20): 0.999, (30, 40): 0.999}
    con = state(units, {**links, (10, 30): 0.4, (20, 40): 0.5, (10, 40): 0.3})
    assert asked(con) == {(20, 40): pytest.approx(2)}
    judge(con, 10, 40, "negative")
    assert asked(con) == {}


def test_weak_links_are_asked_about_when_a_person_hangs_on_them():
    # 10 – 20 – 30 is a triangle; 40 hangs on 30 alone, with 50 behind it; 60 is tied by rule.
    units = {10: (10, 1), 20: (10, 1), 30: (10, 1), 40: (10, 2), 50: (10, 1), 60: (10, 1)}
    triangle = {(10, 20): 0.95, (20, 30): 0.95, (10, 30): 0.95}
    con = state(units, {**triangle, (30, 40): 0.97, (40, 50): 0.995, (50, 60): 0.9})
    con.execute("INSERT INTO match_must VALUES (50, 60, 'rule')")
    [row] = review_queue(con, SPEC, 9).to_pylist()
    assert (row["unit_l"], row["unit_r"], row["is_linked"]) == (30, 40, True)
    assert row["records"] == 3  # 10, 20, 30 against 40, 41, 50, 60
    assert row["value"] == pytest.approx(3 * entropy(0.97))
    judge(con, 30, 40, "positive")
    assert asked(con) == {}


def test_a_chain_of_weak_links_is_asked_about_in_its_middle():
    units = {number: (10, 1) for number in (10, 20, 30, 40)}
    con = state(units, {(10, 20): 0.95, (20, 30): 0.95, (30, 40): 0.95})
    assert asked(con) == {(20, 30): pytest.approx(2 * entropy(0.95))}


def test_a_doubtful_pair_within_a_person_may_split_off_its_smaller_unit():
    units = {10: (10, 4), 20: (10, 1), 30: (10, 2)}
    con = state(units, {(10, 20): 0.999, (20, 30): 0.999, (10, 30): 0.5})
    assert asked(con) == {(10, 30): pytest.approx(2)}


def test_the_unsure_come_after_all_others_and_the_judged_not_at_all():
    units = {10: (10, 5), 20: (20, 5), 30: (30, 1), 40: (40, 1), 50: (50, 1)}
    con = state(units, {(10, 20): 0.5, (30, 40): 0.3, (40, 50): 0.4})
    judge(con, 10, 20, "unsure")
    judge(con, 40, 50, "positive")
    assert list(asked(con)) == [(30, 40), (10, 20)]


def test_doubt_is_greatest_where_the_clusters_stand_against_the_pair():
    units = {10: (10, 1), 20: (20, 1), 30: (30, 1), 40: (30, 1), 50: (30, 1)}
    con = state(units, {(10, 20): 1 - 1e-15, (30, 40): 0.999, (40, 50): 0.999, (30, 50): 0.3})
    assert asked(con) == {(10, 20): 1, (30, 50): 1}


def test_an_empty_state_breaks_nothing():
    assert asked(state({}, {})) == {}


def test_rivals_count_unless_they_are_in_the_two_clusters():
    """10 and 20 belong to the known person 30; for 10 there is a known person 40 as well."""
    units = {10: (10, 1), 20: (10, 1), 30: (10, 1), 40: (40, 1)}
    con = state(units, {(10, 20): 0.998, (10, 30): 0.998, (20, 30): 0.998, (10, 40): 0.5})
    con.execute("INSERT INTO match_unit (unit_id, source) VALUES (10, 'u'), (20, 'u'), (30, 'known'), (40, 'known')")
    tables = {"u": {"record_id": "unit_id"}, "known": {"record_id": "unit_id"}}
    constraints = {"constraints": {"known_persons": ["known"]}, "tables": tables}
    spec = SPEC.model_validate({**SPEC.model_dump(), **constraints})
    [row] = review_queue(con, spec, 9).to_pylist()
    assert (row["unit_l"], row["unit_r"], row["probability"]) == (10, 40, pytest.approx(0.5))
    con.execute("UPDATE match_place SET cluster = 30 WHERE unit_id = 30")
    # 30 is another cluster now: for 10 and 20 a rival of odds 499 to 1, for 10 also 40 of odds 1 to 1.
    found = {(row["unit_l"], row["unit_r"]): row["probability"] for row in review_queue(con, spec, 9).to_pylist()}
    assert found[(10, 20)] == pytest.approx(499 / (1 + 499 + 499 + 1 + 499))
    # Of the pairs of clusters 10 and 30 the better one is asked about, which 40 does not rival.
    assert found[(20, 30)] == pytest.approx(499 / 500)
    assert (10, 30) not in found


def test_findings_name_levels_weights_and_values():
    con = state({10: (10, 1), 20: (20, 1)}, {})
    con.execute("""
        INSERT INTO match_unit (unit_id, source, names, sex_code, phones)
        VALUES (20, 't', ['李秀兰'], '1', NULL), (10, 't', ['李秀兰', '李兰'], '2', ['13800000000'])
    """)
    [[name, sex, phone]] = compare_units(con, SPEC, parameters(), [(10, 20)])
    assert (name.level, name.left, name.right) == ("equal", ("李秀兰", "李兰"), ("李秀兰",))
    assert (sex.level, sex.explanation) == ("different", "The values are not the same.")
    assert sex.weight == pytest.approx(-1)
    assert (phone.level, phone.weight, phone.left, phone.right) == ("", 0, ("13800000000",), ())
    [[back, _, _]] = compare_units(con, SPEC, parameters(), [(20, 10)])
    assert back.left == ("李秀兰",)


@pytest.mark.parametrize(
    ("sizes", "n", "expected"),
    [
        ([100, 100], 10, [5, 5]),
        ([900, 100], 40, [30, 10]),
        ([900, 1], 10, [9, 1]),
        ([3, 3], 10, [3, 3]),
        ([50, 50, 50], 1, [2, 2, 2]),
    ],
)
def test_strata_share_by_the_root_of_their_size(sizes, n, expected):
    assert allocate(sizes, n) == expected


def many():
    """100 linked pairs at 0.95 of units 1000–1199, 100 pairs at 0.3 that are not."""
    units, pairs = {}, {}
    for number in range(200):
        left, right = 1000 + 20 * number, 1010 + 20 * number
        is_linked = number < 100
        units |= {left: (left, 1), right: (left if is_linked else right, 1)}
        pairs[(left, right)] = 0.95 if is_linked else 0.3
    return state(units, pairs)


def drawn(con):
    return {(row["record_id_l"], row["record_id_r"]) for row in sample_queue(con, 999).to_pylist()}


def test_a_sample_knows_at_what_rate_each_pair_was_drawn():
    con = many()
    assert draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW) == 20
    rates = con.execute("""
        SELECT band_low, band_high, is_linked, stratum_pairs, sampling_rate, count(*)
        FROM match_sample GROUP BY ALL ORDER BY 1
    """).fetchall()
    assert rates == [(0.2, 0.5, False, 100, 0.1, 10), (0.9, 0.99, True, 100, 0.1, 10)]


def test_samples_follow_from_seed_and_state_and_a_larger_one_holds_the_smaller():
    con = many()
    draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    first = drawn(con)
    draw_sample(con, SPEC, 20, seed=2, drawn_at=NOW)
    assert drawn(con) != first
    draw_sample(con, SPEC, 40, seed=1, drawn_at=NOW)
    assert drawn(con) > first
    con.execute("UPDATE match_pair SET odds = -1.2 WHERE unit_l = 4980")
    draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    assert drawn(con) != first


def test_nothing_can_be_drawn_from_nothing():
    con = state({}, {})
    with pytest.raises(ReviewError, match="no scored pairs"):
        draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    with pytest.raises(ReviewError, match="no sample"):
        estimate_quality(con)


def test_quality_weighs_each_stratum_by_its_pairs():
    con = many()
    draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    pairs = sample_queue(con, 99).to_pylist()
    # 8 of 10 linked pairs are right: 80 of 100. 2 of 10 others are matches: 20 of 100.
    for is_linked, right in ((True, 8), (False, 2)):
        for number, row in enumerate(each for each in pairs if each["is_linked"] == is_linked):
            judge(con, row["record_id_l"], row["record_id_r"], "positive" if number < right else "negative")
    quality = estimate_quality(con)
    assert quality.precision.value == pytest.approx(80 / 100)
    assert quality.recall.value == pytest.approx(80 / (80 + 20))
    for estimate in (quality.precision, quality.recall):
        assert 0.4 < estimate.low < 0.7 < 0.9 < estimate.high < 1
    assert [(each.pairs, each.drawn, each.positive, each.negative) for each in quality.strata] == [
        (100, 10, 2, 8), (100, 10, 8, 2),
    ]  # fmt: skip
    assert sample_queue(con, 99).num_rows == 0
    assert estimate_quality(con) == quality


def test_applied_judgements_do_not_flatter_the_sample_they_came_from():
    con = many()
    draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    for row in sample_queue(con, 99).to_pylist():
        judge(con, row["record_id_l"], row["record_id_r"], "negative")
    con.execute("UPDATE match_place SET cluster = unit_id")
    assert estimate_quality(con).precision.value == 0


def test_a_judged_stratum_as_a_whole_leaves_no_doubt():
    con = state({10: (10, 1), 20: (10, 1), 30: (30, 1), 40: (40, 1)}, {(10, 20): 0.95, (30, 40): 0.3})
    draw_sample(con, SPEC, 2, seed=1, drawn_at=NOW)
    judge(con, 10, 20, "positive")
    judge(con, 30, 40, "positive")
    quality = estimate_quality(con)
    assert (quality.precision.low, quality.precision.value, quality.precision.high) == (1, 1, 1)
    assert (quality.recall.low, quality.recall.value, quality.recall.high) == (0.5, 0.5, 0.5)


def test_without_judged_pairs_there_is_an_interval_and_no_value():
    con = many()
    draw_sample(con, SPEC, 20, seed=1, drawn_at=NOW)
    [row, *_] = [each for each in sample_queue(con, 99).to_pylist() if each["is_linked"]]
    judge(con, row["record_id_l"], row["record_id_r"], "positive")
    quality = estimate_quality(con)
    assert quality.precision.value == 1
    assert quality.precision.low < 0.3
    assert quality.recall.value is None
    [row, *_] = sample_queue(con, 99).to_pylist()
    judge(con, row["record_id_l"], row["record_id_r"], "unsure")
    assert sum(each.unsure for each in estimate_quality(con).strata) == 1
    assert sample_queue(con, 99).to_pylist()[-1]["is_unsure"]


def test_a_sampled_pair_is_found_though_its_unit_grew():
    con = state({10: (10, 1), 20: (20, 1)}, {(10, 20): 0.5})
    draw_sample(con, SPEC, 2, seed=1, drawn_at=NOW)
    con.execute("INSERT INTO match_record (record_id, unit_id, match_rule) VALUES (5, 20, 'r')")
    judge(con, 10, 20, "positive")
    assert con.execute("SELECT record_id_l, record_id_r, sampling_rate FROM match_judgement").fetchall() == [
        (5, 10, 1.0)
    ]
    assert estimate_quality(con).recall.value == 0
