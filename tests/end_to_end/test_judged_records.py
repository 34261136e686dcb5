"""A judgement outlives its records: two of one number and name are judged two persons, then one is delivered again."""

import pytest

from pipelines.terminal import Exit
from warehouse.database import warehouse_session

ALONE = """
    SELECT min(record_id), max(record_id), max(record_id) >> 34 FROM match_record
    GROUP BY unit_id HAVING count(*) = 2 AND min(source) <> max(source) 
        AND bool_and(match_rule = 'same_citizen_id_and_name')
    ORDER BY ALL LIMIT 1
"""
"""A unit of two records of two departments: its first record, its second one, and that one's delivery."""


def ask(home, query):
    with warehouse_session(home.database, read_only=True) as con:
        return con.execute(query).fetchall()


def persons(home, place):
    """Who has a record at this row of an extract, as (person_id, delivery_id)."""
    department, extract, row_number, role = place
    return ask(home, f"""
        SELECT person_id, mention_id >> 34 FROM crosswalk WHERE department = '{department}' AND extract = '{extract}'
        AND row_number = {row_number} AND role = '{role}' ORDER BY mention_id
    """)  # fmt: skip


@pytest.fixture
def judged(home_after, tmp_path, end_to_end):
    """A home in which two records of one unit are judged two persons: first and second record, place of the second."""
    home = home_after(1, tmp_path)
    [(first, second, delivery)] = ask(home, ALONE)
    [place] = ask(home, f"SELECT department, extract, row_number, role FROM crosswalk WHERE mention_id = {second}")
    words = ("review", "decide", first, second, "different", "--by", "a", "--why", "x")
    told = end_to_end.popbase(*words, "--home", home.root)
    assert told.exit_code == Exit.OK, told.output
    assert end_to_end.run(home, end_to_end.NIGHTS[1]).exit_code in (Exit.OK, Exit.FILES_REFUSED)
    return home, first, delivery, place


def test_records_judged_two_persons_stay_two_when_one_is_read_again(judged, end_to_end):
    home, first, delivery, place = judged
    [(own,)] = ask(home, f"SELECT person_id FROM crosswalk WHERE mention_id = {first}")
    [(other, _)] = persons(home, place)
    assert own != other
    assert end_to_end.popbase("redrive", delivery, "--home", home.root).exit_code == Exit.OK
    assert "lapsed" in end_to_end.popbase("review", "log", "--home", home.root).output
    assert end_to_end.run(home, end_to_end.NIGHTS[2]).exit_code in (Exit.OK, Exit.FILES_REFUSED)
    [(again, now)] = persons(home, place)
    assert (again, now > delivery) == (other, True)
    assert "applied" in end_to_end.popbase("review", "log", "--home", home.root).output
