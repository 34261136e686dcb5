"""The reliability curve, with numbers that can be counted by hand."""

import numpy as np
import pytest

from matching.errors import InputError
from matching.reliability import expected_calibration_error, RELIABILITY, reliability, wilson


def test_bins_show_predicted_against_observed():
    curve = reliability(np.array([0.1, 0.1, 0.9, 0.9]), np.array([False, False, True, False]), bins=2)
    assert curve.schema == RELIABILITY
    low, high = curve.to_pylist()
    assert (low["pairs"], low["predicted_rate"], low["observed_rate"]) == (2, pytest.approx(0.1), 0.0)
    assert (high["pairs"], high["predicted_rate"], high["observed_rate"]) == (2, pytest.approx(0.9), 0.5)
    assert expected_calibration_error(curve) == pytest.approx((0.1 + 0.4) / 2)


@pytest.mark.parametrize(("probability", "bin_"), [(0.0, 0), (0.7, 14), (0.95, 19), (1.0, 19), (0.0499, 0)])
def test_edges_belong_to_the_bin_above_them(probability, bin_):
    pairs = reliability(np.array([probability]), np.array([True]))["pairs"].to_pylist()
    assert (len(pairs), pairs.index(1)) == (20, bin_)


def test_empty_bins_are_null():
    row = reliability(np.array([0.9]), np.array([True]), bins=2).to_pylist()[0]
    assert row["pairs"] == 0
    assert {row[name] for name in ("predicted_rate", "observed_rate", "observed_low", "observed_high")} == {None}


def test_no_pairs_have_no_error():
    assert expected_calibration_error(reliability(np.empty(0), np.empty(0, bool))) is None


def test_wilson_interval_as_published():
    # Brown, Cai & DasGupta (2001): none of ten is 0 to 0.278, and all of ten mirrors it.
    low, high = wilson(np.array([0, 10, 5]), np.array([10, 10, 10]))
    assert low == pytest.approx([0, 0.722, 0.237], abs=1e-3)
    assert high == pytest.approx([0.278, 1, 0.763], abs=1e-3)


def test_true_probabilities_are_reliable():
    rng = np.random.default_rng(1)
    probability = rng.random(20_000)
    curve = reliability(probability, rng.random(20_000) < probability).to_pylist()
    assert sum(row["observed_low"] <= row["predicted_rate"] <= row["observed_high"] for row in curve) >= 17


@pytest.mark.parametrize(
    ("probability", "is_true", "bins"),
    [([0.5], [True, False], 20), ([np.nan], [True], 20), ([1.5], [True], 20), ([0.5], [True], 0)],
)
def test_what_is_no_curve_is_refused(probability, is_true, bins):
    with pytest.raises(InputError):
        reliability(np.array(probability), np.array(is_true), bins)
