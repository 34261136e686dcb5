"""A small warehouse in memory, of the shapes that checks read, with nothing wrong in it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from sources.tables import STD_MENTION

NIGHT = date(2026, 11, 1)
CITIZEN_IDS = ("110101199003070011", "11010119900307002X", "110101199003070038")

TABLES = """
CREATE TABLE delivery(delivery_id INT, night DATE, department TEXT, extract TEXT, file TEXT, sha256 TEXT, status TEXT,
    rows_delivered INT, rows_accepted INT, rows_quarantined INT, rows_non_data INT, mentions INT,
    purged_at TIMESTAMPTZ);
CREATE TABLE quarantined_row(delivery_id INT, row_number INT, line_number INT, reason_code TEXT);
CREATE TABLE crosswalk(person_id TEXT, department TEXT, extract TEXT, file TEXT, row_number INT, role TEXT,
    match_rule TEXT, match_probability DOUBLE, night DATE, is_current BOOLEAN, mention_id BIGINT);
CREATE TABLE person(person_id TEXT, name TEXT, citizen_id TEXT, sex_code TEXT, birth_date DATE, death_date DATE);
CREATE TABLE person_attribute(person_id TEXT, attribute TEXT, value TEXT, department TEXT, extract TEXT, file TEXT,
    row_number INT, role TEXT, night DATE);
CREATE TABLE person_version(person_id TEXT, from_night DATE, to_night DATE);
CREATE TABLE dwelling(dwelling_id TEXT);
CREATE TABLE person_dwelling(person_id TEXT, dwelling_id TEXT);
CREATE TABLE employer(employer_id TEXT);
CREATE TABLE person_employment(person_id TEXT, employer_id TEXT);
CREATE TABLE household(household_id TEXT);
CREATE TABLE household_member(household_id TEXT, person_id TEXT, is_head BOOLEAN);
CREATE TABLE person_relation(person_id TEXT, relation TEXT, other_person_id TEXT, valid_to DATE);
CREATE TABLE night(
    night DATE, persons INT, persons_new INT, persons_merged INT, persons_split INT, persons_withdrawn INT);
CREATE TABLE night_trend(night DATE, metric TEXT, state TEXT);
INSERT INTO delivery VALUES
    (1, '2026-11-01', 'public_security', 'register', 'f.csv', 'aa', 'accepted', 6, 3, 1, 2, 3, NULL);
INSERT INTO quarantined_row VALUES (1, 4, 5, 'cells_too_many');
INSERT INTO crosswalk SELECT 'P' || row_number, department, extract, 'f.csv', row_number, role, 'founder', 1.0,
    DATE '2026-11-01', true, mention_id FROM std_mention;
INSERT INTO person SELECT 'P' || row_number, name, citizen_id, sex_code, birth_date, NULL FROM std_mention;
INSERT INTO person_attribute SELECT person_id, 'sex', '1', department, extract, file, row_number, role, night
    FROM crosswalk;
INSERT INTO person_version SELECT person_id, DATE '2026-11-01', NULL FROM person;
INSERT INTO person_version VALUES ('P1', '2026-10-31', '2026-11-01');
INSERT INTO dwelling VALUES ('D1');
INSERT INTO person_dwelling VALUES ('P1', 'D1');
INSERT INTO employer VALUES ('E1');
INSERT INTO person_employment VALUES ('P1', 'E1');
INSERT INTO household VALUES ('H1');
INSERT INTO household_member VALUES ('H1', 'P1', true), ('H1', 'P2', false);
INSERT INTO person_relation VALUES ('P1', 'spouse', 'P2', NULL), ('P2', 'spouse', 'P1', NULL),
    ('P3', 'child_of', 'P1', NULL);
INSERT INTO night VALUES ('2026-10-31', 2, 2, 0, 0, NULL), ('2026-11-01', 3, 1, 0, 0, 0);
"""


def mention(number: int, citizen_id: str) -> dict[str, Any]:
    return {
        "mention_id": number,
        "delivery_id": 1,
        "department": "public_security",
        "extract": "register",
        "row_number": number,
        "line_number": number + 1,
        "role": "self",
        "record_key": f"{number:064}",
        "name_raw": "张三",
        "name": "张三",
        "citizen_id_raw": citizen_id,
        "citizen_id_kind": "citizen18",
        "citizen_id": citizen_id,
        "sex_code": "1",
        "birth_date_raw": "19900307",
        "birth_date": date(1990, 3, 7),
        "birth_year_low": 1990,
        "birth_year_high": 1990,
        "ethnic_code": "01",
        "employer_code": "91370181MA3C0X7K2U",
        "registration_status": "正常",
    }


@pytest.fixture
def population() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    mentions = [mention(n, citizen_id) for n, citizen_id in enumerate(CITIZEN_IDS, 1)]
    con.register("given", pa.Table.from_pylist(mentions, schema=STD_MENTION))
    con.execute("CREATE TABLE std_mention AS FROM given")
    con.unregister("given")
    con.execute(TABLES)
    yield con
    con.close()
