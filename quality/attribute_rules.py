"""What a standardised attribute must look like, whoever delivered it: rules by attribute.

Attributes are those of `sources.tables.ATTRIBUTES`, columns those of STD_MENTION. `block` marks what
`sources.standardise` promises of every value (then a fault is ours); `warn` marks what only the
department can mend. Completeness, which depends on the contract, is in `quality.suites`.
"""

from collections.abc import Iterable
from datetime import date

from quality.rules import Holds, InSet, NIGHT, Rule, Within

FIRST_DATE = date(1900, 1, 1)
LONGEST_LIFE_YEARS = 120

SEX_CODES = ("0", "1", "2", "9")
"""GB/T 2261.1-2003."""
ETHNIC_CODES = (*(f"{n:02}" for n in range(1, 57)), "97", "98")
"""GB/T 3304-1991."""
MARITAL_STATUS_CODES = ("10", "20", "21", "22", "23", "30", "40", "90")
"""GB/T 2261.2-2003."""
CITIZEN_ID_KINDS = (
    "citizen18",
    "citizen15",
    "masked",
    "destroyed",
    "invalid",
    "hk_macao_taiwan",
    "foreign_permanent",
    "passport",
    "other",
    "placeholder",
    "missing",
)
NUMBERED_KINDS = ("citizen18", "citizen15", "hk_macao_taiwan", "foreign_permanent")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def citizen_id_condition(column: str) -> str:
    """SQL that holds for 18 characters with the right check character.

    Source: GB 11643-1999 (ISO 7064 MOD 11-2).
    """
    products = " + ".join(f"{w} * TRY_CAST({column}[{i}] AS INTEGER)" for i, w in enumerate(_WEIGHTS, 1))
    return f"regexp_full_match({column}, '[0-9]{{17}}[0-9X]') AND '10X98765432'[({products}) % 11 + 1] = {column}[18]"


def _pattern(name: str, column: str, pattern: str, mostly: float = 1.0) -> Rule:
    condition = f"regexp_full_match({column}, '{pattern}')"
    return Holds(name=name, severity="warn", column=column, condition=condition, mostly=mostly)


def _past(column: str) -> tuple[Rule, ...]:
    return (
        Within(name=f"{column}_in_range", severity="warn", column=column, low=FIRST_DATE),
        Within(name=f"{column}_mostly_in_range", column=column, low=FIRST_DATE, mostly=0.9),
    )


_KINDS = ", ".join(f"'{kind}'" for kind in NUMBERED_KINDS)
_AFTER_BIRTH = "birth_date IS NULL OR death_date >= birth_date"
_OLDEST = f"birth_date >= {NIGHT} - INTERVAL {LONGEST_LIFE_YEARS} YEAR OR death_date IS NOT NULL"

RULES: dict[str, tuple[Rule, ...]] = {
    "name": (
        Holds(name="name_not_blank", column="name", condition="trim(name) <> ''"),
        _pattern("name_without_digits", "name", "[^0-9]*", mostly=0.99),
        Holds(
            name="name_mostly_understood",
            severity="warn",
            column="name_raw",
            condition="name IS NOT NULL OR name_is_placeholder",
            mostly=0.95,
        ),
    ),
    "citizen_id": (
        InSet(name="citizen_id_kind_in_list", column="citizen_id_kind", values=CITIZEN_ID_KINDS),
        Holds(name="citizen_id_valid", column="citizen_id", condition=citizen_id_condition("citizen_id")),
        Holds(name="citizen_id_of_numbered_kind", column="citizen_id", condition=f"citizen_id_kind IN ({_KINDS})"),
        Holds(
            name="citizen_id_mostly_usable",
            severity="warn",
            column="citizen_id_raw",
            condition="citizen_id IS NOT NULL OR citizen_id_kind IN ('masked', 'passport', 'other')",
            mostly=0.7,
        ),
    ),
    "sex": (InSet(name="sex_code_in_list", column="sex_code", values=SEX_CODES),),
    "ethnic": (InSet(name="ethnic_code_in_list", column="ethnic_code", values=ETHNIC_CODES),),
    "marital_status": (
        InSet(
            name="marital_status_code_in_list",
            severity="warn",
            column="marital_status_code",
            values=MARITAL_STATUS_CODES,
        ),
    ),
    "education": (_pattern("education_code_two_digits", "education_code", "[1-9][0-9]"),),
    "relation_to_head": (_pattern("relation_to_head_code_two_digits", "relation_to_head_code", "[0-9]{2}"),),
    "birth_date": (
        *_past("birth_date"),
        Holds(name="birth_years_ordered", column="birth_year_low", condition="birth_year_low <= birth_year_high"),
        Holds(name="age_at_most_120", severity="warn", column="birth_date", condition=_OLDEST),
        Holds(
            name="birth_date_mostly_understood",
            severity="warn",
            column="birth_date_raw",
            condition="birth_year_low IS NOT NULL",
            mostly=0.9,
        ),
        Holds(
            name="birth_date_mostly_agrees_with_id",
            severity="warn",
            column="birth_date",
            condition="id_birth_date IS NULL OR birth_date = id_birth_date",
            mostly=0.9,
        ),
    ),
    "phone": (_pattern("phone_shape", "phone", "\\+?[0-9-]{7,15}", mostly=0.95),),
    "registered_division": (
        _pattern("registered_division_code_shape", "registered_division_code", "[0-9]{6}|[0-9]{9}|[0-9]{12}"),
    ),
    "grid_no": (_pattern("grid_no_shape", "grid_no", "[0-9]{15}"),),
    "employer_code": (_pattern("employer_code_18_long", "employer_code", "[0-9A-HJ-NPQRTUWXY]{18}"),),
    "status_date": _past("status_date"),
    "event_date": _past("event_date"),
    "death_date": (
        *_past("death_date"),
        Holds(name="death_after_birth", severity="warn", column="death_date", condition=_AFTER_BIRTH),
    ),
    "valid_to": (
        Holds(
            name="validity_ordered",
            severity="warn",
            column="valid_to",
            condition="valid_from IS NULL OR valid_from <= valid_to",
        ),
    ),
}


def attribute_rules(attributes: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of the given attributes, in the order of `RULES`."""
    mapped = set(attributes)
    return tuple(rule for attribute, rules in RULES.items() if attribute in mapped for rule in rules)
