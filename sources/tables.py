"""Shapes of the tables that leave `sources`. No logic here.

A *row* is a physical CSV record of a delivery, a *mention* is one person named in a row, in a role.
"""

from typing import get_args, Literal

import pyarrow as pa

Attribute = Literal[
    "name",
    "former_name",
    "citizen_id",
    "id_type",
    "sex",
    "birth_date",
    "ethnic",
    "marital_status",
    "education",
    "phone",
    "residence_address",
    "registered_address",
    "dwelling_address",
    "registered_division",
    "household_no",
    "relation_to_head",
    "person_no",
    "employer_name",
    "employer_code",
    "employment_status",
    "school_name",
    "dwelling_no",
    "registration_status",
    "status_date",
    "death_date",
    "event_type",
    "event_date",
    "valid_from",
    "valid_to",
    "residence_reason",
    "population_category",
    "grid_no",
    "industry",
]
"""What a contract may say of a mention. A contract maps each to a column, or to a constant."""

ATTRIBUTES: tuple[str, ...] = get_args(Attribute)

ROWS = pa.schema(
    [
        ("row_number", pa.int32()),
        ("line_number", pa.int32()),
    ]
)
"""The two leading columns of an accepted-rows table; behind them one string column for each kept
contract column, by its canonical `name`. `row_number` counts CSV records after the header from 1,
blank lines not counted; `line_number` is the physical line on which the record starts, from 1."""

ROW_PROBLEMS = pa.schema(
    [
        ("row_number", pa.int32()),
        ("line_number", pa.int32()),
        ("column_name", pa.string()),
        ("reason_code", pa.string()),
        ("value_masked", pa.string()),
        ("raw_row", pa.string()),
    ]
)
"""One line for each quarantined row. `reason_code` is one of `sources.reasons.REASONS`;
`value_masked` may leave the restricted area, `raw_row` never does."""

RAW_MENTION = pa.schema(
    [
        ("row_number", pa.int32()),
        ("line_number", pa.int32()),
        ("role", pa.string()),
        ("record_key", pa.string()),
        ("record_date_raw", pa.string()),
        *[(f"{attribute}_raw", pa.string()) for attribute in ATTRIBUTES],
    ]
)
"""Mentions as delivered, one line for each person named in a row; null means not recorded.
`record_key` is the SHA-256 (hex) of department, extract and the row's natural key, raw values."""

STD_MENTION = pa.schema(
    [
        ("mention_id", pa.int64()),
        ("delivery_id", pa.int32()),
        ("department", pa.string()),
        ("extract", pa.string()),
        ("row_number", pa.int32()),
        ("line_number", pa.int32()),
        ("role", pa.string()),
        ("record_key", pa.string()),
        ("record_date", pa.date32()),
        ("name_raw", pa.string()),
        ("name", pa.string()),
        ("former_name", pa.string()),
        ("name_is_placeholder", pa.bool_()),
        ("citizen_id_raw", pa.string()),
        ("id_type", pa.string()),
        ("citizen_id_kind", pa.string()),
        ("citizen_id", pa.string()),
        ("citizen_id_claim", pa.string()),
        ("document_no", pa.string()),
        ("id_birth_date", pa.date32()),
        ("id_sex_code", pa.string()),
        ("sex_code", pa.string()),
        ("birth_date_raw", pa.string()),
        ("birth_date", pa.date32()),
        ("birth_year_low", pa.int16()),
        ("birth_year_high", pa.int16()),
        ("ethnic_code", pa.string()),
        ("marital_status_code", pa.string()),
        ("education_code", pa.string()),
        ("phone_raw", pa.string()),
        ("phone", pa.string()),
        ("phone_2", pa.string()),
        ("residence_address_raw", pa.string()),
        ("registered_address_raw", pa.string()),
        ("dwelling_address_raw", pa.string()),
        ("registered_division_code", pa.string()),
        ("household_no", pa.string()),
        ("relation_to_head_code", pa.string()),
        ("person_no", pa.string()),
        ("employer_name", pa.string()),
        ("employer_code", pa.string()),
        ("employment_status", pa.string()),
        ("school_name", pa.string()),
        ("dwelling_no", pa.string()),
        ("registration_status", pa.string()),
        ("status_date", pa.date32()),
        ("death_date", pa.date32()),
        ("event_type", pa.string()),
        ("event_date", pa.date32()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("residence_reason", pa.string()),
        ("population_category", pa.string()),
        ("grid_no", pa.string()),
        ("industry_code", pa.string()),
    ]
)
"""Standard mentions. Notes on meaning:

* `mention_id` = delivery_id * 2**34 + row_number * 2**6 + index of the role among the extract's roles.
* `name`: NFKC, no inner blanks, one middle dot `·`, bracket notes removed; variant and traditional
  characters folded to the common simplified form; unknown characters as `□`.
* `citizen_id_kind`: citizen18, citizen15 (upgraded), masked, destroyed, invalid, hk_macao_taiwan,
  foreign_permanent, passport, other, placeholder, missing.
* `citizen_id`: 18 characters, valid by GB 11643, else null (kinds citizen18 and citizen15, and
  hk_macao_taiwan / foreign_permanent where the number obeys MOD 11-2).
* `citizen_id_claim`: what was delivered, for partial comparison, when `citizen_id` is null: masked
  numbers with `*` for each hidden character (18 long); destroyed ones as known prefix + `*`;
  invalid ones of 14 characters or more normalised as typed, those cut after the birth date with `*` for the rest.
* `birth_year_low/high`: inclusive bounds; equal to the year of `birth_date` where that is known; an
  age of n seen on date d gives [year(d) - n - 1, year(d) - n].
* `*_code`: GB/T 2261.1, 3304, 2261.2, 4658, 4761 codes; unknown labels give null.
* `industry_code`: section A to T of GB/T 4754-2017."""

STD_ADDRESS = pa.schema(
    [
        ("address_raw", pa.string()),
        ("is_local", pa.bool_()),
        ("division_code", pa.string()),
        ("town", pa.string()),
        ("community", pa.string()),
        ("street", pa.string()),
        ("street_no", pa.string()),
        ("estate", pa.string()),
        ("building", pa.string()),
        ("unit", pa.string()),
        ("room", pa.string()),
        ("village", pa.string()),
        ("house_no", pa.string()),
        ("dwelling_key", pa.string()),
        ("place_key", pa.string()),
    ]
)
"""One line for each distinct address text. `town` is the stem (明水 for 明水街道/明水镇/明水街道办事处).
`dwelling_key`: `town|estate|building|room` (unit left out, since half of the departments leave it
out) or `town|village|house_no`; null when the text does not reach a door. `place_key`:
`town|estate` or `town|village`."""

STD_RELATION = pa.schema(
    [
        ("from_mention_id", pa.int64()),
        ("to_mention_id", pa.int64()),
        ("relation", pa.string()),
    ]
)
"""Relations stated within one row. `relation`: spouse, child_of (from is a child of to), guardian_of
(from guards to), next_of_kin_of, household_member_of (from is a member of to's household),
co_owner_of, tenant_of, shareholder_of."""
