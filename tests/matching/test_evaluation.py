"""Scores against truth, with numbers that can be counted by hand."""

import duckdb
import pytest

from matching.evaluation import score

# person 1: rows 1, 2, 3 (row 3 without id); person 2: row 4, 5
TRUTH = [(1, 1, "exact_id"), (2, 1, "exact_id"), (3, 1, "no_id"), (4, 2, "exact_id"), (5, 2, "masked_id")]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE TABLE truth (row_number INT, person_uid INT, difficulty VARCHAR)")
    con.executemany("INSERT INTO truth VALUES (?, ?, ?)", TRUTH)
    con.execute("CREATE VIEW t AS SELECT *, 'd' AS department, 'f' AS file, 'self' AS role, 'n' AS night FROM truth")
    return con


def _score(con: duckdb.DuckDBPyConnection, persons: dict[int, str]) -> object:
    rows = ", ".join(f"({row}, '{person}')" for row, person in persons.items())
    con.execute(f"""
        CREATE OR REPLACE VIEW c AS SELECT *, 'd' AS department, 'f' AS file, 'self' AS role, 'n' AS night
        FROM (VALUES {rows}) v(row_number, person_id)
    """)
    return score(con, "c", "t")


def test_perfect_crosswalk(con: duckdb.DuckDBPyConnection) -> None:
    report = _score(con, {1: "a", 2: "a", 3: "a", 4: "b", 5: "b"})
    assert (report.overall.precision, report.overall.recall, report.clusters.exact) == (1.0, 1.0, 2)


def test_wrong_and_missed_pairs_are_counted(con: duckdb.DuckDBPyConnection) -> None:
    # linked: 1-2, 3-4, 3-5, 4-5; true: 1-2, 1-3, 2-3, 4-5; both: 1-2, 4-5
    report = _score(con, {1: "a", 2: "a", 3: "b", 4: "b", 5: "b"})
    assert (report.overall.linked_pairs, report.overall.true_pairs, report.overall.shared_pairs) == (4, 4, 2)
    assert report.clusters.exact == 0


def test_pair_is_as_hard_as_its_harder_mention(con: duckdb.DuckDBPyConnection) -> None:
    report = _score(con, {1: "a", 2: "a", 3: "c", 4: "b", 5: "b"})
    pairs = {each.group: (each.true_pairs, each.shared_pairs) for each in report.by_difficulty}
    assert pairs == {"exact_id": (1, 1), "dirty_id": (0, 0), "masked_id": (1, 1), "no_id": (2, 0)}


def test_mention_without_crosswalk_row_is_missed(con: duckdb.DuckDBPyConnection) -> None:
    report = _score(con, {1: "a", 2: "a", 4: "b", 5: "b"})
    assert report.missing_mentions == 1
    assert report.overall.recall == 0.5
