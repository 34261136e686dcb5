"""Names are compared by sound and by distance, over whole columns."""

import pytest

from matching.comparisons import name_distances, name_pinyin


@pytest.mark.parametrize(
    ("left", "right"),
    [("王彦", "王艳"), ("何西云", "HE XIYUN"), ("何西云", "HEXIYUN"), ("阿依古丽·买买提", "阿依古丽买买提")],
)
def test_same_sound(left: str, right: str) -> None:
    first, second = name_pinyin([left, right])
    assert first == second


def test_sound_keeps_one_value_for_each_name() -> None:
    assert len(name_pinyin(["王一", "□□", "", "䶮"])) == 4
    assert name_pinyin([]) == []


@pytest.mark.parametrize(
    ("left", "right", "distance"), [("王一鸣", "王一明", 1), ("李明华", "李华明", 1), ("李明", "王伟", 2)]
)
def test_distance_counts_transposition_once(left: str, right: str, distance: int) -> None:
    assert name_distances([left], [right]).to_pylist() == [distance]
