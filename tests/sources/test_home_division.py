import duckdb
import pytest

from sources.home_division import find_home_division

MENTIONS = [
    ([(None, "330106199001011234"), (None, "330106198502023424"), (None, "370123196001011226")], "330106"),
    ([("330106001", "370123196001011226"), ("330106002", None)], "330106"),
    ([(None, "测试"), (None, None), (None, "H12345678")], None),
]


@pytest.mark.parametrize(("mentions", "code"), MENTIONS)
def test_most_mentions_tell_the_county(mentions, code):
    con = duckdb.connect()
    con.execute("CREATE TABLE m (registered_division_raw VARCHAR, citizen_id_raw VARCHAR)")
    con.executemany("INSERT INTO m VALUES (?, ?)", mentions)
    assert find_home_division(con, "m") == code
