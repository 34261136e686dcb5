"""Splink's settings for each kind of data set: what a careful user would choose without labels.

Columns are prepared in SQL at load, as Splink's guides advise: empty and masked values are NULL, addresses end alike,
dates are dates. The blocking rules are those of our own specs, and wide. `recall` is the guess, which Splink asks of
its user, of how many matches the deterministic rules find. `link` is the probability from which pairs are clustered:
of .5 and .95 the one with which Splink does better, which no user would know beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from datasets import DATASETS
from splink import block_on, SettingsCreator


@dataclass(frozen=True)
class Model:
    """Settings, how tables are prepared (SQL select list), and the rules of training."""

    settings: SettingsCreator
    prepare: str
    deterministic: list
    recall: float
    expectation: list
    link: float = 0.5
    one_to_one: bool = False


FEBRL_COLUMNS = """
    rec_id, given_name, surname, street_number, suburb, postcode, state, soc_sec_id,
    try_strptime(date_of_birth, '%Y%m%d')::DATE AS date_of_birth,
    nullif(concat_ws(' ', address_1, address_2), '') AS address
"""

CHINESE_COLUMNS = """
    record_id, name, sex, try_cast(birth_date AS DATE) AS birth_date, phone,
    CASE WHEN citizen_id NOT LIKE '%*%' THEN citizen_id END AS citizen_id,
    regexp_replace(address, '(\\d+)号楼(\\d+)单元(\\d+)室', '\\1-\\2-\\3') AS address
"""


def model_for(name: str) -> Model:
    """The model of a data set."""
    dataset = DATASETS[name]
    link_type = "link_only" if len(dataset.sources) > 1 else "dedupe_only"
    return MODELS[dataset.kind](link_type)


def _febrl(link_type: str) -> Model:
    rules = [
        block_on("soc_sec_id"),
        block_on("date_of_birth"),
        block_on("surname", "given_name"),
        block_on("surname", "postcode"),
        block_on("given_name", "postcode"),
        block_on("address"),
        block_on("suburb", "street_number"),
        block_on("substr(surname, 1, 3)", "substr(given_name, 1, 3)"),
    ]
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=False),
        cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.JaroWinklerAtThresholds("address", [0.9, 0.8]),
        cl.JaroWinklerAtThresholds("suburb", [0.9]).configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("postcode", [1, 2]),
        cl.LevenshteinAtThresholds("street_number", [1]),
        cl.ExactMatch("state"),
    ]
    return Model(
        settings=_settings(link_type, comparisons, rules, "rec_id"),
        prepare=FEBRL_COLUMNS,
        deterministic=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        recall=0.9,
        expectation=[block_on("date_of_birth"), block_on("surname", "given_name"), block_on("postcode")],
        one_to_one=link_type == "link_only",
    )


def _fake(link_type: str) -> Model:
    rules = [
        block_on("first_name"),
        block_on("surname"),
        block_on("dob"),
        block_on("email"),
        block_on("substr(email, 1, 6)"),
        block_on("substr(dob, 1, 7)"),
        block_on("city", "substr(first_name, 1, 3)"),
        block_on("city", "substr(surname, 1, 3)"),
        # Some records have the names in each other's columns.
        "l.first_name = r.surname AND l.surname = r.first_name",
    ]
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]
    return Model(
        settings=_settings(link_type, comparisons, rules, "unique_id"),
        prepare="*",
        deterministic=[
            block_on("first_name", "dob"),
            "l.first_name = r.first_name AND levenshtein(r.surname, l.surname) <= 2",
            block_on("email"),
        ],
        recall=0.7,
        expectation=[block_on("first_name", "surname"), block_on("dob")],
    )


def _chinese(link_type: str) -> Model:
    rules = [
        block_on("citizen_id"),
        block_on("phone"),
        block_on("address"),
        block_on("name", "year(birth_date)"),
        block_on("name", "month(birth_date)", "day(birth_date)"),
        block_on("birth_date", "substr(name, 1, 1)"),
        block_on("birth_date", "substr(name, -1, 1)"),
    ]
    return _chinese_model(link_type, rules)


def _chinese_loose(link_type: str) -> Model:
    rules = [block_on(column) for column in ("citizen_id", "phone", "address", "birth_date", "name")]
    return _chinese_model(link_type, rules)


def _chinese_model(link_type: str, rules: list) -> Model:
    same_phone = "phone_l = phone_r"
    same_address = "(ends_with(address_l, address_r) OR ends_with(address_r, address_l))"
    # One comparison: households share both, and as two comparisons they would count twice.
    contact = cl.CustomComparison(
        output_column_name="contact",
        comparison_levels=[
            cll.And(cll.NullLevel("phone"), cll.NullLevel("address")),
            cll.CustomLevel(f"{same_phone} AND {same_address}", "phone and address"),
            cll.CustomLevel(same_phone, "phone"),
            cll.CustomLevel(same_address, "address"),
            cll.LevenshteinLevel("phone", 1),
            cll.ElseLevel(),
        ],
    )
    comparisons = [
        cl.LevenshteinAtThresholds("name", [1]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("sex"),
        cl.DateOfBirthComparison("birth_date", input_is_string=False),
        cl.LevenshteinAtThresholds("citizen_id", [1, 2]),
        contact,
    ]
    return Model(
        settings=_settings(link_type, comparisons, rules, "record_id"),
        prepare=CHINESE_COLUMNS,
        deterministic=[block_on("citizen_id"), block_on("name", "birth_date", "phone")],
        recall=0.8,
        expectation=[block_on("citizen_id"), block_on("name", "birth_date")],
        # Without the rule of one record a file, chains of relatives grow below this.
        link=0.5 if link_type == "link_only" else 0.95,
        one_to_one=link_type == "link_only",
    )


def _settings(link_type: str, comparisons: list, rules: list, id_column: str) -> SettingsCreator:
    return SettingsCreator(
        link_type=link_type,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        unique_id_column_name=id_column,
        retain_matching_columns=False,
    )


MODELS: dict[str, Callable[[str], Model]] = {
    "febrl3": _febrl,
    "febrl4": _febrl,
    "fake_1000": _fake,
    "chinese": _chinese,
    "chinese_loose": _chinese_loose,
    "city": _chinese,
}
