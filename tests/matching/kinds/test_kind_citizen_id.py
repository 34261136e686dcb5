"""Citizen numbers, case by case. All are made up: their places and dates are real, their holders are not."""

import pytest
from stdnum.cn import ric


def _number(first: str) -> str:
    return first + ric.calc_check_digit(first + "0")


_ONE = _number("33010619900101123")
_BESIDE = _number("33010619900101124")
_OTHER = _number("11010519491231002")

_CASES = [
    (_ONE, _ONE.lower() + " ", "equal"),
    (_ONE, _ONE[:6] + _ONE[8:17], "equal"),
    (_ONE, _ONE[:-1] + "Х", "equal"),
    (_ONE, _ONE + "!", "equal"),
    (_ONE, _ONE[:5] + "9" + _ONE[6:], "one_slip"),
    (_ONE, _ONE[1:], "one_slip"),
    (_ONE, _ONE[:7] + "08" + _ONE[9:], "two_slips"),
    (_ONE, _ONE[:8] + _ONE[9] + _ONE[8] + _ONE[10:], "one_slip"),
    (_ONE, _ONE[:5] + "9" + _ONE[6:] + "!", "one_slip"),
    (_ONE, _ONE[:4] + "*" * 10 + _ONE[-4:], "mask_fits"),
    (_ONE, _ONE[:4] + "***" + _ONE[-4:], "mask_fits"),
    (_ONE, _ONE[:4] + "●" * 10 + _ONE[-4:], "mask_fits"),
    (_ONE, _ONE[:12] + "*" * 6, "long_prefix_fits"),
    (_ONE, _ONE[:15] + "000", "long_prefix_fits"),
    (_ONE, _ONE[:6] + "*" * 12, "short_prefix_fits"),
    (_ONE, _ONE[:6] + "*" * 10 + _ONE[-2:], "short_prefix_fits"),
    (_ONE, _OTHER[:4] + "*" * 10 + _ONE[-4:], "different"),
    (_ONE, _ONE[:4] + "*" * 10 + _OTHER[-4:], "different"),
    (_ONE, _ONE[:4] + "*" * 10 + "99" + "**", "different"),
    (_OTHER, _ONE[:15] + "000", "different"),
    (_ONE, _BESIDE, "two_numbers"),
    (_ONE, _OTHER, "two_numbers"),
    (_ONE, _BESIDE + "!", "two_slips"),
    (_ONE, _OTHER + "!", "different"),
    (_ONE + "!", _OTHER + "!", "different"),
    (_ONE, _OTHER[:-1] + "7", "different"),
    (_ONE, "*" * 18, "neutral"),
    (_ONE, "!", "neutral"),
    (_ONE, _ONE, "equal"),
    ("3301**********123X", "3301**********123X", "mask_fits"),
    (_ONE[:15] + "000", _ONE[:15] + "000", "long_prefix_fits"),
    ("*" * 18, "*" * 18, "neutral"),
]


@pytest.mark.parametrize(("left", "right", "expected"), _CASES)
def test_level(level, left: str, right: str, expected: str) -> None:
    assert level("citizen_id", left, right) == expected


def test_no_slip_in_a_valid_number_is_valid(level) -> None:
    slips = [_ONE[:place] + digit + _ONE[place + 1 :] for place in range(17) for digit in "0123456789"]
    assert {level("citizen_id", _ONE, slip) for slip in slips if slip != _ONE} == {"one_slip"}
