"""What holds for every kind: sentences for reviewers, symmetry, and levels within the list."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, HealthCheck, settings
from hypothesis import strategies as st

from matching.kinds import KINDS

_TEXTS = {
    "exact": st.text(max_size=4),
    "text": st.text("abcde éÉ'-.王", max_size=12),
    "latin_name": st.text("aehknpty WÉ'-", max_size=10),
    "code": st.text("0123ab -", max_size=10),
    "date": st.one_of(
        st.dates().map(str),
        st.from_regex(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}", fullmatch=True),
        st.from_regex(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", fullmatch=True),
        st.text("0129-/ ", max_size=11),
    ),
    "birth": st.one_of(
        st.from_regex(
            r"(199[0-9]-[01][0-9]-[0-3][0-9])?\|(199[0-9]-[01][0-9]-[0-3][0-9])?(\|(199[0-9])?){4}", fullmatch=True
        ),
        st.text("|19-", max_size=14),
    ),
    "citizen_id": st.text("12X*!0", min_size=13, max_size=20),
    "chinese_name": st.text("王芳一鸣明冯马□·*之女子长欧阳 曾:AＢv\u0301", max_size=6),
    "address": st.text("文三路12号幢- a村五Main", max_size=12),
}


_PLAIN_LIKE = {
    "chinese_name": "[王无名不详某一□*]{1,4}",
    "citizen_id": "[13][0-9]{10}[0*]{3}[0-9]{0,1}(0{3}|[0-9]{2}[0-9X*])!?",
}


def test_kinds_are_registered_under_their_names() -> None:
    assert list(KINDS) == [kind.name for kind in KINDS.values()]
    assert set(KINDS) == set(_TEXTS)


@pytest.mark.parametrize("name", KINDS)
def test_every_level_has_a_sentence(name: str) -> None:
    for level, sentence in KINDS[name].levels.items():
        assert level.isidentifier()
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence.split()) > 3


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_levels_are_symmetric_and_within_the_list(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    values = data.draw(st.lists(_TEXTS[name], min_size=2, max_size=8, unique=True))
    prepared = kind.prepare(pa.array(values))
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(values), 1))
    forth, back = kind.compare(prepared, left, right), kind.compare(prepared, right, left)
    same = kind.same(prepared)
    assert forth.tolist() == back.tolist()
    for levels, count in ((forth, len(left)), (same, len(values))):
        assert levels.dtype == np.int8
        assert levels.shape == (count,)
        assert ((levels >= -1) & (levels < len(kind.levels))).all()


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_pair_has_the_same_level_in_any_company(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    values = data.draw(st.lists(_TEXTS[name], min_size=3, max_size=8, unique=True))
    zero, one = np.array([0], np.int32), np.array([1], np.int32)
    alone = kind.compare(kind.prepare(pa.array(values[:2])), zero, one)
    assert kind.compare(kind.prepare(pa.array(values)), zero, one).tolist() == alone.tolist()


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.plain])
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_what_is_plain_is_at_the_first_level_with_itself(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    values = data.draw(st.lists(st.from_regex(_PLAIN_LIKE.get(name, ".{1,9}"), fullmatch=True), min_size=1, max_size=9))
    values = pa.array(values, pa.string())
    plain = values.filter(pc.match_substring_regex(values, f"^(?:{kind.plain})$"))
    assert set(kind.same(kind.prepare(plain)).tolist()) <= {0}


@pytest.mark.parametrize("name", KINDS)
def test_no_values_and_no_pairs_are_no_trouble(name: str) -> None:
    kind = KINDS[name]
    none = np.array([], np.int32)
    for values in ([], ["", "a"]):
        prepared = kind.prepare(pa.array(values, pa.string()))
        assert len(kind.same(prepared)) == len(values)
        assert len(kind.compare(prepared, none, none)) == 0


@pytest.mark.parametrize("name", KINDS)
def test_a_slice_of_a_column_is_read_from_its_own_start(name: str) -> None:
    kind = KINDS[name]
    column = pa.array(["1980-01-01", "王芳", "12 Main St", "330106199001011248", "王方", "x\ny"])
    left, right = (side.astype(np.int32) for side in np.triu_indices(3, 1))
    of_slice = kind.compare(kind.prepare(column.slice(2, 3)), left, right)
    assert (
        of_slice.tolist() == kind.compare(kind.prepare(pa.array(column.slice(2, 3).to_pylist())), left, right).tolist()
    )
