"""The match weight of one pair of records, part by part, in bits: why the two are held to be one person, or not.

    prior + what each comparison says + the household alternative = posterior odds; less rivals = odds that decide

Not here: persons and what lies between them (`matching.explain`), nor how a waterfall is shown (`pipelines`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from matching.columns import Codes, Column
from matching.kinds import KINDS
from matching.levels import compare_column, Compared, explain_away, NEUTRAL
from matching.parameters import Parameters
from matching.spec import Comparison, Never, Spec
from matching.weights import are_forbidden, bits, log_ratios, posterior_odds, probability

MISSING: Final = ""
"""The level of a comparison about which nothing can be said."""


@dataclass(frozen=True)
class Step:
    """What one comparison says of a pair.

    `match_bits`: log2(m / u) of the level. `rarity_bits`: what the frequency of this very value adds, or takes.
    `household_bits`: log2(h / u), rarity in it; 0 where the model has no households. `left`, `right`: the values that
    decided; personal, so they are in no `repr`.
    """

    comparison: str
    column: str
    kind: str
    level: str
    sentence: str
    match_bits: float
    rarity_bits: float
    household_bits: float
    is_neutral: bool
    left: tuple[str, ...] = field(default=(), repr=False)
    right: tuple[str, ...] = field(default=(), repr=False)

    @property
    def bits(self) -> float:
        """What the comparison says in all."""
        return self.match_bits + self.rarity_bits


@dataclass(frozen=True)
class Waterfall:
    """The parts of the odds of one pair.

    `prior_bits`: odds that two records are one person and not strangers, before they are looked at.
    `household_alternative_bits`: at most 0: how much less it says that two people of one household agree as well.
    `rival_bits`: at most 0: the share of other known persons that one of the two may be. `never`: comparisons by which
    the spec rules the pair out, whatever the odds.
    """

    prior_bits: float
    steps: tuple[Step, ...]
    household_alternative_bits: float
    rival_bits: float = 0.0
    never: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """log2 P(levels | m) / P(levels | u): what all comparisons say together."""
        return sum(step.bits for step in self.steps)

    @property
    def odds(self) -> float:
        """log2 of the posterior odds, before rivals, as `weights.posterior_odds` gives them."""
        return self.prior_bits + self.ratio + self.household_alternative_bits

    @property
    def shared_odds(self) -> float:
        """The odds after rivals."""
        return self.odds + self.rival_bits

    @property
    def probability(self) -> float:
        """The match probability after rivals; 0 when a `never` constraint rules the pair out."""
        return 0.0 if self.never else float(probability(np.array([self.shared_odds]))[0])


@dataclass(frozen=True)
class Change:
    """The odds (bits, before rivals) that a pair would have if one comparison were at another level.

    `level` is MISSING where one side had no value. `never` says that the spec would then rule the pair out.
    """

    comparison: str
    level: str
    sentence: str
    odds: float
    is_never: bool


def explain_pair(spec: Spec, parameters: Parameters, columns: Mapping[str, Column], left: int, right: int) -> Waterfall:
    """Take the match weight of a pair apart.

    Args:
        spec: its comparisons, in order.
        parameters: those that the pair was scored with.
        columns: encoded columns of the records (`matching.columns.encode_columns`).
        left: number of one record.
        right: number of the other.

    Returns:
        The waterfall, before rivals, of which only the other pairs can tell.
    """
    found = _compare(spec, columns, left, right)
    said = Compared(found.levels.copy(), found.counts)
    explain_away(spec, said.levels)
    steps = tuple(
        _step(spec, parameters, columns, number, found, said, (left, right)) for number in range(len(spec.comparisons))
    )
    match, household = log_ratios(spec, parameters, said)
    odds = float(posterior_odds(parameters, match, household)[0])
    prior = float(np.log2(parameters.match_prior) - np.log2(1 - parameters.match_prior - parameters.household_prior))
    return Waterfall(prior, steps, odds - prior - float(match[0]), never=never_hit(spec, said))


def what_if(
    spec: Spec, parameters: Parameters, columns: Mapping[str, Column], left: int, right: int
) -> tuple[Change, ...]:
    """What the odds would be if one comparison were at its strongest or last level, or had no value.

    A value that becomes equal is taken to be as frequent as equal values are on average.
    """
    found = _compare(spec, columns, left, right)
    changes = [
        (number, code)
        for number, each in enumerate(spec.comparisons)
        for code in (0, len(KINDS[each.kind].levels) - 1, NEUTRAL)
        if code != found.levels[number, 0]
    ]
    levels = np.repeat(found.levels, len(changes), axis=1)
    counts = np.repeat(found.counts, len(changes), axis=1)
    for at, (number, code) in enumerate(changes):
        levels[number, at] = code
        if spec.comparisons[number].frequency:
            counts[number, at] = round(parameters.comparisons[number].levels[max(code, 0)].mean_count)
    explain_away(spec, levels)
    match, household = log_ratios(spec, parameters, Compared(levels, counts))
    odds = posterior_odds(parameters, match, household)
    forbidden = are_forbidden(spec, levels)
    return tuple(
        _change(spec.comparisons[number], code, float(odds[at]), is_never=bool(forbidden[at]))
        for at, (number, code) in enumerate(changes)
    )


def never_hit(spec: Spec, compared: Compared) -> tuple[str, ...]:
    """Comparisons by which `never` constraints rule out the first of some pairs."""
    return tuple(dict.fromkeys(each.comparison for each in spec.constraints.never if _is_hit(spec, each, compared)))


def _is_hit(spec: Spec, never: Never, compared: Compared) -> bool:
    alone = spec.constraints.model_copy(update={"never": (never,)})
    return bool(are_forbidden(spec.model_copy(update={"constraints": alone}), compared.levels)[0])


def _compare(spec: Spec, columns: Mapping[str, Column], left: int, right: int) -> Compared:
    """Levels and counts of one pair, before one comparison explains another away."""
    levels = np.full((len(spec.comparisons), 1), NEUTRAL, np.int8)
    counts = np.ones((len(spec.comparisons), 1), np.int32)
    for number, each in enumerate(spec.comparisons):
        levels[number], found = compare_column(each, columns[each.column], *_numbers(left, right))
        if each.frequency:
            counts[number] = found
    return Compared(levels, counts)


def _step(
    spec: Spec,
    parameters: Parameters,
    columns: Mapping[str, Column],
    number: int,
    found: Compared,
    said: Compared,
    pair: tuple[int, int],
) -> Step:
    each = spec.comparisons[number]
    level, counts = said.levels[number], said.counts[number]
    m, h, u = (float(part[0]) for part in bits(spec, parameters, number, level, counts))
    usual = float(bits(_without_frequency(spec), parameters, number, level, counts)[2][0])
    values = _deciding_values(each, columns[each.column], *pair)
    is_neutral = bool(level[0] == NEUTRAL)
    name = MISSING if is_neutral else list(KINDS[each.kind].levels)[level[0]]
    return Step(
        each.label, each.column, each.kind, name,
        _neutral_sentence(spec, number, found, values) if is_neutral else KINDS[each.kind].levels[name],
        m - usual, usual - u, h - u if parameters.has_households else 0.0, is_neutral, *values,
    )  # fmt: skip


def _neutral_sentence(spec: Spec, number: int, found: Compared, values: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    if found.levels[number, 0] != NEUTRAL:
        said_by = [
            other
            for other, levels in spec.comparisons[number].explained_by.items()
            if found.levels[_row(spec, other), 0] in spec.level_codes(other, levels)
        ]
        return f"It agrees, which {' and '.join(said_by)} has said already."
    if all(values):
        return "The values say neither that it is one person nor that it is not."
    return "One side has no value." if any(values) else "Neither side has a value."


def _deciding_values(
    comparison: Comparison, column: Column, left: int, right: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of both sides; of several those that agree best, as they decide."""
    sides = _places(column, left), _places(column, right)
    if column.offsets is None or not all(map(len, sides)):
        return _texts(column, sides[0]), _texts(column, sides[1])
    lefts, rights = np.repeat(sides[0], len(sides[1])), np.tile(sides[1], len(sides[0]))
    flat = Column(column.codes, column.values, None, column.counts)
    levels, counts = compare_column(comparison, flat, lefts, rights)
    if (levels == NEUTRAL).all():
        return _texts(column, sides[0]), _texts(column, sides[1])
    best = np.lexsort((counts, np.where(levels == NEUTRAL, len(KINDS[comparison.kind].levels), levels)))[:1]
    return _texts(column, lefts[best]), _texts(column, rights[best])


def _places(column: Column, record: int) -> Codes:
    """Where the values of a record stand in the column's codes."""
    if column.is_empty:
        return np.empty(0, np.int32)
    if column.offsets is None:
        return np.flatnonzero(column.codes[record : record + 1] >= 0).astype(np.int32) + np.int32(record)
    places = np.arange(column.offsets[record], column.offsets[record + 1], dtype=np.int32)
    return places[column.codes[places] >= 0]


def _texts(column: Column, places: Codes) -> tuple[str, ...]:
    return tuple(column.values[int(column.codes[place])].as_py() for place in places)


def _change(comparison: Comparison, code: int, odds: float, *, is_never: bool) -> Change:
    levels = KINDS[comparison.kind].levels
    level = MISSING if code == NEUTRAL else list(levels)[code]
    return Change(comparison.label, level, levels.get(level, "One side has no value."), odds, is_never)


def _without_frequency(spec: Spec) -> Spec:
    plain = tuple(each.model_copy(update={"frequency": False}) for each in spec.comparisons)
    return spec.model_copy(update={"comparisons": plain})


def _row(spec: Spec, comparison: str) -> int:
    return [each.label for each in spec.comparisons].index(comparison)


def _numbers(left: int, right: int) -> tuple[Codes, Codes]:
    return np.array([left], np.int32), np.array([right], np.int32)
