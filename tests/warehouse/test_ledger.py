from datetime import date, datetime, UTC

import duckdb
import pytest

from warehouse.errors import NightOrderError, UnknownDeliveryError
from warehouse.ledger import (
    check_night,
    claim_deliveries,
    DeliveryFacts,
    finish_night,
    is_published,
    mark_published,
    newest_merged,
    pending_deliveries,
    store_delivery,
    vouch,
)
from warehouse.verdicts import keep_verdict

FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
A, B = ("tax/a_20261101.csv", "tax", "content a"), ("tax/b_20261101.csv", "tax", "content b")
MENTION = {"department": "tax", "extract": "withholding", "name": "张三"}


def statuses(claims):
    return [(claim["file"], claim["status"], claim["is_new"]) for claim in claims]


def test_deliveries_are_numbered_by_file_and_dated_by_their_name(house):
    claims = house.claim(FIRST, ("tax/z_20261031.csv", "tax", "z"), ("grid/网格_补采_20261231.csv", "grid", "g"), A)
    assert [claim["delivery_id"] for claim in claims] == [1, 2, 3]
    assert [claim["file"] for claim in claims] == ["grid/网格_补采_20261231.csv", A[0], "tax/z_20261031.csv"]
    assert house.rows("SELECT exported_on FROM delivery ORDER BY delivery_id") == [
        (None,),
        (FIRST,),
        (date(2026, 10, 31),),
    ]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("户籍人口_2026-11-01.csv", FIRST),
        ("户籍人口_2026年11月1日.csv", FIRST),
        ("户籍人口_2026.11.1.csv", FIRST),
        ("户籍人口2026_11_01(2).csv", FIRST),
        ("户籍人口_20261101120000.csv", FIRST),
        ("户籍人口_202611011200.csv", FIRST),
        ("2026/11/01/户籍人口.csv", FIRST),
        ("户籍人口_20261001-20261101.csv", FIRST),
        ("户籍人口_2026_10_20261101.csv", FIRST),
        ("户籍人口_2026111.csv", None),
        ("户籍人口_2026-13-01.csv", None),
        ("户籍人口_20260230.csv", None),
        ("户籍人口_370114202611010001.csv", None),
        ("户籍人口_2026年第4季度.csv", None),
    ],
)
def test_the_date_in_a_name_may_be_written_in_parts_or_with_a_time(house, name, day):
    house.claim(FIRST, (f"public_security/{name}", "public_security", "x"))
    assert house.rows("SELECT exported_on FROM delivery") == [(day,)]


def test_the_same_content_twice_in_one_night_is_read_once(house):
    claims = house.claim(FIRST, A, ("tax/copy.csv", "tax", "content a"), ("grid/a.csv", "grid", "content a"))
    assert statuses(claims) == [
        ("grid/a.csv", "claimed", True),
        (A[0], "claimed", True),
        ("tax/copy.csv", "duplicate", True),
    ]


def test_content_of_an_earlier_night_is_a_duplicate(house):
    house.deliver(FIRST, A[0], [MENTION])
    sha256 = house.rows("SELECT sha256 FROM delivery")[0][0]
    house.merge(FIRST)
    found = house.found(A).set_column(2, "sha256", [[sha256]])
    claims = claim_deliveries(house.con, SECOND, found, house.rows("SELECT now()")[0][0]).to_pylist()
    assert statuses(claims) == [(A[0], "duplicate", True)]
    assert len(pending_deliveries(house.con)) == 0


def test_a_corrected_file_of_the_same_name_is_new(house):
    house.deliver(FIRST, A[0], [MENTION])
    house.merge(FIRST)
    assert statuses(house.claim(SECOND, (A[0], "tax", "corrected"))) == [(A[0], "claimed", True)]


@pytest.mark.parametrize("again", [FIRST, SECOND, date(2026, 10, 31)])
def test_a_night_that_was_killed_is_taken_up_again(house, again):
    first = house.claim(FIRST, A, B)
    house.store(first[0]["delivery_id"], [MENTION])
    claims = house.claim(again, A, B)
    assert statuses(claims) == [(A[0], "accepted", False), (B[0], "claimed", False)]
    assert pending_deliveries(house.con).to_pydict()["delivery_id"] == [2]
    assert house.rows("SELECT DISTINCT night FROM delivery") == [(again,)]
    assert house.rows("SELECT night FROM night") == [(again,)]


def test_a_file_that_stays_in_the_intake_makes_no_second_line(house):
    house.claim(FIRST, ("x/a.csv", None, None), reason_code="department_unknown")
    house.deliver(FIRST, A[0], [MENTION])
    house.merge(FIRST)
    before = house.rows("FROM delivery"), house.rows("FROM night")
    claims = house.claim(FIRST, ("x/a.csv", None, None), reason_code="department_unknown")
    assert statuses(claims) == [("x/a.csv", "refused", False)]
    assert (house.rows("FROM delivery"), house.rows("FROM night")) == before


def test_a_refused_file_that_is_dropped_again_is_read_again(house, quarantined):
    delivery_id = house.claim(FIRST, A)[0]["delivery_id"]
    facts = DeliveryFacts("refused", 3, 0, 0, 0, reason_code="unknown_layout")
    store_delivery(house.con, delivery_id, facts, quarantined(0))
    house.merge(FIRST)
    assert statuses(house.claim(FIRST, A)) == [(A[0], "claimed", False)]
    assert statuses(house.claim(SECOND, (A[0], "tax", "content a"))) == [(A[0], "claimed", False)]


def test_storing_twice_replaces(house, quarantined):
    delivery_id = house.claim(FIRST, A)[0]["delivery_id"]
    addresses = [{"address_raw": "明水1号", "town": "明水"}]
    for _ in range(2):
        facts = house.read(delivery_id, [MENTION, MENTION], addresses)
        assert store_delivery(house.con, delivery_id, facts, quarantined(3)) == 2
    counts = [house.rows(f"SELECT count(*) FROM {t}")[0][0] for t in ("std_mention", "std_address", "quarantined_row")]
    assert counts == [2, 1, 3]
    assert house.rows(
        "SELECT status, extract, rows_delivered, rows_accepted, rows_non_data, mentions FROM delivery"
    ) == [("accepted", "withholding", 3, 2, 1, 2)]


def test_an_address_read_otherwise_is_replaced(house):
    first, second = (claim["delivery_id"] for claim in house.claim(FIRST, A, B))
    house.store(first, [MENTION], [{"address_raw": "甲", "town": "明水", "place_key": "明水"}, {"address_raw": "乙"}])
    house.store(second, [MENTION], [{"address_raw": "甲", "town": "双山", "place_key": "双山"}])
    assert house.rows("SELECT address_raw, town FROM std_address ORDER BY town") == [("甲", "双山"), ("乙", None)]
    assert house.rows("SELECT place_key = short_key('双山') FROM address_key") == [(True,)]


def test_a_fault_in_the_middle_leaves_the_delivery_as_it_was(house, quarantined):
    delivery_id = house.claim(FIRST, A)[0]["delivery_id"]
    facts = house.read(delivery_id, [MENTION])
    house.con.execute("DROP TABLE new_std_relation")
    with pytest.raises(duckdb.Error):
        store_delivery(house.con, delivery_id, facts, quarantined(2))
    assert house.rows("SELECT count(*) FROM std_mention") == [(0,)]
    assert house.rows("SELECT count(*) FROM quarantined_row") == [(0,)]
    assert pending_deliveries(house.con).to_pydict()["delivery_id"] == [delivery_id]


def test_a_merged_delivery_is_not_stored_again(house):
    delivery_id = house.deliver(FIRST, A[0], [MENTION])
    house.merge(FIRST)
    with pytest.raises(UnknownDeliveryError):
        house.store(delivery_id, [MENTION])


def test_nights_go_forward(house):
    house.deliver(SECOND, A[0], [MENTION])
    house.merge(SECOND)
    check_night(house.con, SECOND)
    with pytest.raises(NightOrderError) as caught:
        house.claim(FIRST, B)
    assert (caught.value.night, caught.value.last_merged) == (FIRST, SECOND)


def test_a_closed_night_stays_as_it_is(house):
    house.deliver(FIRST, A[0], [MENTION])
    assert house.finish(FIRST)
    assert not house.finish(FIRST)
    mark_published(house.con, FIRST, "s1", house.rows("SELECT now()")[0][0])
    before = house.rows("FROM night")
    mark_published(house.con, FIRST, "s1", house.rows("SELECT now()")[0][0])
    assert house.rows("FROM night") == before
    assert house.rows("SELECT status, deliveries, mentions FROM night") == [("published", 1, 1)]
    assert not finish_night(house.con, SECOND, house.rows("SELECT now()")[0][0])


def test_a_night_that_is_merged_again_is_published_once_its_checks_allow_it(house):
    assert newest_merged(house.con) is None
    house.deliver(FIRST, A[0], [MENTION])
    house.finish(FIRST)
    assert newest_merged(house.con) == FIRST and not is_published(house.con, FIRST)
    keep_verdict(house.con, FIRST, "passed")
    mark_published(house.con, FIRST, "s1", house.rows("SELECT now()")[0][0])
    assert is_published(house.con, FIRST)
    house.finish(FIRST)
    assert not is_published(house.con, FIRST)
    keep_verdict(house.con, FIRST, "blocked")
    assert not is_published(house.con, FIRST)
    keep_verdict(house.con, FIRST, "overridden")
    assert is_published(house.con, FIRST)


def test_a_file_taken_back_before_its_night_was_merged_leaves_nothing(house):
    house.deliver(FIRST, A[0], [MENTION])
    claims = house.claim(SECOND, (A[0], "tax", "corrected"))
    assert statuses(claims) == [(A[0], "claimed", True)]
    assert house.rows("SELECT status FROM delivery ORDER BY delivery_id") == [("withdrawn",), ("claimed",)]
    assert house.rows("SELECT count(*) FROM std_mention") == [(0,)]
    assert len(pending_deliveries(house.con)) == 1


def test_somebody_vouches_for_a_delivery_that_waits(house):
    house.deliver(FIRST, A[0], [MENTION])
    vouch(house.con, A[0], because="the ward was closed", by="w", at=datetime(2026, 11, 1, tzinfo=UTC))
    assert house.rows("SELECT vouched_by, vouched_because FROM delivery") == [("w", "the ward was closed")]
    house.merge(FIRST)
    with pytest.raises(UnknownDeliveryError):
        vouch(house.con, A[0], because="again", by="w", at=datetime(2026, 11, 1, tzinfo=UTC))
