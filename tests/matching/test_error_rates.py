"""Estimated error rates against simulated truth, and what cannot be estimated."""

import numpy as np
import pyarrow as pa
import pytest

from matching.error_rates import ERROR_RATE, error_rates
from matching.errors import InputError

# m and u of the levels of six comparisons, and the share of pairs in which a value is missing
COMPARISONS = [
    ([0.85, 0.08, 0.04, 0.03], [0.002, 0.006, 0.03, 0.962], 0.0),
    ([0.90, 0.05, 0.02, 0.03], [0.0003, 0.003, 0.02, 0.9767], 0.05),
    ([0.99, 0.01], [0.5, 0.5], 0.02),
    ([0.6, 0.4], [1e-4, 1 - 1e-4], 0.4),
    ([0.55, 0.2, 0.25], [0.001, 0.005, 0.994], 0.2),
    ([0.7, 0.2, 0.1], [0.03, 0.1, 0.87], 0.1),
]
MATCHES, OTHERS = 3_000, 1_000_000
THRESHOLD_BITS = np.log2(9)


def _simulate(seed, shift=0.0):
    """Weights and truth of pairs with 10 bits against being a match at most, weighed with the true m and u."""
    rng = np.random.default_rng(seed)
    truth = np.arange(MATCHES + OTHERS) < MATCHES
    bits = np.full(len(truth), np.log2(MATCHES / OTHERS) + shift)
    for m, u, missing in COMPARISONS:
        weights = np.append(np.log2(np.array(m) / u), 0.0)
        for side, levels in ((truth, m), (~truth, u)):
            drawn = np.searchsorted(np.cumsum(levels)[:-1], rng.random(side.sum()), side="right")
            bits[side] += weights[np.where(rng.random(side.sum()) < missing, -1, drawn)]
    return bits[bits >= -10], truth[bits >= -10]


def _table(bits, **more):
    columns = {"match_weight": bits, "match_probability": 1 / (1 + 2.0**-bits), "is_linked": bits >= THRESHOLD_BITS}
    return pa.table(columns | more)


def _true_rates(bits, truth):
    linked = bits >= THRESHOLD_BITS
    return (~truth[linked]).mean(), truth[~linked].sum() / truth.sum()


def _holds(row, name, rate):
    return row[f"{name}_low"] <= rate <= row[f"{name}_high"]


def _judge(rng, bits, truth, share):
    drawn = rng.random(len(bits)) < share
    words = np.where(truth, "positive", "negative")
    return {
        "judgement": pa.array([word if is_drawn else None for word, is_drawn in zip(words, drawn, strict=True)]),
        "sampling_rate": np.broadcast_to(share, bits.shape),
    }


@pytest.mark.parametrize("shift", [0.0, 2.0, -2.0])
def test_interval_holds_the_truth(shift):
    held, rows = [], []
    for seed in range(5):
        bits, truth = _simulate(seed, shift)
        false, missed = _true_rates(bits, truth)
        [row] = error_rates(_table(bits)).to_pylist()
        rows.append(row)
        held.append((_holds(row, "false_match", false), _holds(row, "missed_match", missed)))
    assert np.sum(held) >= 9
    assert all(row["method"] == "mixture" for row in rows)
    assert all(row["false_match_high"] - row["false_match_low"] < 0.06 for row in rows)
    assert all(row["missed_match_high"] - row["missed_match_low"] < 0.4 for row in rows)


def test_shape_corrects_a_prior_that_is_wrong():
    bits, truth = _simulate(1, shift=3.0)
    _, missed = _true_rates(bits, truth)
    probability = 1 / (1 + 2.0**-bits)
    said = probability[bits < THRESHOLD_BITS].sum() / probability.sum()
    [row] = error_rates(_table(bits)).to_pylist()
    assert abs(np.log(row["missed_match_rate"] / missed)) < abs(np.log(said / missed))


def test_judgements_show_what_hides_under_the_matches():
    rng = np.random.default_rng(3)
    bits, truth = _simulate(3)
    household = rng.uniform(4, 15, 150)
    bits, truth = np.append(bits, household), np.append(truth, np.zeros(150, bool))
    false, missed = _true_rates(bits, truth)
    [blind] = error_rates(_table(bits)).to_pylist()
    [judged] = error_rates(_table(bits, **_judge(rng, bits, truth, np.where(bits > 0, 0.15, 0.05)))).to_pylist()
    assert blind["false_match_high"] < false
    assert _holds(judged, "false_match", false)
    assert _holds(judged, "missed_match", missed)
    assert judged["false_match_high"] - judged["false_match_low"] < 0.03
    assert (blind["method"], judged["method"]) == ("mixture", "mixture_and_judgements")


def test_judgements_of_all_pairs_are_the_truth():
    bits, truth = _simulate(4)
    [row] = error_rates(_table(bits, **_judge(np.random.default_rng(0), bits, truth, 1.0))).to_pylist()
    false, missed = _true_rates(bits, truth)
    assert row["false_match_low"] == row["false_match_high"] == pytest.approx(false)
    assert row["missed_match_low"] == row["missed_match_high"] == pytest.approx(missed)
    assert row["pairs_judged"] == len(bits)


def test_hand_picked_judgements_say_nothing_of_other_pairs():
    bits, _ = _simulate(5)
    words = pa.array(["negative" if each else None for each in np.cumsum(bits > 20) <= 30], pa.string())
    picked = (np.cumsum(bits > 20) <= 30).sum()
    by_hand, drawn = (
        error_rates(_table(bits, judgement=words, sampling_rate=pa.array([rate] * len(bits), pa.float64()))).to_pylist()
        for rate in (None, 0.01)
    )
    assert by_hand[0]["pairs_judged"] == picked
    assert by_hand[0]["false_match_rate"] < 0.1 < drawn[0]["false_match_rate"]


def test_judged_pairs_speak_for_where_they_were_drawn_though_judgements_have_moved_them():
    """Of 1,000 doubtful links a tenth is false, of 500 unlinked pairs a fifth is missed; 100 of each are judged."""
    links, others, sure = 1_000, 500, 2_000
    rng = np.random.default_rng(11)
    was_linked = np.repeat([True, False, True], [links, others, sure])
    truth = np.concatenate((np.arange(links) >= 100, np.arange(others) < 100, np.full(sure, True)))
    bits = np.concatenate((rng.uniform(5, 9, links), rng.uniform(-4, 0, others), rng.uniform(30, 40, sure)))
    drawn = np.concatenate((np.arange(links) % 10 == 0, np.arange(others) % 5 == 0, np.zeros(sure, bool)))
    is_linked = np.where(drawn, truth, was_linked)
    words = np.where(drawn, np.where(truth, "positive", "negative"), None)
    rate = np.where(drawn, np.repeat([100 / links, 100 / others, np.nan], [links, others, sure]), np.nan)
    probability = 1 / (1 + 2.0**-bits)
    [row] = error_rates(
        pa.table(
            {
                "match_weight": bits,
                "match_probability": np.where(drawn & (is_linked != was_linked), 0.5, probability),
                "is_linked": is_linked,
                "judgement": pa.array(words.tolist(), pa.string()),
                "sampling_rate": pa.array(rate, from_pandas=True),
                "drawn_linked": pa.array(np.where(drawn, was_linked, None).tolist(), pa.bool_()),
                "drawn_probability": pa.array(np.where(drawn, probability, np.nan), from_pandas=True),
            }
        )
    ).to_pylist()
    false, missed = (~truth[is_linked]).mean(), truth[~is_linked].sum() / truth.sum()
    assert _holds(row, "false_match", false)
    assert _holds(row, "missed_match", missed)
    assert row["false_match_rate"] == pytest.approx(false, rel=0.2)
    assert row["missed_match_rate"] == pytest.approx(missed, rel=0.2)


def test_unsure_pairs_stay_unknown():
    few = _table(np.array([3.5, 4.0, -3.0]))
    [plain] = error_rates(few).to_pylist()
    [unsure] = error_rates(few.append_column("judgement", pa.array(["unsure"] * 3))).to_pylist()
    assert unsure == plain | {"pairs_judged": 3}


def test_weighted_sample_estimates_the_whole():
    bits, truth = _simulate(6)
    false, missed = _true_rates(bits, truth)
    kept = np.random.default_rng(0).random(len(bits)) < np.where(bits > 12, 0.1, 1.0)
    weight = np.where(bits > 12, 10.0, 1.0)[kept]
    [whole] = error_rates(_table(bits)).to_pylist()
    [row] = error_rates(_table(bits[kept], weight=weight)).to_pylist()
    assert row["linked_pairs"] == pytest.approx(whole["linked_pairs"], rel=0.1)
    assert row["missed_match_rate"] == pytest.approx(whole["missed_match_rate"], rel=0.15)
    assert _holds(row, "false_match", false)
    assert _holds(row, "missed_match", missed)


def test_rivals_are_taken_into_account():
    bits, _ = _simulate(7)
    table = _table(bits)
    shared = np.where(bits > THRESHOLD_BITS, 0.5, table["match_probability"])
    [row] = error_rates(table.set_column(1, "match_probability", pa.array(shared))).to_pylist()
    assert row["false_match_rate"] > 0.2


def test_groups_follow_the_whole_and_small_ones_the_model():
    bits, truth = _simulate(8)
    names = np.where(np.arange(len(bits)) % 2 == 0, "a", "b").astype(object)
    names[-100:], names[-5:] = "small", None
    rows = error_rates(_table(bits, department=pa.array(names, pa.string())), ["department"]).to_pylist()
    assert [(row["group_kind"], row["group"], row["method"]) for row in rows] == [
        ("all", "all", "mixture"),
        ("department", "a", "mixture"),
        ("department", "b", "mixture"),
        ("department", "small", "model"),
        ("department", None, "model"),
    ]
    for row in rows[1:3]:
        false, missed = _true_rates(bits[names == row["group"]], truth[names == row["group"]])
        assert _holds(row, "false_match", false)
        assert _holds(row, "missed_match", missed)


def test_small_group_is_the_sum_of_probabilities():
    # linked: 0.9 + 0.8 + 1 of three are matches; unlinked: 0.2 of two; so 0.3 of 3 are false, 0.2 of 2.9 missed
    table = pa.table(
        {
            "match_weight": [3.17, 2.0, np.inf, -3.17, -np.inf],
            "match_probability": [0.9, 0.8, 1.0, 0.2, 0.0],
            "is_linked": [True, True, True, False, False],
        }
    )
    [row] = error_rates(table).to_pylist()
    assert (row["linked_pairs"], row["method"]) == (3, "model")
    assert row["false_match_rate"] == pytest.approx(0.3 / 3)
    assert row["missed_match_rate"] == pytest.approx(0.2 / 2.9)
    # both false has a chance of 2 %, one or both of 28 %; the missed one has 20 %
    assert (row["false_match_low"], row["false_match_high"]) == (0.0, pytest.approx(1 / 3))
    assert row["missed_match_low"] == 0.0


def test_same_seed_same_figures():
    bits, _ = _simulate(9)
    assert error_rates(_table(bits), seed=3).equals(error_rates(_table(bits), seed=3))
    assert not error_rates(_table(bits), seed=3).equals(error_rates(_table(bits), seed=4))


def test_no_pairs_have_no_rates():
    table = error_rates(_table(np.empty(0)))
    assert table.schema == ERROR_RATE
    [row] = table.to_pylist()
    assert {value for name, value in row.items() if name.endswith(("_rate", "_low", "_high"))} == {None}
    assert (row["linked_pairs"], row["method"]) == (0, "model")


@pytest.mark.parametrize("bits", [np.full(500, 8.0), np.full(500, -8.0), np.full(500, np.inf), np.full(500, -1000.0)])
def test_equal_weights_are_the_models_word(bits):
    [row] = error_rates(_table(bits)).to_pylist()
    assert row["method"] == "model"
    if bits[0] > 0:
        assert row["false_match_rate"] == pytest.approx(1 / (1 + 2.0 ** bits[0]))
        assert (row["missed_match_rate"], row["missed_match_high"]) == (0.0, 0.0)
    else:
        assert row["false_match_rate"] is None


def test_all_linked_misses_nothing_among_candidates():
    bits, _ = _simulate(10)
    [row] = error_rates(_table(bits).set_column(2, "is_linked", pa.array([True] * len(bits)))).to_pylist()
    assert (row["missed_match_rate"], row["missed_match_high"]) == (0.0, 0.0)
    assert row["false_match_rate"] > 0.1


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("match_weight", [np.nan]),
        ("match_weight", pa.array([None], pa.float64())),
        ("match_weight", ["3"]),
        ("match_probability", [np.nan]),
        ("match_probability", [1.5]),
        ("is_linked", pa.array([None], pa.bool_())),
        ("is_linked", ["yes"]),
        ("weight", [-1.0]),
        ("weight", [np.inf]),
        ("judgement", ["perhaps"]),
        ("sampling_rate", [0.0]),
        ("drawn_linked", ["yes"]),
        ("drawn_probability", [1.5]),
    ],
)
def test_what_cannot_be_read_is_refused(column, values):
    table = {"match_weight": [1.0], "match_probability": [0.6], "is_linked": [True]} | {column: values}
    with pytest.raises(InputError, match=column):
        error_rates(pa.table(table))


def test_missing_columns_are_named():
    with pytest.raises(InputError, match="department, is_linked"):
        error_rates(pa.table({"match_weight": [1.0], "match_probability": [0.6]}), ["department"])
