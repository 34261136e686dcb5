from datetime import date

import pytest

from warehouse.errors import HeldBackError
from warehouse.verdicts import keep_verdict, read_verdict, require_verdict

NIGHT = date(2026, 11, 1)
FILE, MENTION = "tax/a_20261101.csv", {"department": "tax", "name": "张三"}


@pytest.fixture
def merged(house):
    house.deliver(NIGHT, FILE, [MENTION])
    house.finish(NIGHT)
    return house.con


@pytest.mark.parametrize("verdict", ["passed", "overridden"])
def test_a_night_is_published_as_it_was_checked(merged, verdict):
    keep_verdict(merged, NIGHT, verdict)
    require_verdict(merged, NIGHT)


def test_a_night_that_a_check_holds_back_or_that_nobody_checked_is_not_published(merged):
    for night in (NIGHT, date(2026, 11, 2)):
        with pytest.raises(HeldBackError) as caught:
            require_verdict(merged, night)
        assert (caught.value.night, caught.value.is_checked) == (night, False)
    keep_verdict(merged, NIGHT, "blocked")
    with pytest.raises(HeldBackError) as caught:
        require_verdict(merged, NIGHT)
    assert caught.value.is_checked


def test_a_verdict_is_void_once_the_night_is_merged_again(merged, house):
    keep_verdict(merged, NIGHT, "passed")
    house.finish(NIGHT)
    assert read_verdict(merged, NIGHT) is None
    keep_verdict(merged, NIGHT, "blocked")
    assert read_verdict(merged, NIGHT) == "blocked"


def test_checks_of_a_night_that_is_not_merged_count_for_nothing(house):
    house.deliver(NIGHT, FILE, [MENTION])
    keep_verdict(house.con, NIGHT, "passed")
    assert read_verdict(house.con, NIGHT) is None


def test_a_night_merged_before_merges_were_counted_is_judged_too(merged):
    merged.execute("UPDATE night SET merges = NULL")
    keep_verdict(merged, NIGHT, "passed")
    require_verdict(merged, NIGHT)
