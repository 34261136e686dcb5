import duckdb
import pytest

from pipelines.memory import duckdb_limit, LINKAGE, STEP

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("mentions", "step", "linkage"),
    [(0, "2048MiB", "1536MiB"), (6 * MILLION, "2048MiB", "1536MiB"), (28 * MILLION, "5874MiB", "5874MiB")],
)
def test_what_duckdb_may_hold_grows_with_the_mentions_of_more_than_a_million_people(mentions, step, linkage):
    with duckdb.connect() as con:
        con.execute(f"CREATE VIEW std_mention AS FROM range({mentions})")
        assert (duckdb_limit(con, STEP), duckdb_limit(con, LINKAGE)) == (step, linkage)
        con.execute(f"SET memory_limit = '{duckdb_limit(con, LINKAGE)}'")
