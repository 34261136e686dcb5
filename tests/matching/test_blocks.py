"""Blocks: their pairs in parts are those of all at once, and two records of a pair are told to have met."""

import itertools

import numpy as np
import pytest

from matching import blocks
from matching.blocks import Blocks, Members, united
from matching.candidates import split_pairs


def _rule(rng, records):
    """Rows of one rule, sorted and each once, and the pairs that they make."""
    rows = sorted({(int(key), int(record)) for key, record in rng.integers(0, (12, records), (120, 2))})
    key, record = np.array(rows).T
    met = {
        (one, other)
        for _, block in itertools.groupby(rows, lambda row: row[0])
        for one, other in itertools.combinations([record for _, record in block], 2)
    }
    return Blocks.of(key.astype(np.uint64), record.astype(np.int32)).members(), met


def _as_set(pairs):
    left, right = split_pairs(pairs)
    return set(zip(left.tolist(), right.tolist(), strict=True))


@pytest.mark.parametrize("at_once", [1, 50, 4_000_000])
def test_pairs_of_parts_are_those_of_all(monkeypatch, at_once):
    monkeypatch.setattr(blocks, "PAIRS_AT_ONCE", at_once)
    rng = np.random.default_rng(at_once)
    apart = rng.integers(-1, 2, 40).astype(np.int8)
    rules = [_rule(rng, 40) for _ in range(3)]
    known = np.array([1 << 32 | 2, 5 << 32 | 39, 39 << 32 | 40], np.int64)
    found = united([members for members, _ in rules], apart, known)
    admitted = {(one, other) for _, met in rules for one, other in met if apart[one] < 0 or apart[one] != apart[other]}
    assert np.array_equal(found, np.unique(found))
    assert _as_set(found) == admitted | _as_set(known)


def test_two_records_are_together_when_they_share_a_block():
    members, met = _rule(np.random.default_rng(7), 30)
    pairs = list(itertools.combinations(range(35), 2))
    together = members.are_together(*np.array(pairs, np.int32).T)
    assert set(itertools.compress(pairs, together)) == met


def test_no_blocks_have_no_pairs():
    none = Members(np.empty(0, np.int32), np.empty(0, np.int32))
    assert len(united([none], np.array([-1, -1], np.int8), np.empty(0, np.int64))) == 0
    assert not none.are_together(np.array([0], np.int32), np.array([1], np.int32)).any()
