"""The linkage model as data: blocking rules, comparison levels, thresholds, and how it is read.

Weights follow Fellegi & Sunter (1969) with one class more: besides matches (m) and strangers (u) the
model knows pairs of one household (h), whose agreements in phone, address and relatives are not
evidence of identity.
"""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matching.errors import ModelError

PERSON_MODEL = Path(__file__).parent / "models" / "person.yml"


class Frozen(BaseModel):
    """A value: immutable, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(Frozen):
    """One comparison level; probabilities of seeing it in each class. `u` may name a column."""

    level: str
    when: str
    m: float = Field(gt=0, le=1)
    h: float = Field(gt=0, le=1)
    u: float | str


class Comparison(Frozen):
    """Levels in order of preference; the first that holds is taken, none is neutral."""

    name: str
    levels: tuple[Level, ...]


class BlockingRule(Frozen):
    """Two units become a candidate pair when they share all `keys`."""

    rule: str
    keys: tuple[str, ...] = Field(min_length=1, max_length=2)


class Expected(Frozen):
    """Expected number of units of each class for one record; the rest of the base are strangers."""

    matches: float = Field(gt=0)
    relatives: float = Field(gt=0)


class Thresholds(Frozen):
    """Match probability from which on two units are linked."""

    match_probability: float = Field(gt=0.5, lt=1)


class Limits(Frozen):
    """Where a shared value stops being evidence because too many hold it."""

    block_size: int = Field(ge=2)
    phone_holders: int = Field(ge=2)
    household_members: int = Field(ge=2)


class Model(Frozen):
    """All that decides whether two units are one person."""

    model: str
    version: int
    expected: Expected
    thresholds: Thresholds
    limits: Limits
    blocking: tuple[BlockingRule, ...]
    comparisons: tuple[Comparison, ...]


def load_model(path: Path = PERSON_MODEL) -> Model:
    """Read a linkage model.

    Raises:
        ModelError: naming the fields that do not fit.
    """
    try:
        return Model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise ModelError(path.name, f"these fields do not fit: {fields}") from error
