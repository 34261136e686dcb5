"""The rules of `survivorship.yml`: their frozen types, and the query that each gives. Runs nothing."""

from importlib import resources
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator, ValidationError

from sources.tables import Attribute
from warehouse.errors import SurvivorshipRuleError
from warehouse.statements import literal, statement

Term = Literal[
    "real_name",
    "readable_name",
    "citizen_first",
    "as_in_citizen_id",
    "trust",
    "recency",
    "dated_trust",
    "agreement",
]

LAST_RANK: Final = 99

_COUNT: Final = "-agreeing_count"
_DATED: Final = "-epoch(dated)"

_ORDER: Final[dict[Term, tuple[str, ...]]] = {
    "real_name": ("name_is_placeholder",),
    "readable_name": ("contains(value, '□')",),
    "citizen_first": ("citizen_id_kind NOT IN ('citizen18', 'citizen15')",),
    "as_in_citizen_id": ("value IS DISTINCT FROM stated_birth_date",),
    "trust": ("rank",),
    "recency": ("-epoch(recorded_date)", "-epoch(night)"),
    "dated_trust": (_DATED, "rank", "-epoch(night)"),
    "agreement": (_COUNT,),
}
"""What each term sorts by, the smallest first."""


class Rule(BaseModel):
    """How one attribute survives; the fields are explained in `survivorship.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    value: str
    trust: Attribute
    order: tuple[Term, ...] = Field(min_length=1)
    same: str | None = None
    derived: str = "false"
    most_trust: int = Field(default=LAST_RANK, ge=1, le=LAST_RANK)
    days_per_rank: int | None = Field(default=None, ge=1)
    days_per_department: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _has_days(self) -> "Rule":
        if ("dated_trust" in self.order) != (self.days_per_rank is not None):
            raise ValueError("days_per_rank belongs to the order dated_trust, and only to it")
        if self.days_per_department and self.days_per_rank is None:
            raise ValueError("days_per_department belongs to the order dated_trust")
        return self


class Rules(BaseModel):
    """The rules of all attributes. An attribute that others look at comes before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attributes: dict[str, Rule]


def load_rules(text: str | None = None) -> dict[str, Rule]:
    """The rules by attribute, in the order in which they are applied.

    Args:
        text: YAML; the packaged rules when omitted.

    Raises:
        SurvivorshipRuleError: naming the field that does not fit.
    """
    text = (
        resources.files("warehouse").joinpath("survivorship.yml").read_text(encoding="utf-8") if text is None else text
    )
    try:
        return Rules.model_validate(yaml.safe_load(text)).attributes
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SurvivorshipRuleError(f"survivorship rules: {faults}") from None


def survivor_sql(attribute: str, rule: Rule) -> str:
    """The query of all that is said of one attribute: person_no, attribute, place, value, mention_id, counts, records.

    Values that are the same have one line; place 1 survives, the others are runners-up in their order. It reads
    `_wh_record` (current records), `_wh_stated` (what surviving numbers state), `_wh_trust` and `_wh_assumed`.
    """
    stated = "LEFT JOIN _wh_stated AS s USING (person_no)" if "as_in_citizen_id" in rule.order else ""
    order = [each for term in rule.order for each in _ORDER[term]]
    within = "".join(f"t{n} := {each}, " for n, each in enumerate(order) if each != _COUNT)
    corroborated = f" - (departments - 1) * {rule.days_per_department * 86_400}"
    departments = "count(DISTINCT department)" if rule.days_per_department else "1"
    between = ", ".join(
        each if each == _COUNT else f"best.t{n}{corroborated if each == _DATED else ''}" for n, each in enumerate(order)
    )
    return statement("survivor").format(
        attribute=literal(attribute),
        value=rule.value,
        same=rule.same or rule.value,
        derived=rule.derived,
        trust=literal(rule.trust),
        most_trust=rule.most_trust,
        last_rank=LAST_RANK,
        days_per_rank=rule.days_per_rank or 0,
        departments=departments,
        stated=stated,
        stated_birth_date="s.birth_date::VARCHAR" if stated else "NULL",
        within=within,
        between=between,
    )
