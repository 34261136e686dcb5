import duckdb
import pytest

from matching.state import at_rest, REST

LIMIT = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"


@pytest.mark.parametrize(("limit", "inside"), [("4GiB", REST), ("512MiB", 512 * 2**20)])
def test_what_was_read_makes_room_for_arrays_and_comes_back(limit, inside):
    with duckdb.connect(config={"memory_limit": limit}) as con:
        con.execute("CREATE TEMP TABLE read AS SELECT i, hash(i) AS value FROM range(1_000_000) t (i)")
        before = con.execute(LIMIT).fetchall()
        with pytest.raises(KeyError), at_rest(con):
            assert con.execute(LIMIT).fetchall() == [(inside,)]
            raise KeyError
        assert con.execute(LIMIT).fetchall() == before
        assert con.execute("SELECT count(*) FROM read WHERE value = hash(i)").fetchall() == [(1_000_000,)]


def test_a_transaction_goes_on_where_nothing_can_make_room(monkeypatch):
    monkeypatch.setattr("matching.state.REST", 1)
    with duckdb.connect(config={"memory_limit": "512MiB", "temp_directory": ""}) as con:
        con.begin()
        con.execute("CREATE TEMP TABLE made AS SELECT i FROM range(1_000_000) t (i)")
        with at_rest(con):
            assert con.execute(LIMIT).fetchall() == [(512 * 2**20,)]
        con.commit()
        assert con.execute("SELECT count(*) FROM made").fetchall() == [(1_000_000,)]
