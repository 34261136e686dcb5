"""What is learnt from data: how often each comparison level is seen in each class of pairs. Saved and versioned.

Three classes: pairs of one person (m), of one household (h), of strangers (u). Without a `shared` comparison there
is no class of households, and the model is that of Fellegi & Sunter (1969).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from matching.errors import SpecError
from matching.kinds import KINDS
from matching.spec import Frozen, Spec

Floats = NDArray[np.float64]


class Level(Frozen):
    """One comparison level. `mean_count`: how many records hold the more frequent value, on average among strangers."""

    level: str
    m: float = Field(gt=0, le=1)
    h: float | None = Field(default=None, gt=0, le=1)
    u: float = Field(gt=0, le=1)
    mean_count: float = Field(default=1.0, ge=1)


class ComparisonParameters(Frozen):
    """The levels of one comparison.

    `holders`: how many records had a value. `excess`: how many times as frequent equal values are as among strangers
    alone, because persons stand in the tables more than once. `is_trained` is false when every blocking rule fixes the
    column.
    """

    comparison: str
    kind: str
    holders: int = Field(ge=1)
    excess: float = Field(default=1.0, ge=1)
    levels: tuple[Level, ...]
    is_trained: bool = True

    def column(self, name: str) -> Floats:
        """m, h, u or mean_count of all levels."""
        return np.array([getattr(level, name) for level in self.levels], dtype=np.float64)


class Parameters(Frozen):
    """Parameters of one spec. `match_prior` and `household_prior` are shares of all possible pairs."""

    spec: str
    version: int
    records: int
    pairs_sampled: int
    em_rounds: int
    match_prior: float = Field(gt=0, lt=1)
    household_prior: float = Field(default=0.0, ge=0, lt=1)
    comparisons: tuple[ComparisonParameters, ...]

    @property
    def has_households(self) -> bool:
        """Whether there is a class of pairs of one household."""
        return self.household_prior > 0

    def check_fits(self, spec: Spec) -> None:
        """Make sure that these parameters were trained for the comparisons of a spec.

        Raises:
            SpecError: they were trained for others.
        """
        expected = [(each.label, each.kind, tuple(KINDS[each.kind].levels)) for each in spec.comparisons]
        found = [(each.comparison, each.kind, tuple(x.level for x in each.levels)) for each in self.comparisons]
        if expected != found:
            raise SpecError(spec.spec, f"its comparisons are not those of the parameters of {self.spec}; train anew")


class Drift(Frozen):
    """How far one level moved between two trainings, in bits of match weight."""

    comparison: str
    level: str
    weight_before: float
    weight_after: float

    @property
    def change(self) -> float:
        """Bits gained or lost."""
        return self.weight_after - self.weight_before


def default_m(levels: int) -> Floats:
    """What is believed of m before any data: mostly equal, and all further levels alike, also that of all the rest."""
    rest = levels - 1
    return np.concatenate(([0.9], np.full(rest, 0.1 / rest))) if rest else np.ones(1)


def save_parameters(parameters: Parameters, path: Path) -> None:
    """Write parameters as JSON; they hold no value of any record."""
    path.write_text(parameters.model_dump_json(indent=1) + "\n", encoding="utf-8")


def load_parameters(path: Path) -> Parameters:
    """Read parameters.

    Raises:
        SpecError: the file cannot be read as parameters.
    """
    try:
        return Parameters.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise SpecError(path.name, "cannot be read as parameters of a linkage") from error


def scaled(parameters: Parameters, records: int) -> Parameters:
    """Parameters for another number of records: to each as many matches and relatives, more or fewer strangers."""
    factor = parameters.records / max(records, 2)
    comparisons = tuple(_scaled(each, factor) for each in parameters.comparisons)
    return parameters.model_copy(
        update={
            "records": max(records, 2),
            "match_prior": min(parameters.match_prior * factor, 0.1),
            "household_prior": min(parameters.household_prior * factor, 0.1),
            "comparisons": comparisons,
        }
    )


def _scaled(comparison: ComparisonParameters, factor: float) -> ComparisonParameters:
    levels = tuple(
        level.model_copy(update={"mean_count": max(level.mean_count / factor, 1.0)}) for level in comparison.levels
    )
    return comparison.model_copy(update={"holders": max(round(comparison.holders / factor), 2), "levels": levels})


def measure_drift(before: Parameters, after: Parameters) -> tuple[Drift, ...]:
    """The match weight of each level in two trainings, greatest change first."""
    old = {(c.comparison, level.level): level for c in before.comparisons for level in c.levels}
    found = [
        Drift(comparison=each.comparison, level=level.level, weight_before=_weight(known), weight_after=_weight(level))
        for each in after.comparisons
        for level in each.levels
        if (known := old.get((each.comparison, level.level)))
    ]
    return tuple(sorted(found, key=lambda drift: (-abs(drift.change), drift.comparison, drift.level)))


def _weight(level: Level) -> float:
    return float(np.log2(level.m / level.u))
