"""Learning m, h and u without labels: u from random pairs and value frequencies, m and h by EM on candidate pairs.

The EM has two stages. First it is blocked: pairs of one rule agree in the rule's columns, so comparisons of these
columns neither weigh in them nor learn from them; m is common to all rules, and each rule has its own share of matches.
That finds the classes. But each rule sees a choice of the matches (who shares an address has not moved, so shares a
phone as well). So a second stage learns from the candidates of all rules together, which are nearly all matches: given
its levels, a pair's probability does not depend on why it became a candidate, and the share of matches is that among
all possible pairs.

Source: Fellegi & Sunter (1969); Winkler (1988) on EM; Enamorado, Fifield & Imai (2019) on agreement patterns.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.blocks import Pairs
from matching.candidates import Candidates, split_pairs
from matching.columns import Codes, Column
from matching.households import Households, measure_households
from matching.kinds import KINDS
from matching.levels import compare_pairs, Compared
from matching.parameters import ComparisonParameters, default_m, Floats, Level, Parameters
from matching.spec import Comparison, Spec

PRIOR_STRENGTH = 20.0
"""Pairs' worth of belief in the default m, so that a level seen in no match keeps a finite weight."""

CONVERGED = 1e-4

CLEANINGS = 3
"""How often m is learnt, each time with u from which the matches found before are taken out."""

LEAST_SHARE = 0.05
"""Of what is seen among random pairs, at least this share is ascribed to strangers."""

HOUSEHOLD_EXCESS, HOUSEHOLD_EQUAL = 1.2, 0.01
"""How often members of one household may agree by chance in what they do not share: so many times as often as
strangers, or in this share of pairs (twins share a birth date) if that is more."""

MATCH, HOUSEHOLD, STRANGER = 0, 1, 2


@dataclass(frozen=True)
class _Patterns:
    """Distinct vectors of levels (patterns x comparisons), and how many pairs of each rule show them."""

    levels: NDArray[np.int8]
    counts: Floats
    """rules x patterns: a pair counts for each rule that finds it"""
    together: Floats
    """patterns: every pair once"""


def train(
    spec: Spec, columns: Mapping[str, Column], candidates: Candidates, records: int, sources: NDArray[np.int64]
) -> Parameters:
    """Learn the parameters of a spec from the tables at hand.

    Args:
        spec: comparisons, and how much to sample.
        columns: encoded columns.
        candidates: candidate pairs, and the blocks of each rule.
        records: number of records.
        sources: for each record the number of its table, where no two records of one table can be one person; else -1.
    """
    rng = np.random.default_rng(spec.training.seed)
    strangers = _random_pairs(rng, records, sources, spec.training.random_pairs)
    sample = _sample(rng, candidates.pairs, spec.training.candidate_pairs)
    with ThreadPoolExecutor(1) as pool:  # most of the work is done outside of the interpreter's lock
        compared = pool.submit(compare_pairs, spec, columns, *split_pairs(sample))
        random = compare_pairs(spec, columns, *strangers)
        seen = [_u_levels(each, columns[each.column], random, n) for n, each in enumerate(spec.comparisons)]
        households = measure_households(spec, columns, sources, seen, rng)
        patterns = _patterns(compared.result().levels, sample, candidates)
    possible = max(candidates.possible, 2)
    scale = max(len(candidates.pairs), 1) / max(len(sample), 1)
    u = seen
    for _ in range(CLEANINGS):
        m, h, priors, rounds, trained = _maximise(spec, u, households, patterns, candidates, scale / possible)
        u = [_without_matches(each, matched, float(priors[MATCH])) for each, matched in zip(seen, m, strict=True)]
    comparisons = tuple(
        _parameters(
            each, n, columns[each.column], (m[n], h[n] if h else None, u[n], seen[n]), random, is_trained=trained[n]
        )
        for n, each in enumerate(spec.comparisons)
    )
    return Parameters(
        spec=spec.spec, version=spec.version, records=records, pairs_sampled=len(sample),
        em_rounds=rounds, match_prior=float(np.clip(priors[MATCH], 1 / possible, 0.5)),
        household_prior=float(np.clip(priors[HOUSEHOLD], 1 / possible, 0.5)) if h else 0.0, comparisons=comparisons,
    )  # fmt: skip


def _random_pairs(
    rng: np.random.Generator, records: int, sources: NDArray[np.int64], wanted: int
) -> tuple[Codes, Codes]:
    if records < 2:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    left, right = (rng.integers(0, records, wanted, dtype=np.int32) for _ in range(2))
    admitted = (left != right) & ((sources[left] != sources[right]) | (sources[left] < 0))
    return left[admitted], right[admitted]


def _sample(rng: np.random.Generator, pairs: Pairs, wanted: int) -> Pairs:
    if len(pairs) <= wanted:
        return pairs
    return pairs[np.sort(rng.choice(len(pairs), wanted, replace=False, shuffle=False))]


def _u_levels(comparison: Comparison, column: Column, random: Compared, number: int) -> Floats:
    """U of each level: equality from the frequencies of the values, the rest counted among random pairs."""
    kind = KINDS[comparison.kind]
    seen = random.levels[number]
    counted = np.bincount(seen[seen >= 0], minlength=len(kind.levels)) + 0.5
    u = counted / counted.sum()
    if not column.is_empty:
        equal = max(float(np.square(column.counts / column.holders).sum()), 1e-9)
        # Values that say nothing when equal (placeholders) make fewer equal pairs than frequencies tell.
        u[0] = min(equal, u[0] * 2 + 1e-9) if counted[0] > 10 else equal
    floor = 1e-9
    u = np.maximum(u, floor)
    normal: Floats = u / u.sum()
    return normal


def _without_matches(seen: Floats, m: Floats, prior: float) -> Floats:
    """The u of strangers alone: random pairs hold matches too, in small tables and for rare agreements most of all."""
    u = np.maximum((seen - prior * m) / (1 - prior), LEAST_SHARE * seen)
    normal: Floats = u / u.sum()
    return normal


def _patterns(levels: NDArray[np.int8], sample: Pairs, candidates: Candidates) -> _Patterns:
    radix = levels.max(axis=1, initial=0).astype(np.int64) + 2
    code = np.zeros(levels.shape[1], np.int64)
    for row, base in zip(levels, radix, strict=True):
        code = code * base + row + 1
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    counts = np.zeros((len(candidates.by_rule), len(first)))
    for number, members in enumerate(candidates.by_rule):
        found = members.are_together(*split_pairs(sample))
        counts[number] = np.bincount(inverse[found], minlength=len(first))
    return _Patterns(levels[:, first].T, counts, np.bincount(inverse, minlength=len(first)).astype(float))


def _maximise(
    spec: Spec,
    u: list[Floats],
    households: Households | None,
    patterns: _Patterns,
    candidates: Candidates,
    share_of_pair: float,
) -> tuple[list[Floats], list[Floats] | None, Floats, int, list[bool]]:
    """Both stages: (m, h, share of each class among all possible pairs, rounds, which comparisons were learnt)."""
    has_households = any(each.shared for each in spec.comparisons)
    m = [default_m(len(each)) for each in u]
    h = [default_m(len(x)) if c.shared else x.copy() for c, x in zip(spec.comparisons, u, strict=True)]
    if households:
        h = households.levels
    free = np.array([[c.column not in fixed for c in spec.comparisons] for fixed in candidates.fixed])
    shares = np.tile([0.3, 0.2 if has_households else 0.0, 0.5], (len(free), 1))
    blocked = _Expectation(spec, u, patterns, free, h, is_measured=households is not None)
    m, h, _, rounds = blocked.run(
        m, h, shares, lambda weight: weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    )
    together = _Expectation(
        spec, u, _Patterns(patterns.levels, patterns.together[None], patterns.together), np.ones((1, len(u)), bool), h,
        is_measured=households is not None,
    )  # fmt: skip
    prior = np.array([[0.1, 0.1 if has_households else 0.0, 0.0]]) * patterns.together.sum() * share_of_pair

    def renew(weight: Floats) -> Floats:
        shares = weight * share_of_pair
        if households:
            shares[:, HOUSEHOLD] = households.prior
        return _completed(shares)

    m, h, prior, more = together.run(m, h, renew(prior / share_of_pair), renew)
    return (
        m,
        h if has_households else None,
        prior[0],
        rounds + more,
        [bool(each) for each in np.any(free, axis=0).tolist()],
    )


def _completed(shares: Floats) -> Floats:
    """Shares of matches and households, filled up with strangers."""
    found = np.clip(shares[:, :STRANGER], 0.0, 0.4)
    return np.concatenate((found, 1 - found.sum(axis=1, keepdims=True)), axis=1)


class _Expectation:
    """EM over patterns of groups of pairs (rules), of which each says something of its `free` comparisons."""

    def __init__(
        self,
        spec: Spec,
        u: list[Floats],
        patterns: _Patterns,
        free: NDArray[np.bool_],
        start_h: list[Floats],
        *,
        is_measured: bool,
    ) -> None:
        self.spec, self.u, self.patterns, self.free, self.start_h = spec, u, patterns, free, start_h
        self.learns_households = any(each.shared for each in spec.comparisons) and not is_measured

    def run(
        self, m: list[Floats], h: list[Floats], shares: Floats, renew: Callable[[Floats], Floats]
    ) -> tuple[list[Floats], list[Floats], Floats, int]:
        """Expectation and maximisation until no parameter moves."""
        rounds = 0
        for rounds in range(1, self.spec.training.most_rounds + 1):  # noqa: B007 - counted for the report
            posterior = _posterior(self.patterns, (m, h, self.u), self.free, shares)
            new_m = _update(self.patterns, posterior[MATCH], self.free, [default_m(len(x)) for x in self.u])
            new_h = self._households(posterior[HOUSEHOLD]) if self.learns_households else h
            shares = renew(np.stack([(p * self.patterns.counts).sum(axis=1) for p in posterior], axis=1) + 1e-9)
            moved = max(float(np.abs(a - b).max()) for a, b in zip(new_m + new_h, m + h, strict=True))
            m, h = new_m, new_h
            if moved < CONVERGED:
                break
        return m, h, shares, rounds

    def _households(self, posterior: Floats) -> list[Floats]:
        return _of_two_persons(_update(self.patterns, posterior, self.free, self.start_h), self.u, self.spec)


def _of_two_persons(h: list[Floats], u: list[Floats], spec: Spec) -> list[Floats]:
    """Keep the class of households from taking over matches: what its members do not share is rarely equal."""
    held = []
    for comparison, mine, strangers in zip(spec.comparisons, h, u, strict=True):
        most = 1.0 if comparison.shared else max(HOUSEHOLD_EXCESS * strangers[0], HOUSEHOLD_EQUAL)
        excess = max(mine[0] - most, 0.0)
        bounded = mine.copy()
        bounded[0] -= excess
        bounded[-1] += excess
        held.append(bounded)
    return held


def _posterior(
    patterns: _Patterns, classes: tuple[list[Floats], ...], free: NDArray[np.bool_], shares: Floats
) -> list[Floats]:
    """P(class | pattern, rule), rules x patterns for each class."""
    logs = []
    for number, parameters in enumerate(classes):
        by_comparison = np.stack(
            [np.append(np.log(p), 0.0)[levels] for p, levels in zip(parameters, patterns.levels.T, strict=True)]
        )
        with np.errstate(divide="ignore"):
            logs.append(free @ by_comparison + np.log(shares[:, number])[:, None])
    top = np.max(logs, axis=0)
    likelihoods = [np.exp(each - top) for each in logs]
    total = np.sum(likelihoods, axis=0)
    return [each / total for each in likelihoods]


def _update(patterns: _Patterns, posterior: Floats, free: NDArray[np.bool_], prior: list[Floats]) -> list[Floats]:
    weight = posterior * patterns.counts
    updated = []
    for number, default in enumerate(prior):
        by_pattern = free[:, number] @ weight
        levels = patterns.levels[:, number]
        seen = np.bincount(levels[levels >= 0], by_pattern[levels >= 0], minlength=len(default))
        total = seen + PRIOR_STRENGTH * default
        updated.append(np.maximum(total / total.sum(), 1e-9))
    return updated


def _parameters(
    comparison: Comparison,
    number: int,
    column: Column,
    classes: tuple[Floats, Floats | None, Floats, Floats],
    random: Compared,
    *,
    is_trained: bool,
) -> ComparisonParameters:
    m, h, u, with_matches = classes
    names = list(KINDS[comparison.kind].levels)
    seen, counts = random.levels[number], random.counts[number]
    mean = [float(counts[seen == level].mean()) if (seen == level).any() else 1.0 for level in range(len(names))]
    return ComparisonParameters(
        comparison=comparison.label, kind=comparison.kind, is_trained=is_trained,
        holders=max(column.holders, 1), excess=max(float(with_matches[0] / u[0]), 1.0),
        levels=tuple(
            Level(level=name, m=m[n], h=None if h is None else h[n], u=u[n], mean_count=max(mean[n], 1.0))
            for n, name in enumerate(names)
        ),
    )  # fmt: skip
