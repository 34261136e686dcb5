"""The reliability curve: does a probability of p come true in a share p of the pairs?

What belongs here: comparing predicted probabilities with known truth. What does not: changing them; the model learns
without labels, and truth is for measuring alone.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.errors import InputError

Z95: Final = 1.959964

RELIABILITY = pa.schema(
    [
        ("probability_low", pa.float64()),
        ("probability_high", pa.float64()),
        ("pairs", pa.int64()),
        ("predicted_rate", pa.float64()),
        ("observed_rate", pa.float64()),
        ("observed_low", pa.float64()),
        ("observed_high", pa.float64()),
    ]
)
"""One line for each bin of predicted probability, from low to high: the mean prediction, and the share that is true
with its 95 % Wilson interval; null where a bin holds no pair. A bin holds its lower edge, the last one both."""


def reliability(probability: NDArray[np.float64], is_true: NDArray[np.bool_], bins: int = 20) -> pa.Table:
    """Compare predicted probabilities with what is true, bin by bin.

    Args:
        probability: n predicted probabilities, 0 to 1.
        is_true: n truths.
        bins: number of bins of equal width.

    Returns:
        RELIABILITY, `bins` lines.

    Raises:
        InputError: the two differ in length, a probability is none, or there is no bin.

    Source: Wilson (1927) on the interval; DeGroot & Fienberg (1983) on the curve.
    """
    if probability.shape != is_true.shape or probability.ndim != 1:
        raise InputError("reliability", "needs one truth for each probability")
    if not bool(np.all((probability >= 0) & (probability <= 1))):
        raise InputError("reliability", "holds probabilities that are not between 0 and 1")
    if bins < 1:
        raise InputError("reliability", "needs one bin at least")
    edges = np.arange(bins + 1) / bins  # linspace puts 0.7 below its own edge
    at = np.minimum(np.searchsorted(edges, probability, side="right") - 1, bins - 1)
    pairs = np.bincount(at, minlength=bins)
    true = np.bincount(at, is_true, minlength=bins)
    predicted = np.bincount(at, probability, minlength=bins) / np.maximum(pairs, 1)
    low, high = wilson(true, pairs)
    rates = [_nulled(each, pairs == 0) for each in (predicted, true / np.maximum(pairs, 1), low, high)]
    return pa.table([edges[:-1], edges[1:], pairs, *rates], schema=RELIABILITY)


def expected_calibration_error(curve: pa.Table) -> float | None:
    """Mean distance of predicted from observed over all pairs of a RELIABILITY table, 0 to 1; None without pairs.

    Source: Naeini, Cooper & Hauskrecht (2015).
    """
    rows = [each for each in curve.to_pylist() if each["pairs"]]
    pairs = sum(each["pairs"] for each in rows)
    if not pairs:
        return None
    return float(sum(each["pairs"] * abs(each["predicted_rate"] - each["observed_rate"]) for each in rows) / pairs)


def wilson(true: NDArray[Any], pairs: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval (low, high) of a share, from counts; 0 to 1 where there are no pairs. Source: Wilson (1927)."""
    n = np.maximum(pairs, 1e-9)
    middle = (true + Z95**2 / 2) / (n + Z95**2)
    half = Z95 / (n + Z95**2) * np.sqrt(np.maximum(true * (n - true) / n, 0) + Z95**2 / 4)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _nulled(values: NDArray[np.float64], empty: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=empty)
