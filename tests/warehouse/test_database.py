import subprocess
import sys

import duckdb
import pytest

from warehouse.database import memory_limited, open_published, open_warehouse, transaction, warehouse_session
from warehouse.errors import (
    CorruptWarehouseError,
    MissingWarehouseError,
    NewerWarehouseError,
    NotAWarehouseError,
    WarehouseBusyError,
)


def test_a_new_warehouse_is_private_and_of_the_chosen_storage(tmp_path):
    path = tmp_path / "population.duckdb"
    with warehouse_session(path, memory_limit="1GiB", threads=1) as con:
        assert con.execute("SELECT count(*) FROM delivery").fetchone() == (0,)
        assert (
            "v1.4"
            in con.execute(
                "SELECT tags['storage_version'] FROM duckdb_databases() WHERE path = ?", [str(path)]
            ).fetchone()[0]
        )
        assert con.execute("SELECT current_setting('temp_directory')").fetchone()[0].startswith(str(tmp_path))
    assert path.stat().st_mode & 0o777 == 0o600
    with warehouse_session(path, read_only=True) as con, pytest.raises(duckdb.Error):
        con.execute("CREATE TABLE t (i INTEGER)")


def test_a_limit_of_memory_ends_with_its_block(tmp_path):
    limit = "SELECT current_setting('memory_limit')"
    with warehouse_session(tmp_path / "w.duckdb", memory_limit="2GiB") as con:
        with pytest.raises(KeyError), memory_limited(con, "1536MiB"):
            assert con.execute(limit).fetchall() == [("1.5 GiB",)]
            raise KeyError
        assert con.execute(limit).fetchall() == [("2.0 GiB",)]


def test_what_a_kill_at_the_first_opening_leaves_is_no_obstacle(tmp_path):
    path = tmp_path / "population.duckdb"
    path.touch()
    open_warehouse(path).close()


def test_missing(tmp_path):
    with pytest.raises(MissingWarehouseError):
        open_warehouse(tmp_path / "no.duckdb", read_only=True)
    with pytest.raises(MissingWarehouseError):
        open_warehouse(tmp_path / "no" / "no.duckdb")
    with pytest.raises(MissingWarehouseError):
        open_published(tmp_path / "no.duckdb")


def test_a_folder_and_a_text_are_no_warehouse(tmp_path):
    text = tmp_path / "text.duckdb"
    text.write_text("no database\n" * 1000)
    for path in (tmp_path, text):
        with pytest.raises(NotAWarehouseError):
            open_warehouse(path)
    assert text.read_text().startswith("no database")


def test_another_program_s_database_is_left_alone(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t (i INTEGER)")
    with pytest.raises(NotAWarehouseError):
        open_warehouse(path)


def test_newer_tables_are_refused(tmp_path):
    path = tmp_path / "population.duckdb"
    with warehouse_session(path) as con:
        con.execute("INSERT INTO schema_migration VALUES (99, 'later', 'x', now())")
    with pytest.raises(NewerWarehouseError):
        open_warehouse(path)


def test_a_damaged_file_is_called_so(tmp_path):
    path = tmp_path / "population.duckdb"
    open_warehouse(path).close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"x" * 8192
    path.write_bytes(bytes(content))
    with pytest.raises(CorruptWarehouseError):
        open_warehouse(path)


def test_a_second_process_is_told_to_wait(tmp_path):
    path = tmp_path / "population.duckdb"
    code = f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    open_warehouse(path).close()
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(WarehouseBusyError):
            open_warehouse(path)
        other.communicate()
    open_warehouse(path).close()


def test_a_killed_process_leaves_neither_half_a_night_nor_a_lock(tmp_path):
    path = tmp_path / "population.duckdb"
    code = f"""
import sys
from pathlib import Path
from warehouse.database import open_warehouse, transaction
con = open_warehouse(Path({str(path)!r}))
with transaction(con):
    con.execute("INSERT INTO setting SELECT range, 'x' FROM range(100000)")
    print("written", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"written\n"
        other.kill()
    with warehouse_session(path) as con:
        assert con.execute("SELECT count(*) FROM setting").fetchone() == (0,)


def test_a_transaction_is_all_or_nothing():
    con = duckdb.connect()
    con.execute("CREATE TABLE t (i INTEGER)")
    with pytest.raises(KeyboardInterrupt), transaction(con):
        con.execute("INSERT INTO t VALUES (1)")
        raise KeyboardInterrupt
    with transaction(con):
        con.execute("INSERT INTO t VALUES (2)")
    assert con.execute("FROM t").fetchall() == [(2,)]


def test_questions_see_neither_files_nor_forget_a_limit(tmp_path):
    path = tmp_path / "base.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE p AS SELECT range AS i, NULL::VARCHAR AS s FROM range(5000)")
        con.execute("CREATE TABLE l AS SELECT 'a' AS k, '1' AS s")
    con = open_published(path)
    assert len(con.execute("SELECT * FROM p LEFT JOIN l ON l.k = 'b' AND l.s = p.s LIMIT 1").fetchall()) == 1
    for question in (f"FROM read_text('{path}')", "SET enable_external_access = true", "CREATE TABLE t (i INTEGER)"):
        with pytest.raises(duckdb.Error):
            con.execute(question)
    con.close()
