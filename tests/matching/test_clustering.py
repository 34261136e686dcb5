"""Clusters from pairs, with weights that can be added in the head: bits of odds, and what constraints refuse."""

import numpy as np
import pytest

from matching.clustering import Bounds, cluster, Links
from matching.errors import ConstraintError

NOTHING = np.empty(0, np.int64)


def _cluster(count, pairs, *, group=None, known=None, differs=(), must=(), cannot=(), unseen=(0.0, 0.0)):
    """Clusters of `count` records from (left, right, odds, ratio); pairs that blocking did not find are `unseen`."""
    columns = [np.array(column) for column in zip(*pairs, strict=True)] or [NOTHING, NOTHING, NOTHING, NOTHING]
    links = Links(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2] * 1.0, columns[3] * 1.0)
    none = np.full(count, -1)
    sides = [
        tuple(np.array(side, np.int64) for side in zip(*each, strict=True)) or (NOTHING, NOTHING)
        for each in (must, cannot)
    ]
    bounds = Bounds(
        none if group is None else np.array(group), none if known is None else np.array(known),
        tuple(np.array(each) for each in differs), *sides,
    )  # fmt: skip
    asked = []

    def compare(left, right):
        asked.extend(zip(left.tolist(), right.tolist(), strict=True))
        return np.full(len(left), unseen[0]), np.full(len(left), unseen[1])

    return cluster(links, bounds, 0.9, lambda _: compare).label.tolist(), asked


def test_links_make_clusters_named_by_their_first_record():
    assert _cluster(5, [(1, 3, 10, 10), (3, 4, 10, 10), (1, 4, 10, 10)])[0] == [0, 1, 2, 1, 1]


def test_a_chain_holds_when_nothing_contradicts():
    clusters, asked = _cluster(3, [(0, 1, 10, 20), (1, 2, 10, 20)])
    assert clusters == [0, 0, 0]
    assert asked == [(0, 2)]  # the ends were compared before they came together


def test_a_chain_of_weak_links_breaks_where_its_ends_contradict():
    clusters, _ = _cluster(3, [(0, 1, 6, 20), (1, 2, 5, 20)], unseen=(-30.0, -12.0))
    assert clusters == [0, 0, 2]


def test_all_who_support_each_other_equally_well_join_at_once_and_others_after_them():
    alike = [(a, b, 10, 20) for a in range(60) for b in range(a + 1, 60)]
    clusters, asked = _cluster(62, [*alike, (0, 60, 8, 18), (60, 61, 9, 18)], unseen=(5.0, 15.0))
    assert clusters == [0] * 62
    assert len(asked) == len(set(asked)) == 60 * 2 - 1


def test_a_chain_is_followed_to_its_end():
    chain = [(n, n + 1, 90 - n / 2, 90) for n in range(99)]
    clusters, _ = _cluster(100, chain, unseen=(-20.0, 0.0))
    assert clusters == [0] * 100


def test_of_those_who_support_each_other_equally_well_two_that_contradict_stay_apart():
    clusters, _ = _cluster(4, [(0, 1, 10, 20), (0, 2, 10, 20), (0, 3, 10, 20), (1, 2, 10, 20)], unseen=(-30.0, -12.0))
    assert clusters == [0, 0, 0, 3]


def test_rivals_of_each_part_even_those_who_support_each_other_equally_well():
    alike = [(a, b, 10, 20) for a in range(5) for b in range(a + 1, 5)]
    rivals = [(n, 5 + n, 7, 20) for n in range(5)]
    clusters, _ = _cluster(10, [*alike, *rivals], known=[-1] * 5 + [0] * 5, cannot=[(n, 9) for n in range(5, 9)])
    assert len(set(clusters[:5])) > 1


def test_a_giant_of_weak_links_falls_apart():
    chain = [(n, n + 1, 5 + n % 3, 20) for n in range(300)]
    clusters, _ = _cluster(301, chain, unseen=(-30.0, -15.0))
    assert max(np.bincount(clusters)) == 2


def test_one_record_of_a_deduplicated_table():
    clusters, _ = _cluster(3, [(0, 2, 9, 20), (1, 2, 12, 20)], group=[0, 0, 1])
    assert clusters == [0, 1, 1]


def test_equal_rivals_share_the_probability_and_neither_is_linked():
    pairs = [(0, 2, 8, 20), (1, 2, 8, 20)]
    assert _cluster(3, pairs, group=[0, 0, -1], known=[0, 0, -1])[0] == [0, 1, 2]
    assert _cluster(3, [(0, 2, 8, 20), (1, 2, 1, 9)], group=[0, 0, -1], known=[0, 0, -1])[0] == [0, 1, 0]


@pytest.mark.parametrize("unproven", [0, 1, 2])
def test_rivals_share_however_records_are_numbered(unproven):
    known = [0, 0, 0]
    known[unproven] = -1
    pairs = [(min(unproven, n), max(unproven, n), 8, 20) for n in range(3) if n != unproven]
    assert _cluster(3, pairs, known=known)[0] == [0, 1, 2]


@pytest.mark.parametrize("known", [0, 1])
def test_of_two_as_good_the_known_person_is_the_one(known):
    kinds = [0 if record == known else -1 for record in range(3)]
    clusters, _ = _cluster(3, [(0, 2, 9, 20), (1, 2, 9, 20)], known=kinds, cannot=[(0, 1)])
    assert clusters == [0, 1, known]


def test_two_who_are_certainly_one_are_no_rivals():
    pairs = [(0, 2, 8, 20), (1, 2, 8, 20)]
    assert _cluster(3, pairs, group=[0, 0, -1], known=[0, 0, -1], must=[(0, 1)])[0] == [0, 0, 0]


def test_components_that_nobody_asked_for_are_not_compared():
    columns = np.array([0, 1, 3, 4]), np.array([1, 2, 4, 5]), np.full(4, 10.0), np.full(4, 20.0)
    bounds = Bounds(np.full(6, -1), np.full(6, -1))
    compared = []

    def compare(left, right):
        compared.extend(left.tolist())
        return np.zeros(len(left)), np.zeros(len(left))

    cluster(Links(*columns), bounds, 0.9, lambda _: compare, np.arange(6) < 3)
    assert compared == [0]


def test_values_that_differ_are_kept_apart():
    clusters, _ = _cluster(3, [(0, 1, 10, 20), (1, 2, 9, 20)], differs=[[5, -1, 6]])
    assert clusters == [0, 0, 2]


def test_must_link_joins_and_overrules_the_table():
    assert _cluster(2, [], group=[0, 0], must=[(0, 1)])[0] == [0, 0]


def test_cannot_link_parts_what_evidence_joins():
    assert _cluster(2, [(0, 1, 30, 30)], cannot=[(0, 1)])[0] == [0, 1]
    assert _cluster(3, [(0, 1, 30, 30), (1, 2, 20, 20)], cannot=[(0, 2)])[0] == [0, 0, 2]


def test_must_and_cannot_on_one_pair_is_an_error():
    with pytest.raises(ConstraintError, match="1 pairs are cannot-link"):
        _cluster(2, [], must=[(0, 1)], cannot=[(0, 1)])


def test_a_chain_of_must_links_across_a_cannot_link_is_an_error():
    with pytest.raises(ConstraintError):
        _cluster(3, [], must=[(0, 1), (1, 2)], cannot=[(0, 2)])


def test_a_part_is_clustered_as_in_the_whole():
    rng = np.random.default_rng(1)
    left, right = rng.integers(0, 200, 400), rng.integers(0, 200, 400)
    pairs = [
        (min(a, b), max(a, b), float(o), float(o) + 8)
        for a, b, o in zip(left, right, rng.normal(3, 4, 400), strict=True)
        if a != b
    ]
    pairs = list({(a, b): (a, b, o, r) for a, b, o, r in pairs}.values())
    known = [0 if n % 3 == 0 else -1 for n in range(200)]
    whole, _ = _cluster(200, pairs, known=known, unseen=(-20.0, -6.0))
    # the records that hang together with record 0 by any scored pair, and no others
    part, grown = {0}, True
    while grown:
        more = {x for a, b, *_ in pairs if (a in part) != (b in part) for x in (a, b)} - part
        part, grown = part | more, bool(more)
    alone, _ = _cluster(200, [each for each in pairs if each[0] in part], known=known, unseen=(-20.0, -6.0))
    assert [alone[n] for n in sorted(part)] == [whole[n] for n in sorted(part)]
