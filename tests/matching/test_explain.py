"""Waterfalls whose bits a reader can add up, and clusters whose reasons are known."""

from datetime import datetime, UTC
from importlib import resources

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from matching.columns import Column, encode_columns
from matching.explain import clusters_of, explain_cluster, explain_clusters, explain_pair, first_records, NotLinkedError
from matching.kinds import KINDS
from matching.levels import compare_pairs
from matching.parameters import ComparisonParameters, Level, load_parameters, Parameters
from matching.spec import load_spec, Spec
from matching.state import create_state
from matching.waterfall import what_if
from matching.weights import log_ratios, posterior_odds

SPEC = {
    "spec": "tiny",
    "tables": {name: {"record_id": "unit_id"} for name in ("backbone", "numbered", "unproven")},
    "comparisons": [
        {"name": "name", "column": "names", "kind": "exact"},
        {"name": "phone", "column": "phones", "kind": "exact", "shared": True},
        {"name": "sex", "column": "sex_code", "kind": "exact"},
        {"column": "number", "kind": "exact"},
    ],
    "blocking": {"rules": [["names"]]},
    "thresholds": {"link": 0.8},
    "constraints": {
        "one_record_per": ["backbone"],
        "known_persons": ["backbone", "numbered"],
        "never": [
            {"comparison": "number", "levels": ["different"], "unless": {"phone": ["equal"]}},
            {"comparison": "number", "levels": ["different"], "unless": {"name": ["equal"]}},
        ],
    },
}
"""From odds of 4, which is 2 bits, units are linked."""

WEIGHTS = {"name": (8, -8), "phone": (6, -1), "sex": (1, -7), "number": (10, -3)}
"""Bits of equal and different values."""

LEAST, PRIOR = 2, -10


def _parameters(weights=WEIGHTS, *, household=None):
    """Parameters with whole bits. `household`: bits of equal values among members of one household."""
    prior = 1 / 1025 if household is None else 1 / 1026
    return Parameters(
        spec="tiny", version=1, records=1000, pairs_sampled=1, em_rounds=1,
        match_prior=prior, household_prior=0.0 if household is None else prior,
        comparisons=tuple(
            ComparisonParameters(
                comparison=name, kind="exact", holders=1000,
                levels=tuple(
                    Level(level=level, m=min(1, 2.0**bits), u=min(1, 2.0**-bits),
                          h=None if household is None else min(1, 2.0 ** (household.get(name, 0) - bits)))
                    for level, bits in zip(KINDS["exact"].levels, pair, strict=True)
                ),
            )
            for name, pair in weights.items()
        ),
    )  # fmt: skip


def _columns(**values):
    con = duckdb.connect()
    con.register("given", pa.table(values))
    return encode_columns(con, "given", values)


def _spec(*comparisons, **more):
    return load_spec({"spec": "t", "tables": {"a": {"record_id": "id"}}, "blocking": {"rules": [["a"]]},
                      "comparisons": list(comparisons), **more})  # fmt: skip


TWO = _spec({"column": "name", "kind": "exact"}, {"column": "phone", "kind": "exact"})


def test_the_parts_add_up_by_hand():
    columns = _columns(name=["ann", "ann"], phone=["1", "2"])
    found = explain_pair(TWO, _parameters({"name": (8, -8), "phone": (6, -1)}), columns, 0, 1)
    assert [(step.comparison, step.level, step.match_bits) for step in found.steps] == [
        ("name", "equal", 8.0),
        ("phone", "different", -1.0),
    ]
    assert found.steps[0].sentence == "Both values are the same."
    assert found.prior_bits == pytest.approx(-10)
    assert found.odds == pytest.approx(-10 + 8 - 1)
    assert found.probability == pytest.approx(1 / 9)


def test_a_rare_value_says_more_and_a_frequent_one_less():
    """u is 1 in 8. Of 1,000 holders and 1,000 of belief, 125 + 0 hold the rare value, 125 + 375 the frequent one."""
    spec = _spec({"column": "name", "kind": "exact", "frequency": True})
    levels = (Level(level="equal", m=0.5, u=0.125), Level(level="different", m=0.5, u=0.875))
    learnt = ComparisonParameters(comparison="name", kind="exact", holders=1000, levels=levels)
    parameters = _parameters({"name": (0, 0)}).model_copy(update={"comparisons": (learnt,)})
    codes, values = np.array([0, 0, 1, 1], np.int32), pa.array(["rare", "frequent"])
    column = Column(codes, values, None, np.array([2, 377], np.int64))
    rare, frequent = (explain_pair(spec, parameters, {"name": column}, *pair).steps[0] for pair in ((0, 1), (2, 3)))
    assert (rare.match_bits, rare.rarity_bits) == pytest.approx((2, 1))
    assert (frequent.match_bits, frequent.rarity_bits) == pytest.approx((2, -1))


def test_the_household_alternative_is_a_part_of_its_own():
    """Relatives agree at 10 bits and are as many as matches, 1 in 1,024 strangers: half of such pairs are relatives."""
    columns = _columns(name=["ann", "ann"], phone=["1", "1"])
    parameters = _parameters({"name": (8, -8), "phone": (6, -1)}, household={"name": 4, "phone": 6})
    found = explain_pair(TWO, parameters, columns, 0, 1)
    assert [step.household_bits for step in found.steps] == [4.0, 6.0]
    assert found.household_alternative_bits == pytest.approx(-1)
    assert found.odds == pytest.approx(-10 + 8 + 6 - 1)


def test_what_says_nothing_is_named():
    spec = _spec(
        {"column": "name", "kind": "exact", "explained_by": {"phone": ["equal"]}}, {"column": "phone", "kind": "exact"},
        {"column": "town", "kind": "exact"}, {"column": "job", "kind": "exact"},
    )  # fmt: skip
    columns = _columns(name=["ann", "ann"], phone=["1", "1"], town=["x", None], job=pa.array([None, None], pa.string()))
    weights = {name: (1, -1) for name in ("name", "phone", "town", "job")}
    found = explain_pair(spec, _parameters(weights), columns, 0, 1)
    assert [(step.is_neutral, step.bits) for step in found.steps] == [(True, 0), (False, 1), (True, 0), (True, 0)]
    assert [step.sentence for step in found.steps if step.is_neutral] == [
        "It agrees, which phone has said already.", "One side has no value.", "Neither side has a value.",
    ]  # fmt: skip


def test_of_several_values_those_that_decided_are_told():
    columns = _columns(name=["ann", "ann"], phone=[["1", "2"], ["2", "3"]])
    found = explain_pair(TWO, _parameters({"name": (8, -8), "phone": (6, -1)}), columns, 0, 1)
    assert (found.steps[1].left, found.steps[1].right) == (("2",), ("2",))


def test_what_other_values_would_change():
    columns = _columns(name=["ann", "ann"], phone=["1", "2"])
    found = {
        (each.comparison, each.level): each.odds
        for each in what_if(TWO, _parameters({"name": (8, -8), "phone": (6, -1)}), columns, 0, 1)
    }
    assert found == pytest.approx(
        {("name", "different"): -19, ("name", ""): -11, ("phone", "equal"): 4, ("phone", ""): -2}
    )


def test_the_sum_is_the_posterior_odds_of_the_weights():
    """On the model of persons, with several values, frequencies, households and levels of all kinds."""
    source = resources.files("matching").joinpath("models")
    spec = load_spec(source.joinpath("person.yml"))
    parameters = load_parameters(source.joinpath("person.json"))
    years = "|1990" * 4
    columns = _columns(
        names=[["王小明"], ["王晓明", "曾:王明"], ["王小明"], ["李四"]],
        birth=[f"1990-01-02|1990-01-02{years}", "||1989|1991|1989|1991", f"1990-02-01|1990-02-01{years}", None],
        sex_code=["1", "1", "2", None],
        number=["370181199001020018", None, "3701811990****0018!", None],
        document_no=pa.array([None] * 4, pa.string()),
        phones=[["13900000001"], ["13900000001", "13900000002"], [], ["13900000002"]],
        dwellings=[["甲|1|2"], ["甲|1|2"], ["甲|1|3"], []],
        places=[["甲|1"], ["甲|1"], ["甲|1"], []],
        employers=[["e1"], [], ["e1"], ["e2"]],
        schools=[["s1"], ["s1"], [], ["s2"]],
        relatives=[["7"], ["7", "8"], [], ["8"]],
    )  # fmt: skip
    left, right = (side.astype(np.int32) for side in np.triu_indices(4, 1))
    match, household = log_ratios(spec, parameters, compare_pairs(spec, columns, left, right))
    expected = posterior_odds(parameters, match, household)
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    found = [explain_pair(spec, parameters, columns, *pair) for pair in pairs]
    assert [each.odds for each in found] == pytest.approx(expected.tolist())
    assert [each.ratio for each in found] == pytest.approx(match.tolist())
    by_part = [each.prior_bits + sum(s.match_bits + s.rarity_bits for s in each.steps) + each.household_alternative_bits
               for each in found]  # fmt: skip
    assert by_part == pytest.approx(expected.tolist())


def test_values_of_persons_are_in_no_repr():
    columns = _columns(name=["ann", "ann"], phone=["1", "555"])
    assert "ann" not in repr(explain_pair(TWO, _parameters({"name": (8, -8), "phone": (6, -1)}), columns, 0, 1))


# unit, source, name, phone, sex, number, cluster
UNITS = [
    (10, "backbone", "ann", "1", None, "N1", 10), (11, "unproven", "ann", "1", None, None, 10),
    (12, "unproven", "ann", None, None, "N1", 10),
]  # fmt: skip


def _state(units, pairs=(), musts=(), judgements=(), applied=()):
    """A linkage as it is kept. Each unit is one record of ten times its number, and one more."""
    con = duckdb.connect()
    create_state(con)
    con.execute(resources.files("matching").joinpath("sql", "review_state.sql").read_text().replace("{temp}", ""))
    spec = Spec.model_validate(SPEC)
    con.execute(
        "INSERT INTO match_parameters VALUES (3, $1, $2)", [spec.model_dump_json(), _parameters().model_dump_json()]
    )
    for unit, source, name, phone, sex, number, cluster in units:
        for record in (10 * unit, 10 * unit + 1):
            con.execute(
                "INSERT INTO match_record (record_id, unit_id, match_rule) VALUES ($1, $2, 'same_record')",
                [record, unit],
            )
        con.execute(
            "INSERT INTO match_unit (unit_id, source, names, phones, sex_code, number) VALUES ($1, $2, $3, $4, $5, $6)",
            [unit, source, [name] if name else [], [phone] if phone else [], sex, number],
        )
        con.execute("INSERT INTO match_place VALUES ($1, $2, $2)", [unit, cluster])
    for left, right, odds, probability in pairs:
        con.execute("INSERT INTO match_pair VALUES ($1, $2, $3, $3, $4, 'name')", [left, right, odds, probability])
    for must in musts:
        con.execute("INSERT INTO match_must VALUES ($1, $2, $3)", must)
    for number, (left, right, judgement) in enumerate(judgements, start=1):
        con.execute("INSERT INTO match_judgement VALUES ($1, $2, $3, $4, 'li', 'seen', $5, NULL, NULL, NULL)",
                    [number, left, right, judgement, datetime(2026, 11, 1, tzinfo=UTC)])  # fmt: skip
    for pair in applied:
        con.execute("INSERT INTO match_judged VALUES ($1, $2, $3)", pair)
    return con


def _p(odds):
    return 2**odds / (1 + 2**odds)


PAIRS = [(10, 11, 4, _p(4)), (10, 12, 8, _p(8)), (11, 12, -2, _p(-2))]


def test_each_unit_is_told_with_its_strongest_link():
    found = explain_cluster(_state(UNITS, PAIRS), 10)
    assert (found.parameters_version, found.least) == (3, pytest.approx(LEAST))
    assert [(unit.unit_id, unit.source, unit.strongest.units) for unit in found.units] == [
        (10, "backbone", (10, 12)), (11, "unproven", (10, 11)), (12, "unproven", (10, 12)),
    ]  # fmt: skip
    assert [unit.strongest.waterfall.odds for unit in found.units] == pytest.approx([8, 4, 8])
    assert found.units[0].records == {100: "same_record", 101: "same_record"}


def test_the_weakest_hold_is_the_link_without_which_it_falls_apart():
    hold = explain_cluster(_state(UNITS, PAIRS), 10).hold
    assert (hold.units_l, hold.units_r, hold.link.units) in [((10, 12), (11,), (10, 11)), ((11,), (10, 12), (10, 11))]
    assert hold.holding == 1
    assert hold.worst is None
    assert hold.margin == pytest.approx(4 - LEAST)
    undoing = {(each.comparison, each.level) for each in hold.changes}
    assert undoing == {("name", "different"), ("name", ""), ("phone", "different"), ("phone", ""),
                       ("sex", "different"), ("number", "different")}  # fmt: skip


def test_certain_links_hold_whatever_the_bits():
    found = explain_cluster(_state(UNITS, PAIRS, musts=[(10, 11, "number_changed"), (10, 12, "same_record")]), 10)
    assert found.hold is None
    assert [must.match_rule for must in found.musts] == ["number_changed", "same_record"]
    assert "number changed" in found.musts[0].sentence


def test_a_positive_judgement_is_a_certain_link_once_it_is_applied():
    judged = (100, 110, "positive")
    waiting, applied = (
        explain_cluster(_state(UNITS, PAIRS, judgements=[judged], applied=done), 10) for done in ([], [judged])
    )
    assert waiting.musts == ()
    assert [(must.unit_l, must.unit_r, must.match_rule) for must in applied.musts] == [(10, 11, "judgement")]
    assert applied.hold.link.units == (10, 12)
    assert applied.judgements[0].is_applied


def _met(others, pairs=(), **more):
    """What lies between cluster 10 of one unit, ann with phone 1, and cluster 20."""
    con = _state([(10, "unproven", "ann", "1", None, None, 10), *others], pairs, **more)
    return explain_clusters(con, 10, 20)


def _kinds(encounter):
    return [each.kind for each in encounter.obstacles]


def test_below_the_threshold():
    found = _met([(20, "unproven", "ann", None, None, None, 20)], [(10, 20, -2, _p(-2))])
    assert _kinds(found) == ["below_threshold"]
    assert found.obstacles[0].bits == pytest.approx(-2 - LEAST)
    assert [each.comparison for each in found.changes] == ["phone", "number"]


def test_rivals_share_the_probability():
    """Two known persons fit as well as each other: 16 to 1 becomes 16 to 17."""
    others = [(20, "numbered", "ann", "1", None, None, 20), (30, "numbered", "ann", "1", None, None, 30)]
    found = _met(others, [(10, 20, 4, 16 / 33), (10, 30, 4, 16 / 33)])
    assert _kinds(found) == ["rivals"]
    assert found.best.waterfall.rival_bits == pytest.approx(-np.log2(17))
    assert found.best.waterfall.probability == pytest.approx(16 / 33)
    assert [(rival.rival_id, rival.cluster) for rival in found.best.rivals] == [(30, 30)]


@pytest.mark.parametrize(
    ("cluster", "words"), [(30, "another known person"), (10, "of its own"), (20, "found to be one only after")]
)
def test_it_is_said_whose_rival_it_is(cluster, words):
    others = [(20, "unproven" if cluster == 10 else "numbered", "ann", "1", None, None, 20),
              (30, "numbered", "ann", None, None, None, cluster)]  # fmt: skip
    found = _met(others, [(10, 20, 4, 16 / 33), (10, 30, 4, 16 / 33)])
    assert found.best.units == (10, 20)
    assert words in found.obstacles[0].sentence


def test_rivals_of_a_pair_that_was_never_scored_are_reckoned():
    others = [(20, "numbered", "ann", "1", None, None, 20), (30, "numbered", "ann", "1", None, None, 30)]
    found = _met(others, [(10, 30, 4, _p(4))])
    assert found.best.kept_probability is None
    assert found.best.waterfall.probability == pytest.approx(16 / 33)


def test_a_contradiction_outweighs():
    others = [(20, "unproven", "ann", "1", "1", None, 20), (21, "unproven", "eve", "1", "2", None, 20)]
    found = _met(others, [(10, 20, 4, _p(4))])
    assert _kinds(found) == ["contradiction"]
    assert found.worst.units == (10, 21)
    assert found.support == pytest.approx(4 + (-8 + 6))
    assert "name" in found.obstacles[0].sentence


def test_a_supported_pair_that_no_rule_brought_together():
    found = _met([(20, "unproven", "ann", "1", None, None, 20)])
    assert _kinds(found) == ["not_compared"]
    assert found.best.kept_odds is None


def test_a_row_that_names_both_keeps_them_apart():
    con = _state([(10, "unproven", "ann", "1", None, None, 10), (20, "unproven", "ann", "1", None, None, 20)])
    con.execute("UPDATE match_record SET row_key = 7, entry_key = unit_id")
    found = explain_clusters(con, 10, 20)
    assert _kinds(found) == ["one_row"]
    assert found.changes == ()


def test_a_table_without_duplicates_keeps_its_records_apart():
    con = _state([(10, "backbone", "ann", "1", None, None, 10), (20, "backbone", "ann", "1", None, None, 20)])
    found = explain_clusters(con, 10, 20)
    assert _kinds(found) == ["one_record_per"]
    assert found.changes == ()


def test_a_level_that_is_never_one_person():
    units = [(10, "numbered", "ann", None, "1", "N1", 10), (20, "numbered", "ann", "1", "1", "N2", 20)]
    found = explain_clusters(_state(units), 10, 20)
    assert _kinds(found) == ["never", "below_threshold"]
    assert found.best.waterfall.never == ("number",)
    assert found.best.waterfall.probability == 0
    assert "Only phone equal would" in found.obstacles[0].sentence


@pytest.mark.parametrize(
    ("phone", "needed"), [("1", "Only name equal would"), ("2", "Only phone equal, and name equal would")]
)
def test_what_would_outweigh_is_what_is_missing(phone, needed):
    units = [(10, "numbered", "ann", "1", "1", "N1", 10), (20, "numbered", "bob", phone, "1", "N2", 20)]
    assert needed in explain_clusters(_state(units), 10, 20).obstacles[0].sentence


@pytest.mark.parametrize("applied", [True, False])
def test_a_judgement_keeps_them_apart(applied):
    judged = (100, 200, "negative")
    found = _met([(20, "unproven", "ann", "1", None, None, 20)], [(10, 20, 4, _p(4))],
                 judgements=[judged], applied=[judged] if applied else [])  # fmt: skip
    assert _kinds(found) == ["judged_different"]
    assert found.judgements[0].is_applied == applied
    assert ("next night" in found.obstacles[0].sentence) != applied


def test_a_judgement_withdrawn_is_none():
    judged = [(100, 200, "negative"), (100, 200, "withdrawn")]
    found = _met([(20, "unproven", "ann", "1", None, None, 20)], [(10, 20, 4, _p(4))], judgements=judged)
    assert found.judgements == ()
    assert _kinds(found) == ["outgrown"]


def test_those_who_came_near_are_told_nearest_first():
    near = [(20 + n, "unproven", "ann", "1" if n == 3 else None, None, None, 20 + n) for n in range(8)]
    scored = [(11, unit, -2, _p(-2)) for unit, *_ in near]
    found = explain_cluster(_state([*UNITS, *near], [*PAIRS, *scored]), 10)
    assert [each.cluster_r for each in found.near] == [23, 20, 21, 22, 24]


def test_one_unit_needs_no_link():
    found = explain_cluster(_state(UNITS[:1]), 10)
    assert found.units[0].strongest is None
    assert (found.hold, found.near) == (None, ())


def test_records_lead_to_clusters_and_back():
    con = _state(UNITS, PAIRS)
    assert clusters_of(con, [101, 120, 999]) == (10,)
    assert first_records(con, [10]) == {10: 100}


def test_what_is_not_there_is_said():
    with pytest.raises(NotLinkedError, match="no cluster 99"):
        explain_cluster(_state(UNITS), 99)
    with pytest.raises(NotLinkedError, match="nothing has been linked"):
        explain_cluster(duckdb.connect(), 10)
    kept_before = _state(UNITS)
    kept_before.execute("COMMENT ON TABLE match_basis IS 'as an older version of the program made it'")
    with pytest.raises(NotLinkedError, match="another version"):
        explain_cluster(kept_before, 10)
    with pytest.raises(NotLinkedError, match="another version"):
        clusters_of(kept_before, [101])
