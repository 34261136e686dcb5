"""How many links are false and how many matches are missed, when nobody knows the truth.

Candidate pairs are a mixture of matches and non-matches. Where the two overlap, around even odds, each is taken for a
normal tail of match weights, so that the true log odds are `shift + slope * match_weight`; shift 0 and slope 1 say that
the model's own odds are right, and this is where the fit starts from. The shape of the histogram moves it, as far as
the histogram tells. Where people have judged pairs, the judged share takes the mixture's place.

What was tried and failed: mixtures of several free normals on either side (with or without truncation, chosen by BIC).
They fit the histogram better and the truth not at all: missing fields make bumps, and a bump changes sides.

What the shape cannot show: non-matches that hide under the matches (members of one household). Only judgements do.
A pair is known by its own weight: one that is linked through a third record counts as false as its weight suggests.
What it does not count: matches that no blocking rule found.

Source: Belin & Rubin (1995), A method for calibrating false-match rates in record linkage, JASA 90.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import betaln, expit

from matching.errors import InputError
from matching.parameters import Floats

PAIR_WEIGHT = pa.schema(
    [
        ("match_weight", pa.float64()),
        ("match_probability", pa.float64()),
        ("is_linked", pa.bool_()),
        ("weight", pa.float64()),
        ("judgement", pa.string()),
        ("sampling_rate", pa.float64()),
        ("drawn_linked", pa.bool_()),
        ("drawn_probability", pa.float64()),
    ]
)
"""Candidate pairs. `match_weight`: log2 posterior odds before rivals; `match_probability`: after rivals. Optional:
`weight`, how many pairs this one stands for (1); `judgement` (positive, negative, unsure) with `sampling_rate`, the
chance at which the pair was drawn for review within its group and band. A judged pair without a rate was chosen by
hand: it counts for itself and says nothing of others. `drawn_linked`, `drawn_probability`: what `is_linked` and
`match_probability` were before the judgement was applied, which may move the pair but not those it stands for (as they
are now). Besides these, any string columns to group by."""

ERROR_RATE = pa.schema(
    [
        ("group_kind", pa.string()),
        ("group", pa.string()),
        ("linked_pairs", pa.int64()),
        ("false_match_rate", pa.float64()),
        ("false_match_low", pa.float64()),
        ("false_match_high", pa.float64()),
        ("missed_match_rate", pa.float64()),
        ("missed_match_low", pa.float64()),
        ("missed_match_high", pa.float64()),
        ("method", pa.string()),
        ("pairs_judged", pa.int64()),
    ]
)
"""Estimated error rates with 95 % intervals, first `all`, then each group of each kind. False matches are a share of
linked pairs, missed matches a share of the matches among candidate pairs; null where there are none to share.
`method`: `mixture`, `mixture_and_judgements`, or `model` (too few pairs: the model is taken at its word, and the
interval holds chance alone)."""

DRAWS: Final = 600
FEWEST_PAIRS, FEWEST_JUDGED, FEWEST_BINS = 200, 20, 6
WIDEST: Final = 60  # bits; beyond them nothing is in doubt
CENTRES: Final = np.arange(-WIDEST, WIDEST) + 0.5
BINS: Final = len(CENTRES)
BANDS: Final = np.searchsorted(np.array([-10, -5, 0, 5, 10, 20]), CENTRES)
"""The band of each bin of one bit; judgements are pooled by band, linked and unlinked apart."""

IN_BAND: Final = np.eye(BANDS[-1] + 1)[BANDS]
TRUST: Final = 50.0
"""Judgements' worth of trust in what the mixture says of a band, if it is to be trusted at all."""

JUDGEMENTS: Final = {"positive": 1.0, "unsure": 0.5, "negative": 0.0}
"""What a judgement says of its band; an unsure pair itself stays unknown."""

WINDOWS: Final = (6.0, 9.0, 12.0)
"""Bits around even odds in which the tails are fitted. None is right, and how they differ belongs to the interval:
with a single one, only 70 to 80 % of intervals for missed matches held the truth in simulations; with three, 90 %."""

MODEL_IS_RIGHT: Final = np.diag([1.5, 0.2]) ** 2
"""Prior covariance of (shift in bits, slope) around (0, 1)."""

GROUPS_DIFFER: Final = np.diag([1.0, 0.1]) ** 2
"""How much a group may differ from the whole, on top of the uncertainty of the whole."""


@dataclass(frozen=True)
class _Belief:
    """What is believed of (shift, slope): a normal distribution."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True)
class _Pairs:
    """Columns of n pairs; `truth` is 1, 0, 0.5 (unsure) or NaN, `rate` NaN where not drawn at random.

    `cell` is the bin of `odds_bits`, those of linked pairs behind those of unlinked ones; `drawn` is the cell in which
    the pair was drawn for review.
    """

    weight_bits: Floats
    odds_bits: Floats
    is_linked: NDArray[np.bool_]
    cell: NDArray[np.int64]
    drawn: NDArray[np.int64]
    weight: Floats
    truth: Floats
    rate: Floats

    def take(self, chosen: NDArray[np.int64]) -> "_Pairs":
        return _Pairs(**{name: column[chosen] for name, column in vars(self).items()})

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.truth)


@dataclass(frozen=True)
class _Cells:
    """Pairs by bin of match probability, unlinked and linked apart (2 x bins); those judged (2), which are known.

    `unknown` is how many pairs the others stand for, with the `variance` of that, and `odds_bits` are the model's.
    """

    unknown: Floats
    variance: Floats
    odds_bits: Floats
    positive: Floats
    negative: Floats


def error_rates(pairs: pa.Table, group_kinds: Sequence[str] = (), *, seed: int = 0) -> pa.Table:
    """Estimate the rates of false and of missed matches, overall and by group.

    Args:
        pairs: PAIR_WEIGHT, all candidate pairs or a weighted sample of them.
        group_kinds: columns of `pairs` to group by; a pair without a value belongs to the group null.
        seed: of the draws that intervals are made of; the same seed gives the same figures.

    Returns:
        ERROR_RATE.

    Raises:
        InputError: a column is missing or holds what it must not.

    Source: Belin & Rubin (1995); Horvitz & Thompson (1952) and Brown, Cai & DasGupta (2001) for judged shares.
    """
    read = _read(pairs, group_kinds)
    whole = _fit_windows(read, dict.fromkeys(WINDOWS, _Belief(np.array([0.0, 1.0]), MODEL_IS_RIGHT)))
    row, judged = _estimate(read, whole, None, seed)
    rows = [{"group_kind": "all", "group": "all"} | row]
    for kind in group_kinds:
        encoded = pairs[kind].cast(pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
        codes, names = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
        ends = np.cumsum(np.bincount(codes, minlength=len(names)))
        members = np.split(np.argsort(codes, kind="stable"), ends[:-1])
        for code in sorted(range(len(names)), key=lambda code: (names[code] is None, names[code] or "")):
            group = read.take(members[code])
            rows.append({"group_kind": kind, "group": names[code]} | _estimate_group(group, whole, judged, seed))
    return pa.Table.from_pylist(rows, schema=ERROR_RATE)


def _estimate_group(pairs: _Pairs, whole: dict[float, _Belief], judged: Floats, seed: int) -> dict[str, Any]:
    """A large group leans on the whole, on its fit and on what was judged in it; a small one on the model alone."""
    if len(pairs.weight) < FEWEST_PAIRS:
        return _estimate(pairs, {}, None, seed)[0]
    priors = {window: _Belief(each.mean, each.covariance + GROUPS_DIFFER) for window, each in whole.items()}
    return _estimate(pairs, priors | _fit_windows(pairs, priors), judged, seed)[0]


def _estimate(
    pairs: _Pairs, beliefs: dict[float, _Belief], inherited: Floats | None, seed: int
) -> tuple[dict[str, Any], Floats]:
    """The figures of an ERROR_RATE row, and the judged shares of matches that others may inherit (NaN: not judged)."""
    rng = np.random.default_rng(seed)
    cells = _count_cells(pairs)
    shift, slope = _coefficients(beliefs, rng).T[:, :, None, None]
    share = _share(shift + slope * cells.odds_bits)
    judged = _judged_shares(pairs, cells, share, inherited, rng)
    share = np.where(np.isnan(judged[:, :, BANDS]), share, judged[:, :, BANDS])
    # A pair of weight w stands for w pairs of which one was seen.
    drawn = np.rint(np.maximum(rng.normal(cells.unknown, np.sqrt(cells.variance), share.shape), 0))
    matches = rng.binomial(drawn.astype(np.int64), share).astype(np.float64)
    expected = _rates(cells, cells.unknown * share, cells.unknown * (1 - share))
    chance = _rates(cells, matches, drawn - matches)
    mixture = "mixture" if np.isnan(judged).all() and not pairs.is_judged.any() else "mixture_and_judgements"
    return {
        "linked_pairs": round(float(pairs.weight[pairs.is_linked].sum())),
        **_interval("false_match", expected[0], chance[0]),
        **_interval("missed_match", expected[1], chance[1]),
        "method": mixture if beliefs else "model",
        "pairs_judged": int(pairs.is_judged.sum()),
    }, judged


def _count_cells(pairs: _Pairs) -> _Cells:
    known = np.where(np.isin(pairs.truth, (0, 1)), np.minimum(pairs.weight, 1), 0)
    cell, unknown, truth = pairs.cell, pairs.weight - known, np.nan_to_num(pairs.truth)
    match, other = unknown * _share(pairs.odds_bits), unknown * _share(-pairs.odds_bits)
    odds = np.log2(np.maximum(_sum_cells(cell, match), 1e-30) / np.maximum(_sum_cells(cell, other), 1e-30))
    variance = _sum_cells(cell, pairs.weight * np.maximum(pairs.weight - 1, 0))
    positive, negative = _sum_cells(cell, known * truth), _sum_cells(cell, known * (1 - truth))
    return _Cells(_sum_cells(cell, unknown), variance, odds, positive.sum(axis=1), negative.sum(axis=1))


def _sum_cells(cell: NDArray[np.int64], values: Floats) -> Floats:
    return np.bincount(cell, values, 2 * BINS).astype(np.float64).reshape(2, BINS)


def _judged_shares(
    pairs: _Pairs, cells: _Cells, share: Floats, inherited: Floats | None, rng: np.random.Generator
) -> Floats:
    """Draws of the share of matches in each band (draws x 2 x bands), NaN where too few pairs were judged.

    Before judgement, a share is as likely what the mixture says as it is anything (Jeffreys' prior). So judgements
    that agree with the mixture leave it as it is, and those that do not take its place.

    A judged pair speaks for the cell in which it was drawn. The judgement itself may have put it where it is now: links
    judged wrong are no links the next night, and those judged right would be left to speak for the others.
    """
    if inherited is None:
        inherited = np.full((DRAWS, 2, IN_BAND.shape[1]), np.nan)
    if not pairs.is_judged.any():
        return inherited
    stands_for: Floats = np.where(np.isnan(pairs.rate) | ~pairs.is_judged, 0.0, pairs.weight / pairs.rate)
    total, squares, positive, judged = (
        _sum_cells(pairs.drawn, each) @ IN_BAND
        for each in (
            stands_for,
            stands_for**2,
            stands_for * np.nan_to_num(pairs.truth),
            (stands_for > 0).astype(np.float64),
        )
    )
    alike = total / np.maximum(squares, 1e-9)  # where chances to be drawn differ, judgements tell less
    yes, no = alike * positive, alike * (total - positive)
    said = (cells.unknown * share) @ IN_BAND / np.maximum(cells.unknown @ IN_BAND, 1e-9)
    said = TRUST * np.clip(np.where(np.isnan(inherited), said, inherited), 1e-6, 1 - 1e-6)
    trusting = betaln(said + yes, TRUST - said + no) - betaln(said, TRUST - said)
    doubting = betaln(0.5 + yes, 0.5 + no) - betaln(0.5, 0.5)
    is_trusted = rng.random(said.shape) < expit(trusting - doubting)
    drawn = rng.beta(np.where(is_trusted, said, 0.5) + yes, np.where(is_trusted, TRUST - said, 0.5) + no)
    return np.where(judged >= FEWEST_JUDGED, drawn, inherited)


def _rates(cells: _Cells, matches: Floats, others: Floats) -> tuple[Floats, Floats]:
    """False and missed matches as shares, for each draw; NaN where there is nothing to share."""
    true = matches.sum(axis=2) + cells.positive
    false = others.sum(axis=2) + cells.negative
    return _ratio(false[:, 1], true[:, 1]), _ratio(true[:, 0], true[:, 1])


def _interval(name: str, expected: Floats, chance: Floats) -> dict[str, float | None]:
    """The median of what is expected, and the range of what chance may make of it; null where nothing is shared."""
    rate = float(np.median(expected))
    if np.isnan(rate):
        return dict.fromkeys((f"{name}_rate", f"{name}_low", f"{name}_high"))
    low, high = np.quantile(np.nan_to_num(chance), (0.025, 0.975))
    return {f"{name}_rate": rate, f"{name}_low": min(float(low), rate), f"{name}_high": max(float(high), rate)}


def _fit_windows(pairs: _Pairs, priors: dict[float, _Belief]) -> dict[float, _Belief]:
    """What the histogram of match weights teaches, for each window that holds enough of it."""
    inside = np.abs(pairs.weight_bits) < WIDEST
    if inside.sum() < FEWEST_PAIRS:
        return {}
    counts = np.bincount(_bin(pairs.weight_bits[inside]), pairs.weight[inside], BINS)
    seen = np.flatnonzero(counts)
    held = slice(seen[0] + 1, seen[-1] + 1)  # weights may be cut off within the first bin
    fitted = {}
    for window, prior in priors.items():
        near = np.abs(CENTRES[held]) < window
        if (counts[held][near] > 0).sum() >= FEWEST_BINS:
            fitted[window] = _fit(CENTRES[held][near], counts[held][near], prior)
    return fitted


def _fit(centres: Floats, counts: Floats, prior: _Belief) -> _Belief:
    """Fit counts = exp(c0 + c1 x + c2 x^2) * (1 + 2^(shift + slope x)): non-matches and matches, normal tails both.

    Least squares on Freeman & Tukey's (1950) roots of counts, and on the prior. A histogram that is lumpier than one of
    independent pairs says less, by its dispersion.
    """
    tail = np.vander(centres / WIDEST, 3, increasing=True)
    precision = np.linalg.cholesky(np.linalg.inv(prior.covariance)).T
    roots = np.sqrt(counts) + np.sqrt(counts + 1)

    def expected(at: Floats) -> Floats:
        matches = np.logaddexp(0, (at[3] + at[4] * centres) * np.log(2))
        return np.asarray(np.exp(np.clip(tail @ at[:3] + matches, -50, 50)), np.float64)

    def residuals(at: Floats, dispersion: float) -> Floats:
        return np.concatenate(
            ((roots - np.sqrt(4 * expected(at) + 1)) / np.sqrt(dispersion), precision @ (at[3:] - prior.mean))
        )

    def jacobian(at: Floats, dispersion: float) -> Floats:
        counted = expected(at)
        share = _share(at[3] + at[4] * centres) * np.log(2)
        logarithm = np.column_stack((tail, share, share * centres))
        steepness = -2 * counted / np.sqrt((4 * counted + 1) * dispersion)
        return np.concatenate((steepness[:, None] * logarithm, np.pad(precision, ((0, 0), (3, 0)))))

    others = np.log(counts * _share(-prior.mean[0] - prior.mean[1] * centres) + 0.5)
    at, dispersion = np.concatenate((np.linalg.lstsq(tail, others, rcond=None)[0], prior.mean)), 1.0
    for _ in range(4):
        found = least_squares(residuals, at, jacobian, x_scale="jac", args=(dispersion,))
        at, squares = found.x, float(np.square(found.fun[:-2]).sum()) * dispersion
        dispersion = max(1.0, squares / max(len(counts) - 5, 1))
    information = found.jac.T @ found.jac + 1e-9 * np.eye(5)
    return _Belief(at[3:], np.linalg.inv(information)[3:, 3:])


def _coefficients(beliefs: dict[float, _Belief], rng: np.random.Generator) -> Floats:
    """Draws x (shift, slope), as many from each window; the model's own without any."""
    if not beliefs:
        return np.tile([0.0, 1.0], (DRAWS, 1))
    each = DRAWS // len(beliefs)
    return np.concatenate([rng.multivariate_normal(b.mean, b.covariance, each) for b in beliefs.values()])


def _ratio(part: Floats, rest: Floats) -> Floats:
    whole = part + rest
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def _bin(bits: Floats) -> NDArray[np.int64]:
    return np.asarray(np.clip(np.floor(bits) + WIDEST, 0, BINS - 1), np.int64)


def _share(odds_bits: Floats) -> Floats:
    return np.asarray(expit(odds_bits * np.log(2)), np.float64)


def _read(pairs: pa.Table, group_kinds: Sequence[str]) -> _Pairs:
    lacking = {"match_weight", "match_probability", "is_linked", *group_kinds} - set(pairs.column_names)
    if lacking:
        raise InputError("pair_weight", f"lacks {', '.join(sorted(lacking))}")
    probability, weight = _numbers(pairs, "match_probability"), _numbers(pairs, "weight", 1.0)
    bits, truth, rate = _numbers(pairs, "match_weight"), _truth(pairs), _numbers(pairs, "sampling_rate")
    _demand(not np.isnan(bits).any(), "match_weight must be a number, or infinite")
    _demand(bool(((probability >= 0) & (probability <= 1)).all()), "match_probability must lie between 0 and 1")
    _demand(bool(((weight > 0) & np.isfinite(weight)).all()), "weight must be positive and finite")
    _demand(bool((np.isnan(rate) | ((rate > 0) & (rate <= 1))).all()), "sampling_rate must be above 0, 1 at most")
    linked = pairs["is_linked"]
    _demand(pa.types.is_boolean(linked.type) and not linked.null_count, "is_linked must be true or false")
    odds, is_linked = _odds_bits(probability), _flags(linked)
    drawn = _cell(*_when_drawn(pairs, is_linked, probability))
    return _Pairs(bits, odds, is_linked, _cell(is_linked, odds), drawn, weight, truth, rate)


def _when_drawn(pairs: pa.Table, is_linked: NDArray[np.bool_], probability: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Whether pairs were linked when they were drawn, and at what odds; as they are now where that is not told."""
    was = _numbers(pairs, "drawn_probability")
    _demand(bool((np.isnan(was) | ((was >= 0) & (was <= 1))).all()), "drawn_probability must lie between 0 and 1")
    odds = _odds_bits(np.where(np.isnan(was), probability, was))
    if "drawn_linked" not in pairs.column_names:
        return is_linked, odds
    _demand(pa.types.is_boolean(pairs.schema.field("drawn_linked").type), "drawn_linked must be true, false or null")
    return np.where(_flags(pc.is_null(pairs["drawn_linked"])), is_linked, _flags(pairs["drawn_linked"])), odds


def _odds_bits(probability: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        odds: Floats = np.log2(probability) - np.log1p(-probability) / np.log(2)
    return odds


def _cell(is_linked: NDArray[np.bool_], odds_bits: Floats) -> NDArray[np.int64]:
    return is_linked * BINS + _bin(odds_bits)


def _demand(is_met: bool, demand: str) -> None:
    if not is_met:
        raise InputError("pair_weight", demand)


def _numbers(pairs: pa.Table, name: str, default: float = np.nan) -> Floats:
    if name not in pairs.column_names:
        return np.full(len(pairs), default)
    kind = pairs.schema.field(name).type
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)
    _demand(is_number, f"{name} must be a number")
    return np.asarray(pc.fill_null(pairs[name].cast(pa.float64()), default).to_numpy(), np.float64)


def _truth(pairs: pa.Table) -> Floats:
    truth = np.full(len(pairs), np.nan)
    if "judgement" not in pairs.column_names:
        return truth
    judgement = pairs["judgement"].cast(pa.string())
    for word, value in JUDGEMENTS.items():
        truth[_flags(pc.equal(judgement, word))] = value
    _demand(
        int(np.isnan(truth).sum()) == judgement.null_count, f"judgement must be null or one of {', '.join(JUDGEMENTS)}"
    )
    return truth


def _flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(), np.bool_)
