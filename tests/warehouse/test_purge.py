"""What a purge takes out of a warehouse; that its file is written anew is in end_to_end."""

from datetime import date

import pyarrow as pa

from tests.warehouse.conftest import NOW
from warehouse.database import transaction
from warehouse.purge import is_rewrite_due, mark_rewritten, purge, remaining

N1, N2 = date(2026, 11, 1), date(2026, 11, 2)
LATER = date(2029, 1, 1)


def erase(house):
    house.con.register("terms", pa.table({"department": ["public_security"], "retention_days": [365]}))
    with transaction(house.con):
        done = purge(house.con, terms="terms", source_trust="source_trust", today=LATER, by="a", at=NOW)
    return done.deliveries, done.mentions


def test_what_came_from_a_department_without_a_contract_follows_the_longest_term(house):
    house.deliver(N1, "a.csv", [{"name": "甲", "department": "tax", "record_key": "1"}])
    house.merge(N1)
    house.deliver(N2, "b.csv", [{"name": "甲", "department": "tax", "record_key": "1", "phone": "13900000001"}])
    house.merge(N2)
    assert erase(house) == (2, 1)
    assert house.rows("SELECT count(*) FROM crosswalk_version WHERE to_night IS NOT NULL") == [(0,)]
    assert remaining(house.con, terms="terms", today=LATER) == 0


def test_a_record_that_was_in_force_at_one_purge_goes_at_the_next_when_it_was_replaced(house):
    house.deliver(N1, "a.csv", [{"name": "甲", "record_key": "1"}, {"name": "乙", "record_key": "2"}])
    house.merge(N1)
    assert erase(house) == (1, 0)
    house.deliver(N2, "b.csv", [{"name": "甲", "record_key": "1", "phone": "13900000001"}])
    house.merge(N2)
    assert remaining(house.con, terms="terms", today=LATER) > 0
    assert erase(house) == (1, 1)
    assert remaining(house.con, terms="terms", today=LATER) == 0
    assert erase(house) == (0, 0)
    assert house.rows("SELECT file, mentions FROM delivery ORDER BY ALL") == [("a.csv", 1), ("b.csv", 1)]


def test_an_address_goes_with_the_last_record_that_states_it(house):
    old, shared = ({"address_raw": text, "dwelling_key": text} for text in ("旧址", "同址"))
    records = [{"name": "甲", "record_key": "1", "residence_address_raw": "旧址"}]
    records += [{"name": "乙", "record_key": "2", "registered_address_raw": "同址"}]
    house.deliver(N1, "a.csv", records, [old, shared])
    house.merge(N1)
    house.deliver(N2, "b.csv", [{"name": "甲", "record_key": "1", "dwelling_address_raw": "同址"}], [shared])
    house.merge(N2)
    assert erase(house) == (2, 1)
    assert house.rows("SELECT address_raw FROM std_address") == [("同址",)]
    assert house.rows("SELECT address = md5_number_upper('同址') FROM address_key") == [(True,)]
    assert remaining(house.con, terms="terms", today=LATER) == 0


def test_an_address_that_a_withdrawal_left_behind_makes_the_file_be_written_anew(house):
    number = house.deliver(N1, "a.csv", [{"name": "甲", "record_key": "1"}], [{"address_raw": "旧址"}])
    house.merge(N1)
    house.con.execute("DELETE FROM std_mention WHERE delivery_id = $1", [number])
    erase(house)
    mark_rewritten(house.con)
    house.con.execute("INSERT INTO std_address (address_raw) VALUES ('旧址')")
    assert remaining(house.con, terms="terms", today=LATER) == 1
    assert erase(house) == (0, 0)
    assert is_rewrite_due(house.con)
