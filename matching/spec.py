"""What to link and how, as data: a spec is one YAML file, or the same as a mapping.

Not here: what a comparison kind does (`matching.kinds`), nor what was learnt from data (`matching.parameters`).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator, ValidationError

from matching.errors import SpecError
from matching.kinds import KINDS


class Frozen(BaseModel):
    """A value: immutable, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Table(Frozen):
    """One table of records.

    `path` is a CSV or Parquet file or a table of a DuckDB file (`base.duckdb#table`), relative to the spec's folder;
    `columns` maps the spec's column names to SQL expressions over this table, where they are not columns of that name.
    """

    path: str | None = None
    record_id: str
    columns: Mapping[str, str] = Field(default_factory=dict)


class Comparison(Frozen):
    """How one column is compared. Put those first that are cheap and tell much: hopeless pairs get no further.

    `frequency`: a shared value says the more, the rarer it is. `shared`: members of one household have it in common.
    `explained_by`: comparison → levels at which it already says what equality here would say again (the birth date
    inside an equal citizen number), so that equality is then neutral.
    """

    column: str
    kind: str = "text"
    name: str = ""
    frequency: bool = False
    shared: bool = False
    explained_by: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name of the comparison: its column's when it has none of its own."""
        return self.name or self.column


class Rule(Frozen):
    """A blocking rule: two records become a candidate pair when they agree in all `keys` (SQL over the columns).

    `block_size`: for a rule whose large blocks are mere chance, the most records of a block where that is fewer than
    the `block_size` of all rules.
    """

    rule: str = ""
    keys: tuple[str, ...] = Field(min_length=1)
    block_size: int | None = Field(default=None, ge=2)

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, given: object) -> object:
        return {"keys": given} if isinstance(given, list) else given

    @property
    def label(self) -> str:
        """The name of the rule: its keys when it has none of its own."""
        return self.rule or " + ".join(self.keys)


class Blocking(Frozen):
    """Blocking rules and their limits.

    A block of more than `block_size` records is split by the expressions of `split_by`, one after the other, and
    what is then still too large is skipped and recorded. `most_pairs` bounds all candidate pairs: the block size is
    lowered until the plan keeps to it.
    """

    rules: tuple[Rule, ...] = Field(min_length=1)
    block_size: int = Field(default=1_000, ge=2)
    split_by: tuple[str, ...] = ()
    most_pairs: int = Field(default=200_000_000, ge=1)

    def size_of(self, rule: Rule) -> int:
        """The most records of a block of a rule."""
        return min(rule.block_size or self.block_size, self.block_size)


class Thresholds(Frozen):
    """Match probabilities: from `link` on pairs are linked, between `review` and `link` a person decides."""

    link: float = Field(default=0.9, ge=0.5, lt=1)
    review: float = Field(default=0.1, gt=0, lt=1)


class Never(Frozen):
    """Two records at one of these `levels` are never one person, `unless` another comparison is at the levels named.

    Each constraint rules out by itself: of two about one level, both must be lifted.
    """

    comparison: str
    levels: tuple[str, ...] = Field(min_length=1)
    unless: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Constraints(Frozen):
    """What no evidence overrules.

    `one_record_per`: tables that are de-duplicated in themselves. `known_persons`: tables of whose records any other
    record can be one at most, so that candidates share the probability. `differs`: columns of which one cluster never
    holds two different values. `never`: levels at which two records are two persons. `must_link`, `cannot_link`:
    tables of pairs (source_l, record_id_l, source_r, record_id_r), as a path or as a name among the tables given.
    """

    one_record_per: tuple[str, ...] = ()
    known_persons: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    never: tuple[Never, ...] = ()
    must_link: str | None = None
    cannot_link: str | None = None


RELATIVES = "relatives"
"""The column that a spec with relations has besides its own: the clusters of a record's relatives."""


class Training(Frozen):
    """How much is sampled, and the seed. u is drawn from random pairs, m by EM from candidate pairs."""

    seed: int = 1
    random_pairs: int = Field(default=100_000, ge=1_000)
    candidate_pairs: int = Field(default=100_000, ge=1_000)
    most_rounds: int = Field(default=100, ge=1)


class Spec(Frozen):
    """All that decides how tables are linked, but for the parameters learnt from them.

    `relations` is a table of pairs of related records, in the shape of `must_link`: then comparisons and blocking rules
    may name the column `relatives`.
    """

    spec: str
    version: int = 1
    task: Literal["dedupe", "link", "link_and_dedupe"] = "dedupe"
    tables: Mapping[str, Table] = Field(min_length=1)
    relations: str | None = None
    columns: Mapping[str, str] = Field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = Field(min_length=1)
    blocking: Blocking
    thresholds: Thresholds = Thresholds()
    constraints: Constraints = Constraints()
    training: Training = Training()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        labels = [each.label for each in self.comparisons]
        if len(set(labels)) < len(labels):
            raise ValueError("two comparisons of one name")
        for each in self.comparisons:
            if each.kind not in KINDS:
                raise ValueError(f"comparison {each.label}: no kind {each.kind}; there are {', '.join(KINDS)}")
            for other, levels in each.explained_by.items():
                self._check_levels(f"comparison {each.label} is explained by", other, levels)
        for never in self.constraints.never:
            for other, levels in {never.comparison: never.levels, **never.unless}.items():
                self._check_levels("never names", other, levels)
        named = {*self.constraints.one_record_per, *self.constraints.known_persons}
        if unknown := named - set(self.tables):
            raise ValueError(f"constraints name no table of the spec: {', '.join(sorted(unknown))}")
        if not self.relations and any(each.column == RELATIVES for each in self.comparisons):
            raise ValueError(f"column {RELATIVES} needs relations")
        if self.task == "link" and len(self.tables) < 2:
            raise ValueError("task link needs two tables")
        return self

    def _check_levels(self, what: str, comparison: str, levels: tuple[str, ...]) -> None:
        kinds = {each.label: KINDS[each.kind] for each in self.comparisons if each.kind in KINDS}
        if comparison not in kinds:
            raise ValueError(f"{what} {comparison}, which is no comparison")
        if unknown := set(levels) - set(kinds[comparison].levels):
            raise ValueError(f"comparison {comparison} has no level {', '.join(sorted(unknown))}")

    def level_codes(self, comparison: str, levels: Iterable[str]) -> list[int]:
        """The codes of levels of a comparison."""
        [kind] = [each.kind for each in self.comparisons if each.label == comparison]
        return [list(KINDS[kind].levels).index(level) for level in levels]

    @property
    def column_names(self) -> tuple[str, ...]:
        """All columns that the spec names, in order: those mapped, compared, or constrained."""
        named = [*self.columns, *(each.column for each in self.comparisons), *self.constraints.differs]
        return tuple(dict.fromkeys([*named, RELATIVES] if self.relations else named))


def load_spec(source: Path | Mapping[str, Any]) -> Spec:
    """Read a spec; paths in it are made relative to its folder.

    Raises:
        SpecError: naming the file, the fields that do not fit, and why.
    """
    name = source.name if isinstance(source, Path) else "spec"
    try:
        raw = yaml.safe_load(source.read_text(encoding="utf-8")) if isinstance(source, Path) else dict(source)
    except OSError as error:
        raise SpecError(name, error.strerror or "cannot be read") from error
    except yaml.YAMLError as error:
        raise SpecError(name, "is no YAML") from error
    if isinstance(source, Path) and isinstance(raw, dict):
        _anchor_paths(raw, source.parent)
    try:
        return Spec.model_validate(raw)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc'])) or 'spec'}: {each['msg']}" for each in error.errors())
        raise SpecError(name, "; ".join(faults)) from error


def _anchor_paths(raw: dict[str, Any], folder: Path) -> None:
    tables, constraints = raw.get("tables"), raw.get("constraints")
    for table in tables.values() if isinstance(tables, dict) else ():
        if isinstance(table, dict) and isinstance(table.get("path"), str):
            table["path"] = str(folder / table["path"])
    for owner, key in ((constraints, "must_link"), (constraints, "cannot_link"), (raw, "relations")):
        if isinstance(owner, dict) and isinstance(owner.get(key), str) and Path(owner[key]).suffix:
            owner[key] = str(folder / owner[key])
