import duckdb
import pytest

from warehouse.statements import Changes, identifier, literal, write_differences

OLD = "(1, 'a', 'x'), (2, 'b', NULL), (3, NULL, 'z')"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("", OLD, Changes(inserted=3)),
        (OLD, OLD, Changes()),
        (OLD, "(1, 'a', 'x'), (2, 'b', 'y'), (3, NULL, 'z')", Changes(updated=1)),
        (OLD, "(1, 'a', 'x'), (3, NULL, NULL), (4, 'd', NULL)", Changes(1, 1, 1)),
        (OLD, "", Changes(deleted=3)),
        ("", "", Changes()),
    ],
)
def test_a_table_becomes_what_it_must_be(before, after, changes):
    con = duckdb.connect()
    con.execute("CREATE TABLE kept (k INTEGER, v VARCHAR, w VARCHAR)")
    con.execute("CREATE TEMP TABLE wanted (w VARCHAR, v VARCHAR, k INTEGER, more INTEGER)")
    if before:
        con.execute(f"INSERT INTO kept VALUES {before}")
    if after:
        con.execute(f"INSERT INTO wanted BY NAME SELECT * FROM (VALUES {after}) t(k, v, w)")
    assert write_differences(con, "kept", "wanted", ["k"]) == changes
    wanted = con.execute("SELECT k, v, w FROM wanted ORDER BY k").fetchall()
    assert con.execute("FROM kept ORDER BY k").fetchall() == wanted


def test_a_key_of_two_columns():
    con = duckdb.connect()
    con.execute("CREATE TABLE kept AS FROM (VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c')) t(i, j, v)")
    con.execute("CREATE TABLE wanted AS FROM (VALUES (1, 1, 'a'), (1, 2, 'B'), (2, 2, 'd')) t(i, j, v)")
    assert write_differences(con, "kept", "wanted", ["i", "j"]) == Changes(1, 1, 1)
    assert con.execute("FROM kept ORDER BY ALL").fetchall() == [(1, 1, "a"), (1, 2, "B"), (2, 2, "d")]


def test_quoting():
    con = duckdb.connect()
    assert con.execute(f"SELECT {literal(chr(39) + 'x')} AS {identifier('a' + chr(34))}").fetchall() == [("'x",)]
