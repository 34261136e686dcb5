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
    return f"""
WITH said AS (
    SELECT r.person_no, r.mention_id, r.department, r.extract, r.name_is_placeholder, r.citizen_id_kind,
        coalesce(r.record_date, r.night) AS recorded_date, r.night, CAST({rule.value} AS VARCHAR) AS value,
        CAST({rule.same or rule.value} AS VARCHAR) AS same, {rule.derived} OR u.role IS NOT NULL AS is_derived
    FROM _wh_record AS r
    LEFT JOIN _wh_assumed AS u
        ON u.department = r.department AND u.extract = r.extract AND u.role = r.role
        AND u.attribute = {literal(rule.trust)}
    WHERE ({rule.value}) IS NOT NULL
),
ranked AS (
    SELECT said.*, CASE WHEN is_derived THEN {LAST_RANK} ELSE coalesce(t.rank, {LAST_RANK}) END AS rank,
        {"s.birth_date::VARCHAR" if stated else "NULL"} AS stated_birth_date
    FROM said
    LEFT JOIN _wh_trust AS t
        ON t.department = said.department AND t.extract = said.extract AND t.attribute = {literal(rule.trust)}
    {stated}
    WHERE {rule.most_trust} = {LAST_RANK} OR t.rank <= {rule.most_trust}
),
candidate AS (
    SELECT *, recorded_date - (rank * {rule.days_per_rank or 0})::INTEGER AS dated FROM ranked
),
alike AS (
    SELECT person_no, same, count(*)::INTEGER AS agreeing_count, {departments} AS departments,
        min(struct_pack({within}newest := -mention_id, value := value)) AS best
    FROM candidate
    GROUP BY person_no, same
),
several AS (
    SELECT person_no, sum(agreeing_count) AS stating_count FROM alike GROUP BY person_no HAVING count(*) > 1
),
listed AS (
    SELECT person_no, same, list_sort(list(mention_id)) AS mention_ids
    FROM candidate SEMI JOIN several USING (person_no) GROUP BY person_no, same
),
placed AS (
    SELECT *, 1 AS place, 0 AS differing_count, NULL AS mention_ids FROM alike ANTI JOIN several USING (person_no)
    UNION ALL BY NAME
    SELECT * EXCLUDE (stating_count),
        row_number() OVER (PARTITION BY person_no ORDER BY {between}, best.newest) AS place,
        stating_count - agreeing_count AS differing_count
    FROM alike JOIN several USING (person_no) JOIN listed USING (person_no, same)
)
SELECT person_no, {literal(attribute)} AS attribute, place::INTEGER AS place, best.value, -best.newest AS mention_id,
    agreeing_count, differing_count::INTEGER AS differing_count, mention_ids
FROM placed
"""
