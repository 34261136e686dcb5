"""Faults planted in a sound population are caught by the rule of that name, and by no other blocking one."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from quality.engine import run_suites
from quality.gate import may_publish, summarise_suites
from quality.rules import CheckResult
from quality.suites import base_suites, QUARANTINE_BLOCK_ROWS, source_suites
from sources.contract import Contract, load_contracts

NIGHT = date(2026, 11, 1)

CONTRACT = Contract.model_validate(
    {
        "department": "public_security",
        "title": "公安",
        "purpose": "人口登记",
        "legal_basis": "无",
        "retention_days": 30,
        "trust": {},
        "extracts": [
            {
                "extract": "register",
                "title": "户籍",
                "files": ["户籍*"],
                "delivery": {"mode": "full"},
                "natural_key": [["id"]],
                "columns": [
                    {"name": "id", "headers": ["身份证号"], "type": "citizen_id", "filled": True},
                    {"name": "name", "headers": ["姓名"], "type": "person_name"},
                    {"name": "sex", "headers": ["性别"], "type": "code", "codes": {"1": "男"}},
                    {"name": "born", "headers": ["出生日期"], "type": "date"},
                    {"name": "nation", "headers": ["民族"], "type": "text"},
                    {"name": "employer", "headers": ["信用代码"], "type": "organisation_code"},
                    {"name": "division", "headers": ["区划代码"], "type": "code"},
                    {"name": "grid", "headers": ["网格编号"], "type": "text"},
                ],
                "mentions": [
                    {
                        "role": "self",
                        "attributes": {
                            "name": "name",
                            "citizen_id": "id",
                            "sex": "sex",
                            "birth_date": "born",
                            "ethnic": "nation",
                            "employer_code": "employer",
                            "registered_division": "division",
                            "grid_no": "grid",
                        },
                    }
                ],
            }
        ],
    }
)

OF_ROW_1 = " WHERE row_number = 1"
SET = "UPDATE std_mention SET "
FAULTS = [
    # (planted, suite, rule)
    (f"{SET} sex_code = '7'{OF_ROW_1}", "std_public_security__register", "sex_code_in_list"),
    (f"{SET} ethnic_code = '57'{OF_ROW_1}", "std_public_security__register", "ethnic_code_in_list"),
    (f"{SET} citizen_id = '110101199003070010'{OF_ROW_1}", "std_public_security__register", "citizen_id_valid"),
    (f"{SET} citizen_id = '11010119900307'{OF_ROW_1}", "std_public_security__register", "citizen_id_valid"),
    (f"{SET} citizen_id = '1101011990030700一1'{OF_ROW_1}", "std_public_security__register", "citizen_id_valid"),
    (
        f"{SET} registered_division_code = '370181198402299177'{OF_ROW_1}",
        "std_public_security__register",
        "registered_division_code_shape",
    ),
    (f"{SET} grid_no = '13900000001'{OF_ROW_1}", "std_public_security__register", "grid_no_shape"),
    (f"{SET} citizen_id_kind = 'odd'{OF_ROW_1}", "std_public_security__register", "citizen_id_kind_in_list"),
    (f"{SET} citizen_id_kind = 'masked'{OF_ROW_1}", "std_public_security__register", "citizen_id_of_numbered_kind"),
    (f"{SET} citizen_id_raw = NULL{OF_ROW_1}", "std_public_security__register", "self_citizen_id_mostly_delivered"),
    (f"{SET} birth_date = '2026-11-02'{OF_ROW_1}", "std_public_security__register", "birth_date_in_range"),
    (f"{SET} birth_date = '1899-12-30'", "std_public_security__register", "birth_date_mostly_in_range"),
    (f"{SET} birth_date = '1901-01-01'{OF_ROW_1}", "std_public_security__register", "age_at_most_120"),
    (f"{SET} birth_year_low = 1991{OF_ROW_1}", "std_public_security__register", "birth_years_ordered"),
    (f"{SET} record_key = NULL{OF_ROW_1}", "std_public_security__register", "record_key_present"),
    (f"{SET} role = 'aunt'{OF_ROW_1}", "std_public_security__register", "role_in_contract"),
    (f"{SET} employer_code = '9137'{OF_ROW_1}", "std_public_security__register", "employer_code_18_long"),
    (
        "UPDATE delivery SET rows_quarantined = 2, rows_accepted = 2",
        "std_public_security__register",
        "quarantine_rate_low",
    ),
    (
        f"UPDATE delivery SET rows_quarantined = {QUARANTINE_BLOCK_ROWS}",
        "std_public_security__register",
        "quarantine_rate_bearable",
    ),
    (f"{SET} mention_id = 2{OF_ROW_1}", "std_mention", "mention_id_unique"),
    (f"{SET} delivery_id = 9{OF_ROW_1}", "std_mention", "delivery_known"),
    ("DELETE FROM person", "base_person", "somebody_present"),
    ("INSERT INTO person BY NAME SELECT 'P1' AS person_id", "base_person", "person_id_unique"),
    ("UPDATE person SET person_id = NULL WHERE person_id = 'P1'", "base_person", "person_id_present"),
    ("UPDATE person SET sex_code = 'x'", "base_person", "sex_code_in_list"),
    ("UPDATE person SET birth_date = '1900-01-02'", "base_person", "age_at_most_120"),
    ("UPDATE person SET birth_date = '2030-01-01'", "base_person", "birth_date_mostly_in_range"),
    ("UPDATE crosswalk SET person_id = 'P2'", "base_person", "one_citizen_id_per_person"),
    (f"{SET} citizen_id = '11010119900307002X'", "base_person", "one_person_per_citizen_id"),
    (
        f"{SET} registration_status = '死亡'{OF_ROW_1}; UPDATE crosswalk SET person_id = 'P2'",
        "base_person",
        "nobody_alive_and_dead",
    ),
    ("DELETE FROM crosswalk WHERE row_number = 1", "base_crosswalk", "every_mention_once"),
    ("UPDATE crosswalk SET mention_id = 2", "base_crosswalk", "every_mention_once"),
    ("UPDATE crosswalk SET row_number = 2", "base_crosswalk", "source_place_unique"),
    ("DELETE FROM person WHERE person_id = 'P1'", "base_crosswalk", "person_exists"),
    ("INSERT INTO person BY NAME SELECT 'P9' AS person_id", "base_crosswalk", "person_has_mention"),
    ("UPDATE crosswalk SET match_probability = 1.01", "base_crosswalk", "match_probability_is_rate"),
    ("UPDATE person_attribute SET person_id = 'P9'", "base_person_attribute", "person_exists"),
    ("UPDATE person_attribute SET value = NULL", "base_person_attribute", "value_present"),
    ("UPDATE person_attribute SET person_id = 'P1'", "base_person_attribute", "one_value_per_attribute"),
    ("UPDATE person_attribute SET row_number = 9", "base_person_attribute", "provenance_in_crosswalk"),
    ("UPDATE person_version SET from_night = NULL WHERE to_night IS NULL", "base_history", "from_night_present"),
    ("UPDATE person_version SET to_night = from_night", "base_history", "ends_after_it_begins"),
    (
        "UPDATE person_version SET to_night = '2026-11-02' WHERE to_night IS NOT NULL",
        "base_history",
        "states_do_not_overlap",
    ),
    ("INSERT INTO person_version VALUES ('P2', '2026-11-02', NULL)", "base_history", "states_do_not_overlap"),
    ("INSERT INTO household_member VALUES ('H1', 'P9', false)", "base_entity", "person_exists"),
    ("DELETE FROM dwelling", "base_entity", "dwelling_exists"),
    ("DELETE FROM employer", "base_entity", "employer_exists"),
    ("DELETE FROM household", "base_entity", "household_exists"),
    ("DELETE FROM person_relation WHERE person_id = 'P2'", "base_entity", "marriage_holds_both_ways"),
    ("UPDATE household_member SET is_head = true", "base_entity", "one_head_per_household"),
    (
        "INSERT INTO person_relation VALUES ('P1', 'spouse', 'P3', NULL), ('P3', 'spouse', 'P1', NULL)",
        "base_entity",
        "one_spouse_at_a_time",
    ),
    ("UPDATE delivery SET rows_delivered = 7", "reconcile_delivery", "rows_add_up"),
    ("UPDATE delivery SET rows_accepted = NULL", "reconcile_delivery", "rows_add_up"),
    ("DELETE FROM quarantined_row", "reconcile_delivery", "quarantined_rows_stored"),
    ("UPDATE delivery SET mentions = 4", "reconcile_delivery", "mentions_stored"),
    ("INSERT INTO delivery FROM delivery", "reconcile_delivery", "content_accepted_once"),
    ("UPDATE night SET persons_new = 2 WHERE night = '2026-11-01'", "reconcile_night", "persons_add_up"),
    ("DELETE FROM person", "reconcile_night", "persons_counted"),
]


EMPTIED = (
    "std_mention", "delivery", "quarantined_row", "crosswalk", "person", "person_attribute", "night", "person_version",
    "dwelling", "person_dwelling", "employer", "person_employment", "household", "household_member", "person_relation",
)  # fmt: skip


def check(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], CheckResult]:
    results = run_suites(con, [*source_suites(CONTRACT), *base_suites()], NIGHT)
    return {(result.suite, result.name): result for result in results}


def test_sound_population_passes_all_rules(population: duckdb.DuckDBPyConnection) -> None:
    results = check(population)
    assert [key for key, result in results.items() if not result.passed and key[1] != "quarantine_rate_low"] == []
    assert may_publish(summarise_suites(results.values()))


def test_a_quarter_quarantined_is_a_warning(population: duckdb.DuckDBPyConnection) -> None:
    assert not check(population)[("std_public_security__register", "quarantine_rate_low")].passed


@pytest.mark.parametrize(
    ("planted", "suite", "rule"), FAULTS, ids=[f"{suite}-{rule}-{n}" for n, (_, suite, rule) in enumerate(FAULTS)]
)
def test_planted_fault_is_caught_by_its_rule(
    population: duckdb.DuckDBPyConnection, planted: str, suite: str, rule: str
) -> None:
    population.execute(planted)
    wanted = [each for each in [*source_suites(CONTRACT), *base_suites()] if each.name == suite]
    found = {result.name: result for result in run_suites(population, wanted, NIGHT)}[rule]
    assert not found.passed
    assert found.error is None
    assert found.failed_count


def test_of_empty_tables_only_the_missing_persons_are_warned_of(population: duckdb.DuckDBPyConnection) -> None:
    for table in EMPTIED:
        population.execute(f"DELETE FROM {table}")
    results = check(population)
    assert [key for key, result in results.items() if not result.passed] == [("base_person", "somebody_present")]
    assert may_publish(summarise_suites(results.values()))
    assert {result.checked_count for result in results.values()} == {0}


def test_a_corrected_delivery_lifts_the_quarantine_fault(population: duckdb.DuckDBPyConnection) -> None:
    population.execute("UPDATE delivery SET rows_quarantined = 5000, night = '2026-10-30'")
    population.execute(
        "INSERT INTO delivery BY NAME SELECT DATE '2026-11-01' AS night, 'public_security' AS department, "
        "'register' AS extract, 100 AS rows_accepted, 0 AS rows_quarantined, 'accepted' AS status"
    )
    assert check(population)[("std_public_security__register", "quarantine_rate_low")].passed


def test_a_delivery_taken_back_lifts_the_quarantine_fault(population: duckdb.DuckDBPyConnection) -> None:
    population.execute(
        "INSERT INTO delivery BY NAME SELECT 2 AS delivery_id, night, department, extract, 10 AS rows_accepted, "
        "5000 AS rows_quarantined, 'accepted' AS status FROM delivery"
    )
    rule = ("std_public_security__register", "quarantine_rate_bearable")
    assert not check(population)[rule].passed
    population.execute("UPDATE delivery SET status = 'withdrawn', mentions = 0 WHERE delivery_id = 2")
    assert check(population)[rule].passed


def test_rows_that_a_purge_erased_are_not_missed(population: duckdb.DuckDBPyConnection) -> None:
    population.execute("DELETE FROM quarantined_row")
    rule = next(key for key in check(population) if key[1] == "quarantined_rows_stored")
    assert not check(population)[rule].passed
    population.execute("UPDATE delivery SET purged_at = now()")
    assert check(population)[rule].passed


def test_each_shipped_contract_gives_suites_of_distinct_names() -> None:
    suites = [suite for contract in load_contracts() for suite in source_suites(contract)] + base_suites()
    assert len({suite.name for suite in suites}) == len(suites)
    assert all(
        name.isidentifier() and name.isascii() for suite in suites for name in (suite.name, *suite.check_names())
    )


def test_only_mapped_attributes_are_checked() -> None:
    (suite,) = source_suites(CONTRACT)
    assert "phone_shape" not in suite.check_names()


def test_every_query_file_is_used() -> None:
    import quality

    room = Path(quality.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in room.glob("*.py"))
    assert [path.stem for path in (room / "sql").glob("*.sql") if f'"{path.stem}"' not in code] == []


def test_every_figure_has_its_query() -> None:
    import quality
    from quality.figures import NightFigures

    queries = {path.stem for path in (Path(quality.__file__).parent / "sql" / "figures").glob("*.sql")}
    assert queries == set(NightFigures.__dataclass_fields__)
