"""From comparison levels to match weights and probabilities.

    odds = match_prior * P(levels | m) / (household_prior * P(levels | h) + stranger_prior * P(levels | u))

after Fellegi & Sunter (1969), whose ratio has only the last term below the line. The probability of a stranger's
agreement on a value is the frequency of that value.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.blocks import Pairs
from matching.candidates import split_pairs
from matching.columns import Codes, Column, NONE, SEVERAL
from matching.levels import compare_column, Compared, explain_away, Levels, NEUTRAL
from matching.parameters import ComparisonParameters, Floats, Parameters
from matching.spec import Spec

BATCH = 400_000
"""Pairs that are compared at a time, so that what is known of them on the way stays small."""

THREADS = min(os.cpu_count() or 1, 4)
FLOOR = -10.0
"""Bits of posterior odds below which a pair is not kept."""

USUAL_RECORDS = 1_000
"""Records' worth of belief that a value is as frequent as values are on average."""

FORBIDDEN = -1000.0
"""Bits that no evidence outweighs."""


@dataclass(frozen=True)
class Weights:
    """Pairs that were worth comparing in full. `match` and `household` are log2 likelihood ratios against strangers."""

    left: Codes
    right: Codes
    match: Floats
    household: Floats
    """-inf where the model has no households"""
    is_forbidden: NDArray[np.bool_]
    """whether a `never` constraint names the pair"""

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Some of the pairs."""
        return type(self)(*(getattr(self, each.name)[..., chosen] for each in fields(self)))


@dataclass(frozen=True)
class Scored(Weights):
    """The same, and what was found of each pair by each comparison."""

    levels: Levels
    counts: NDArray[np.int32]


AnyWeights = TypeVar("AnyWeights", bound=Weights)


def score_pairs(
    spec: Spec, columns: Mapping[str, Column], parameters: Parameters, pairs: Pairs, *, floor: float = FLOOR
) -> Scored:
    """Compare and weigh pairs; those that cannot reach `floor` bits of odds are left out early."""
    return _in_batches(pairs, lambda batch: _score_batch(spec, columns, parameters, batch, floor))


def weigh_pairs(spec: Spec, columns: Mapping[str, Column], parameters: Parameters, pairs: Pairs) -> Weights:
    """The same without what was found, which takes most of the room."""

    def weigh(batch: tuple[Codes, Codes]) -> Weights:
        scored = _score_batch(spec, columns, parameters, batch, FLOOR)
        return Weights(*(getattr(scored, each.name) for each in fields(Weights)))

    return _in_batches(pairs, weigh)


def _in_batches(pairs: Pairs, work: Callable[[tuple[Codes, Codes]], AnyWeights]) -> AnyWeights:
    with ThreadPoolExecutor(THREADS) as pool:  # most of the work is done outside of the interpreter's lock
        parts = list(pool.map(work, _batches(pairs)))
    names = [each.name for each in fields(parts[0])]
    return type(parts[0])(*(np.concatenate([getattr(each, name) for each in parts], axis=-1) for name in names))


def log_ratios(spec: Spec, parameters: Parameters, compared: Compared) -> tuple[Floats, Floats]:
    """log2 P(levels | m) / P(levels | u), and the same for households."""
    match = np.zeros(compared.levels.shape[1])
    household = np.zeros(compared.levels.shape[1])
    for number in range(len(parameters.comparisons)):
        m, h, u = bits(spec, parameters, number, compared.levels[number], compared.counts[number])
        match += m - u
        household += h - u
    return match, household if parameters.has_households else np.full(len(match), -np.inf)


def bits(
    spec: Spec, parameters: Parameters, number: int, levels: Levels, counts: NDArray[np.int32]
) -> tuple[Floats, Floats, Floats]:
    """log2 of m, h and u of one comparison for each pair; 0 where nothing can be said."""
    each = parameters.comparisons[number]
    m = _looked_up(each.column("m"), levels)
    u = _looked_up(each.column("u"), levels)
    h = _looked_up(each.column("h"), levels) if parameters.has_households else m
    if spec.comparisons[number].frequency:
        u = u + _rarity(each, levels, counts)
    return m, h, u


def strongest_comparison(spec: Spec, parameters: Parameters, scored: Scored) -> NDArray[np.intp]:
    """For each pair the comparison that says most for it: the first where several say the same."""
    said = []
    for number in range(len(parameters.comparisons)):
        m, _, u = bits(spec, parameters, number, scored.levels[number], scored.counts[number])
        said.append(m - u)
    strongest: NDArray[np.intp] = np.argmax(said, axis=0)
    return strongest


def posterior_odds(parameters: Parameters, match: Floats, household: Floats) -> Floats:
    """log2 of the odds that a pair is one person, before rivals are considered."""
    stranger = 1 - parameters.match_prior - parameters.household_prior
    against = np.log2(stranger) + np.zeros_like(match)
    if parameters.has_households:
        against = np.logaddexp2(against, np.log2(parameters.household_prior) + household)
    odds: Floats = np.log2(parameters.match_prior) + match - against
    return odds


def are_forbidden(spec: Spec, levels: Levels) -> NDArray[np.bool_]:
    """Pairs that a `never` constraint names, by their levels."""
    row = {each.label: number for number, each in enumerate(spec.comparisons)}
    forbidden = np.zeros(levels.shape[1], bool)
    for never in spec.constraints.never:
        hit = np.isin(levels[row[never.comparison]], spec.level_codes(never.comparison, never.levels))
        for other, names in never.unless.items():
            hit &= ~np.isin(levels[row[other]], spec.level_codes(other, names))
        forbidden |= hit
    return forbidden


def forbid(forbidden: NDArray[np.bool_], odds: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """Odds and ratios in which forbidden pairs are out of the question."""
    return np.where(forbidden, FORBIDDEN, odds), np.where(forbidden, FORBIDDEN, ratio)


def fit_priors(parameters: Parameters, scored: Weights, possible: int, rounds: int = 30) -> Parameters:
    """The share of matches among all possible pairs, as the scored pairs themselves tell."""
    fitted = parameters
    for _ in range(rounds):
        p = probability(posterior_odds(fitted, scored.match, scored.household))
        match = min(max(float(p.sum()) / max(possible, 1), 1e-12), 0.5)
        settled = abs(match - fitted.match_prior) < 1e-4 * fitted.match_prior
        fitted = fitted.model_copy(update={"match_prior": match})
        if settled:
            break
    return fitted


def probability(odds_bits: Floats) -> Floats:
    """Odds in bits as a probability."""
    share: Floats = 1 / (1 + np.exp2(-np.clip(odds_bits, -1000, 1000)))
    return share


def _looked_up(parameter: Floats, levels: Levels) -> Floats:
    found: Floats = np.append(np.log2(parameter), 0.0)[levels]  # level -1 is the last one: 0 bits
    return found


def _rarity(learnt: ComparisonParameters, levels: Levels, counts: NDArray[np.int32]) -> Floats:
    """Bits by which u of this very value differs from the level's u; a rare value makes it smaller."""
    u, found = np.log2(learnt.column("u")), np.zeros(len(levels))
    equal, near = levels == 0, (levels > 0) & (levels < len(u) - 1)  # the last level says that values differ, not which
    found[equal] = log_frequency(counts[equal], learnt) - u[0]
    usual = u[levels[near]]
    nearly = usual + np.minimum(np.log2(counts[near]) - np.log2(learnt.column("mean_count"))[levels[near]], 0.0)
    # To be near a value is no rarer than the value is.
    found[near] = np.maximum(nearly, log_frequency(counts[near], learnt)) - usual
    return found


def log_frequency(counts: NDArray[np.int64] | NDArray[np.int32], learnt: ComparisonParameters) -> Floats:
    """log2 of how frequent values are among strangers to the two compared, drawn to the mean in small tables."""
    mean = learnt.levels[0].u
    others = np.maximum(counts - 2, 0) / learnt.excess
    frequency: Floats = np.log2((others + USUAL_RECORDS * mean) / (learnt.holders + USUAL_RECORDS))
    return frequency


def _batches(pairs: Pairs) -> Iterator[tuple[Codes, Codes]]:
    for start in range(0, max(len(pairs), 1), BATCH):
        yield split_pairs(pairs[start : start + BATCH])


def _score_batch(
    spec: Spec, columns: Mapping[str, Column], parameters: Parameters, pairs: tuple[Codes, Codes], floor: float
) -> Scored:
    left, right, compared = _compare_hopeful(spec, columns, parameters, *pairs, floor)
    match, household = log_ratios(spec, parameters, compared)
    forbidden = are_forbidden(spec, compared.levels)
    scored = Scored(left, right, match, household, forbidden, compared.levels, compared.counts)
    return scored.take(posterior_odds(parameters, match, household) >= floor)


def _compare_hopeful(
    spec: Spec, columns: Mapping[str, Column], parameters: Parameters, left: Codes, right: Codes, floor: float
) -> tuple[Codes, Codes, Compared]:
    """Compare column by column, in the order of the spec, and drop pairs that can no longer reach the floor.

    What is not yet compared is taken at its best: equal where the values are equal, else as nearly equal as can be;
    against strangers, and against households.
    """
    count = len(spec.comparisons)
    best = np.stack([_best_bits(spec, columns, parameters, n, left, right) for n in range(count)], axis=1)
    bounds = [prior + each.sum(axis=0) for prior, each in zip(_priors(parameters), best, strict=True)]
    levels = np.full((count, len(left)), NEUTRAL, np.int8)
    counts = np.ones((count, len(left)), np.int32)
    for number in range(count):
        kept = np.minimum(*bounds) >= floor
        if not kept.all():
            left, right, levels, counts = left[kept], right[kept], levels[:, kept], counts[:, kept]
            bounds, best = [each[kept] for each in bounds], best[:, :, kept]
        each = spec.comparisons[number]
        levels[number], found = compare_column(each, columns[each.column], left, right)
        counts[number] = found if each.frequency else 1
        m, h, u = bits(spec, parameters, number, levels[number], counts[number])
        for bound, most, against in zip(bounds, best, (u, h if parameters.has_households else u), strict=True):
            said = m - against
            if each.explained_by:  # another comparison may yet make equality neutral
                said[levels[number] == 0] = np.maximum(said[levels[number] == 0], 0.0)
            bound += said - most[number]
    explain_away(spec, levels)
    return left, right, Compared(levels, counts)


def _priors(parameters: Parameters) -> tuple[float, float]:
    """Bits of prior odds of a match against strangers, and against households."""
    match, household = parameters.match_prior, parameters.household_prior
    return float(np.log2(match)), float(np.log2(match / household) if household else np.log2(match))


def _best_bits(
    spec: Spec, columns: Mapping[str, Column], parameters: Parameters, number: int, left: Codes, right: Codes
) -> NDArray[np.float32]:
    """The most that a comparison can say for each pair against strangers, and against households (2 x pairs).

    It is told from whether the values are equal, where neither record has several, and from nothing else.
    """
    each, learnt = spec.comparisons[number], parameters.comparisons[number]
    column = columns[each.column]
    lefts, rights = column.only_value(left), column.only_value(right)
    is_missing = (lefts == NONE) | (rights == NONE)
    are_several = (lefts == SEVERAL) | (rights == SEVERAL)
    same = np.flatnonzero((lefts == rights) & (lefts >= 0))
    best = np.empty((2, len(left)), np.float32)
    for said, against in zip(best, ("u", "h" if parameters.has_households else "u"), strict=True):
        weight = np.log2(learnt.column("m") / learnt.column(against))
        unequal, equal, rarest = float(weight[1:].max(initial=-99.0)), np.float64(weight[0]), float(weight[0])
        if each.frequency and against == "u":  # rarer values than usual say more at any level but the last
            near = weight[1:-1] + np.log2(learnt.column("mean_count"))[1:-1]
            unequal = max(unequal, float(near.max(initial=-99.0)))
            m = np.log2(learnt.column("m")[0])
            equal = m - log_frequency(column.counts[lefts[same]], learnt)
            rarest = float(m - log_frequency(np.ones(1, np.int64), learnt)[0])
        said[:] = unequal
        said[same] = np.maximum(equal, max(unequal, 0.0))  # a placeholder is equal and says nothing
        said[are_several] = max(rarest, unequal, 0.0)
        said[is_missing] = 0.0
    return best
