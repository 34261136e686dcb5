from pathlib import Path

import duckdb
import pytest

from sources.tables import STD_ADDRESS, STD_MENTION, STD_RELATION
from warehouse.errors import ChangedMigrationError, NewerWarehouseError, NotAWarehouseError
from warehouse.schema import check_version, load_migrations, migrate, Migration
from warehouse.statements import run

ONE = Migration(1, "one", "CREATE TABLE a (i INTEGER)")
TWO = Migration(2, "two", "CREATE TABLE b (i INTEGER)")


def tables(con):
    return {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_migrations_are_numbered_without_gaps():
    assert [m.version for m in load_migrations()] == list(range(1, len(load_migrations()) + 1))


def test_migrating_again_changes_nothing():
    con = duckdb.connect()
    assert migrate(con) == len(load_migrations())
    assert migrate(con) == 0
    check_version(con)


def test_later_migrations_are_added():
    con = duckdb.connect()
    assert migrate(con, migrations=(ONE,)) == 1
    assert migrate(con, migrations=(ONE, TWO)) == 1
    assert tables(con) == {"a", "b", "schema_migration"}


def test_a_failing_migration_leaves_nothing():
    con = duckdb.connect()
    with pytest.raises(duckdb.Error):
        migrate(con, migrations=(ONE, Migration(2, "bad", "CREATE TABLE c (i INTEGER); SELECT nowhere")))
    assert tables(con) == set()


@pytest.mark.parametrize(
    ("before", "now", "error"),
    [
        ((ONE, TWO), (ONE,), NewerWarehouseError),
        ((ONE,), (Migration(1, "one", "CREATE TABLE z (i INTEGER)"),), ChangedMigrationError),
    ],
)
def test_other_versions_are_refused(before, now, error):
    con = duckdb.connect()
    migrate(con, migrations=before)
    with pytest.raises(error):
        migrate(con, migrations=now)


def test_a_foreign_database_is_left_alone():
    con = duckdb.connect()
    con.execute("CREATE TABLE ledger (i INTEGER)")
    with pytest.raises(NotAWarehouseError):
        migrate(con, Path("other.duckdb"))
    assert tables(con) == {"ledger"}


@pytest.mark.parametrize(
    ("table", "schema"), [("std_mention", STD_MENTION), ("std_address", STD_ADDRESS), ("std_relation", STD_RELATION)]
)
def test_standard_tables_are_those_of_sources(house, table, schema):
    assert house.con.sql(f"SELECT * FROM {table}").to_arrow_table().schema == schema


def test_a_warehouse_of_the_first_version_is_brought_up_to_date_with_nothing_lost():
    con = duckdb.connect()
    migrate(con, migrations=load_migrations()[:1])
    con.execute("INSERT INTO night (night, status, opened_at, merged_at) VALUES ('2026-11-01', 'merged', now(), now())")
    con.execute("""
        INSERT INTO person BY NAME SELECT 'P1' AS person_id, '甲' AS name, false AS is_deceased, false AS is_floating,
            true AS has_current_record, 1 AS department_count, ['grid'] AS departments, 1 AS mention_count,
            DATE '2026-11-01' AS first_night, DATE '2026-11-01' AS last_night
    """)
    con.execute(
        "INSERT INTO crosswalk VALUES ('P1', 'grid', 'visit', 'a.csv', 1, 'self', 'r', 1, '2026-11-01', true, 7)"
    )
    con.execute("""
        INSERT INTO person_attribute
        VALUES ('P1', 'name', '甲', 'grid', 'visit', 'a.csv', 1, 'self', '2026-11-01', NULL, 1, 0)
    """)
    con.execute("INSERT INTO std_mention BY NAME SELECT 7 AS mention_id, '甲' AS name")
    before = {t: con.execute(f"SELECT * FROM {t}").fetchall() for t in ("person", "crosswalk", "person_attribute")}
    assert migrate(con) == len(load_migrations()) - 1
    for table, rows in before.items():
        assert [row[: len(rows[0])] for row in con.execute(f"SELECT * FROM {table}").fetchall()] == rows
    assert con.execute("SELECT name, grid_no FROM std_mention").fetchall() == [("甲", None)]
    assert con.execute("SELECT name FROM population_base_as_of('2026-11-01')").fetchall() == [("甲",)]
    check_version(con)


def test_judged_entries_of_before_names_were_kept_are_followed_by_nobody_or_kept_anew():
    con = duckdb.connect()
    migrate(con, migrations=load_migrations()[:17])
    con.execute("INSERT INTO std_mention (mention_id) VALUES (1)")
    con.execute("INSERT INTO judged_entry VALUES (1, 'grid', 'visit', 'a', 'self'), (2, 'grid', 'visit', 'b', 'self')")
    migrate(con)
    assert con.execute("SELECT mention_id, name_hash FROM judged_entry").fetchall() == [(2, None)]


def test_addresses_of_before_are_known_to_linking_by_the_keys_that_new_ones_get():
    con = duckdb.connect()
    migrate(con, migrations=load_migrations()[:18])
    con.execute("""
        INSERT INTO std_address (address_raw, dwelling_key, place_key)
        VALUES ('甲', '明水|绿地|5|301', '明水|绿地'), ('乙', NULL, '明水'), ('丙', NULL, NULL)
    """)
    migrate(con)
    before = con.execute("FROM address_key ORDER BY ALL").fetchall()
    con.execute("CREATE TEMP TABLE new_std_address AS FROM std_address")
    run(con, "short_key")
    run(con, "store_addresses")
    assert con.execute("FROM address_key ORDER BY ALL").fetchall() == before
    assert [len(key) for _, *keys in before for key in keys if key] == [12] * 3
