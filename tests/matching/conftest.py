import duckdb
import pytest

from matching.judgements import create_judgements
from matching.state import create_state


@pytest.fixture
def linked():
    """Units 1 (records 1, 2), 3 (3, 4), 5, 6, 7, about which nothing was judged."""
    con = duckdb.connect()
    create_state(con)
    create_judgements(con)
    con.execute("""
        INSERT INTO match_record (record_id, unit_id, match_rule)
        VALUES (1, 1, 'r'), (2, 1, 'r'), (3, 3, 'r'), (4, 3, 'r'), (5, 5, 'r'), (6, 6, 'r'), (7, 7, 'r')
    """)
    return con
