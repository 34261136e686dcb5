"""Which suites exist: one for each standardised extract, from its contract, and those of the base.

What values must look like is in `quality.attribute_rules`, what counts must add up to in
`quality.reconcile`. Nothing is run here.
"""

from collections.abc import Iterator

from quality.arrivals import arrival_suite
from quality.attribute_rules import attribute_rules, FIRST_DATE, LONGEST_LIFE_YEARS, SEX_CODES
from quality.reconcile import reconciliation_suites
from quality.rules import Holds, InSet, NIGHT, NoneFound, Present, Rule, Suite, Within
from quality.statements import sql
from quality.trends import trend_suite
from sources.contract import Contract, Extract, Mention
from warehouse.statements import literal

FILLED_RATE = 0.95
REQUIRED_RATE = 0.5
QUARANTINE_WARN_RATE = 0.2
QUARANTINE_BLOCK_RATE = 0.5
QUARANTINE_BLOCK_ROWS = 1000
"""A rate of quarantined rows blocks only from so many rows on: a small bad file must not stop the city."""

LEAST_MENTIONS = 300
"""Mentions that rates are taken of: where tonight brought fewer, those of deliveries before are looked at, too."""

_NEWEST = f"""
    SELECT * FROM std_mention WHERE {{of_extract}} AND delivery_id IN (
        SELECT delivery_id FROM delivery WHERE {{of_extract}} AND status = 'accepted'
        QUALIFY night = {NIGHT} OR {LEAST_MENTIONS} > coalesce(sum(mentions) OVER (
            ORDER BY night DESC, delivery_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))
"""

STANDARD_COLUMN = {
    "name": "name_raw",
    "citizen_id": "citizen_id_raw",
    "sex": "sex_code",
    "birth_date": "birth_date_raw",
    "ethnic": "ethnic_code",
    "marital_status": "marital_status_code",
    "education": "education_code",
    "phone": "phone_raw",
    "residence_address": "residence_address_raw",
    "registered_address": "registered_address_raw",
    "dwelling_address": "dwelling_address_raw",
    "registered_division": "registered_division_code",
    "relation_to_head": "relation_to_head_code",
}
"""The STD_MENTION column that shows whether an attribute was delivered; the others bear its own name."""


def source_suites(contract: Contract) -> list[Suite]:
    """One suite for each extract of a contract, over the standard mentions of its newest deliveries.

    Only what the extract maps is checked, and completeness only where its columns are declared
    `required` or `filled`.
    """
    return [_extract_suite(contract.department, extract) for extract in contract.extracts]


def department_suites(contract: Contract) -> list[Suite]:
    """All suites of a department: how its deliveries arrive, and what their mentions are."""
    return [arrival_suite(contract), *source_suites(contract)]


def base_suites() -> list[Suite]:
    """The suites of mentions, persons and all that hangs on them, and the reconciliation of counts."""
    return [
        _mention_suite(),
        _person_suite(),
        _crosswalk_suite(),
        _person_attribute_suite(),
        _history_suite(),
        _entity_suite(),
        *reconciliation_suites(),
        trend_suite(),
    ]


def _extract_suite(department: str, extract: Extract) -> Suite:
    attributes = {a for mention in extract.mentions for a in (*mention.attributes, *mention.constants)}
    of_extract = f"department = {literal(department)} AND extract = {literal(extract.extract)}"
    return Suite(
        name=f"std_{department}__{extract.extract}",
        title=extract.title,
        table="std_mention",
        subject=_NEWEST.format(of_extract=of_extract),
        rules=(
            Present(name="record_key_present", column="record_key"),
            Present(name="role_present", column="role"),
            InSet(name="role_in_contract", column="role", values=extract.roles),
            *attribute_rules(attributes),
            *{rule.name: rule for rule in _completeness(extract)}.values(),
            *_quarantine_rules(of_extract),
        ),
    )


def _completeness(extract: Extract) -> Iterator[Rule]:
    columns = {column.name: column for column in extract.columns}
    for mention in extract.mentions:
        for attribute, name in mention.attributes.items():
            column = columns.get(name)
            if column is not None and (column.filled or column.required) and attribute not in mention.needs:
                yield _fill_rate(extract, mention, attribute, FILLED_RATE if column.filled else REQUIRED_RATE)


def _fill_rate(extract: Extract, mention: Mention, attribute: str, rate: float) -> Rule:
    return Present(
        name=f"{mention.role}_{attribute}_mostly_delivered",
        severity="warn",
        column=STANDARD_COLUMN.get(attribute, attribute),
        mostly=rate,
        roles=() if set(mention.roles) == set(extract.roles) else mention.roles,
    )


def _quarantine_rules(of_extract: str) -> tuple[Rule, ...]:
    return (
        NoneFound(
            name="quarantine_rate_low",
            severity="warn",
            query=sql("quarantine_rate", of_extract=of_extract, rate=QUARANTINE_WARN_RATE, rows=1),
        ),
        NoneFound(
            name="quarantine_rate_bearable",
            query=sql("quarantine_rate", of_extract=of_extract, rate=QUARANTINE_BLOCK_RATE, rows=QUARANTINE_BLOCK_ROWS),
        ),
    )


def _mention_suite() -> Suite:
    return Suite(
        name="std_mention",
        title="Standard mentions: keys, and each of a delivery that is known",
        table="std_mention",
        subject="SELECT * FROM std_mention",
        rules=(
            Present(name="mention_id_present", column="mention_id"),
            NoneFound(
                name="mention_id_unique", query="SELECT 1 FROM std_mention GROUP BY mention_id HAVING count(*) > 1"
            ),
            Holds(name="record_key_is_sha256", column="record_key", condition="length(record_key) = 64"),
            NoneFound(
                name="delivery_known",
                query="SELECT 1 FROM std_mention AS m ANTI JOIN delivery AS d USING (delivery_id)",
            ),
        ),
    )


def _person_suite() -> Suite:
    age = f"birth_date >= {NIGHT} - INTERVAL {LONGEST_LIFE_YEARS} YEAR OR death_date IS NOT NULL"
    return Suite(
        name="base_person",
        title="Persons: keys, codes, dates, and citizen ids of the backbone",
        table="person",
        subject="SELECT * FROM person",
        rules=(
            NoneFound(name="somebody_present", severity="warn", query="SELECT 1 WHERE NOT EXISTS (FROM person)"),
            Present(name="person_id_present", column="person_id"),
            NoneFound(name="person_id_unique", query="SELECT 1 FROM person GROUP BY person_id HAVING count(*) > 1"),
            InSet(name="sex_code_in_list", column="sex_code", values=SEX_CODES),
            Within(name="birth_date_in_range", severity="warn", column="birth_date", low=FIRST_DATE),
            Within(name="birth_date_mostly_in_range", column="birth_date", low=FIRST_DATE, mostly=0.99),
            Within(name="death_date_in_range", severity="warn", column="death_date", low=FIRST_DATE),
            Holds(name="age_at_most_120", severity="warn", column="birth_date", condition=age),
            NoneFound(name="nobody_alive_and_dead", severity="warn", query=sql("alive_and_dead")),
            NoneFound(
                name="one_citizen_id_per_person", severity="warn", query=sql("several_in_backbone", **_ONE_NUMBER)
            ),
            NoneFound(
                name="one_person_per_citizen_id", severity="warn", query=sql("several_in_backbone", **_ONE_PERSON)
            ),
        ),
    )


_ONE_NUMBER = {"one": "person_id", "several": "citizen_id"}
_ONE_PERSON = {"one": "citizen_id", "several": "person_id"}


def _crosswalk_suite() -> Suite:
    return Suite(
        name="base_crosswalk",
        title="Crosswalk: every accepted mention exactly once, with a person who exists",
        table="crosswalk",
        subject="SELECT * FROM crosswalk",
        rules=(
            Present(name="person_id_present", column="person_id"),
            Present(name="match_rule_present", column="match_rule"),
            NoneFound(name="every_mention_once", query=sql("mention_not_once_in_crosswalk")),
            NoneFound(name="source_place_unique", severity="warn", query=sql("crosswalk_place_repeated")),
            NoneFound(
                name="person_exists", query="SELECT 1 FROM crosswalk AS x ANTI JOIN person AS p USING (person_id)"
            ),
            NoneFound(
                name="person_has_mention", query="SELECT 1 FROM person AS p ANTI JOIN crosswalk AS x USING (person_id)"
            ),
            Holds(
                name="match_probability_is_rate",
                column="match_probability",
                condition="match_probability BETWEEN 0 AND 1",
            ),
        ),
    )


def _person_attribute_suite() -> Suite:
    return Suite(
        name="base_person_attribute",
        title="Attributes: one surviving value each, of a person who exists, from a record in the crosswalk",
        table="person_attribute",
        subject="SELECT * FROM person_attribute",
        rules=(
            Present(name="value_present", column="value"),
            NoneFound(
                name="person_exists",
                query="SELECT 1 FROM person_attribute AS a ANTI JOIN person AS p USING (person_id)",
            ),
            NoneFound(name="one_value_per_attribute", query=sql("attribute_repeated")),
            NoneFound(name="provenance_in_crosswalk", query=sql("attribute_without_record")),
        ),
    )


def _history_suite() -> Suite:
    return Suite(
        name="base_history",
        title="History: at any night one state of each person at most",
        table="person_version",
        subject="SELECT * FROM person_version",
        rules=(
            Present(name="from_night_present", column="from_night"),
            Holds(name="ends_after_it_begins", column="to_night", condition="to_night > from_night"),
            NoneFound(name="states_do_not_overlap", query=sql("overlapping_versions")),
        ),
    )


def _entity_suite() -> Suite:
    return Suite(
        name="base_entity",
        title="Households, dwellings, employers: every link leads somewhere, marriages hold both ways",
        table="person_relation",
        subject="SELECT * FROM person_relation",
        rules=(
            NoneFound(name="person_exists", query=sql("linked_person_missing")),
            NoneFound(
                name="dwelling_exists",
                query="SELECT 1 FROM person_dwelling AS l ANTI JOIN dwelling AS d USING (dwelling_id)",
            ),
            NoneFound(
                name="employer_exists",
                query="SELECT 1 FROM person_employment AS l ANTI JOIN employer AS e USING (employer_id)",
            ),
            NoneFound(
                name="household_exists",
                query="SELECT 1 FROM household_member AS m ANTI JOIN household AS h USING (household_id)",
            ),
            NoneFound(name="marriage_holds_both_ways", query=sql("one_sided_marriage")),
            NoneFound(
                name="one_head_per_household",
                severity="warn",
                query="SELECT 1 FROM household_member WHERE is_head GROUP BY household_id HAVING count(*) > 1",
            ),
            NoneFound(
                name="one_spouse_at_a_time",
                severity="warn",
                query="SELECT 1 FROM person_relation WHERE relation = 'spouse' AND valid_to IS NULL"
                " GROUP BY person_id HAVING count(*) > 1",
            ),
        ),
    )
