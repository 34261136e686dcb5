"""The rules of `survivorship.yml`: their frozen types, and the query that each gives. Runs nothing."""

from importlib import resources
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator, ValidationError

from sources.tables import Attribute
from warehouse.errors import SurvivorshipRuleError
from warehouse.statements import literal

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

_ORDER: Final[dict[Term, str]] = {
    "real_name": "name_is_placeholder",
    "readable_name": "contains(value, '□')",
    "citizen_first": "citizen_id_kind NOT IN ('citizen18', 'citizen15')",
    "as_in_citizen_id": "value IS DISTINCT FROM stated_birth_date",
    "trust": "rank",
    "recency": "-epoch(recorded_date), -epoch(night)",
    "dated_trust": "-epoch(dated), rank, -epoch(night)",
    "agreement": "-agreeing_count",
}
"""What each term sorts by, the smallest first."""


class Rule(BaseModel):
    """How one attribute survives; the fields are explained in `survivorship.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str
    trust: Attribute
    order: tuple[Term, ...] = Field(min_length=1)
    same: str | None = None
    derived: str = "false"
    most_trust: int = Field(default=LAST_RANK, ge=1, le=LAST_RANK)
    days_per_rank: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_days(self) -> "Rule":
        if ("dated_trust" in self.order) != (self.days_per_rank is not None):
            raise ValueError("days_per_rank belongs to the order dated_trust, and only to it")
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
    """The query of the surviving values of one attribute: person_no, attribute, value, mention_id and counts.

    It reads `_wh_record` (current records), `_wh_stated` (what surviving numbers state) and `_wh_trust`.
    """
    order = ", ".join(_ORDER[term] for term in rule.order)
    stated = "LEFT JOIN _wh_stated AS s USING (person_no)" if "as_in_citizen_id" in rule.order else ""
    return f"""
WITH said AS (
    SELECT r.person_no, r.mention_id, r.department, r.extract, r.name_is_placeholder, r.citizen_id_kind,
        coalesce(r.record_date, r.night) AS recorded_date, r.night, CAST({rule.value} AS VARCHAR) AS value,
        CAST({rule.same or rule.value} AS VARCHAR) AS same, {rule.derived} AS is_derived
    FROM _wh_record AS r
    WHERE ({rule.value}) IS NOT NULL
),
candidate AS (
    SELECT said.*, CASE WHEN is_derived THEN {LAST_RANK} ELSE coalesce(t.rank, {LAST_RANK}) END AS rank,
        recorded_date - (rank * {rule.days_per_rank or 0})::INTEGER AS dated,
        {"s.birth_date::VARCHAR" if stated else "NULL"} AS stated_birth_date
    FROM said
    LEFT JOIN _wh_trust AS t
        ON t.department = said.department AND t.extract = said.extract AND t.attribute = {literal(rule.trust)}
    {stated}
    WHERE {rule.most_trust} = {LAST_RANK} OR t.rank <= {rule.most_trust}
),
agreement AS (
    SELECT person_no, same, count(*)::INTEGER AS agreeing_count FROM candidate GROUP BY ALL
),
survivor AS (
    SELECT person_no, count(*)::INTEGER AS stating_count,
        arg_min(struct_pack(value, mention_id, agreeing_count), ({order}, -mention_id)) AS kept
    FROM candidate
    JOIN agreement USING (person_no, same)
    GROUP BY person_no
)
SELECT person_no, {literal(attribute)} AS attribute, kept.value, kept.mention_id,
    kept.agreeing_count, stating_count - kept.agreeing_count AS differing_count
FROM survivor
"""
