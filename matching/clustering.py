"""Pairs to clusters, refusing wrong merges.

Groups of records that all agree are clusters at once. Where links chain, contradict each other, or run against a
constraint, clusters grow step by step: each joins the one it is best supported by, and only when the strongest link
outweighs the strongest contradiction between any two of their records. So no chain of weak links makes a giant. Those
that support each other equally well join at once.

Rivals: a record that may be one of several records of a de-duplicated table is one of them at most; they share the
probability.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from matching.errors import ConstraintError
from matching.parameters import Floats
from matching.sets import distinct, is_among

Ints = NDArray[np.int64]
MOST_CROSS_PAIRS: Final = 100
"""Records of each of two large clusters that are compared when they are about to join."""
EXACT: Final = 6
"""Decimals of bits; what differs by less is equal, as sums differ by the order in which they are added up."""


@dataclass(frozen=True)
class Links:
    """Scored pairs (n pairs): `odds` in bits of being one person, `ratio` = log2 P(levels | m) / P(levels | u)."""

    left: Ints
    right: Ints
    odds: Floats
    ratio: Floats


@dataclass(frozen=True)
class Bounds:
    """What no evidence overrules, for n records.

    `group`: records of one group >= 0 are different persons (a de-duplicated table). `known`: records of one number
    >= 0 are known persons, of whom any other record can be one at most. `differs`: for each column the value numbers,
    -1 where none; two different ones are different persons. `must`, `cannot`: pairs of records.
    """

    group: Ints
    known: Ints
    differs: tuple[Ints, ...] = ()
    must: tuple[Ints, Ints] = field(default_factory=lambda: (np.empty(0, np.int64), np.empty(0, np.int64)))
    cannot: tuple[Ints, Ints] = field(default_factory=lambda: (np.empty(0, np.int64), np.empty(0, np.int64)))


Compare = Callable[[Ints, Ints], tuple[Floats, Floats]]
"""(left, right) -> (odds, ratio) of pairs that blocking did not bring together."""

Comparer = Callable[[Ints], Compare]
"""Given the records of which any may be asked for, what compares them."""


@dataclass(frozen=True)
class Clusters:
    """Clusters of n records, and what led to them.

    `label`: the smallest record number of a record's cluster. `component`: that of the records it hangs together with
    by accepted links and must-links; a component is one cluster, or was taken apart. `shared`: for each link its odds
    in bits after rivals; to a link within a cluster only those outside of it are rivals.
    """

    label: Ints
    component: Ints
    shared: Floats


def cluster(
    links: Links, bounds: Bounds, threshold: float, comparer: Comparer, asked: NDArray[np.bool_] | None = None
) -> Clusters:
    """Put every record into a cluster.

    What becomes of a component follows from its records, their links and constraints alone; so a part of a linkage
    can be clustered anew without the rest.

    Args:
        links: scored pairs.
        bounds: constraints.
        threshold: match probability from which on two records are linked.
        comparer: gives what scores further pairs.
        asked: records whose clusters are wanted, all when omitted; components without any are not taken apart.

    Raises:
        ConstraintError: a pair is both must-link and cannot-link.
    """
    _check_bounds(bounds)
    least = float(np.log2(threshold / (1 - threshold)))
    certain = _components(len(bounds.group), *bounds.must)
    shared = _share(links.left, links.right, links.odds, bounds.known, np.zeros(len(bounds.known)), certain)
    accepted = shared >= least
    component = _components(
        len(bounds.group),
        np.concatenate((links.left[accepted], bounds.must[0])), np.concatenate((links.right[accepted], bounds.must[1])),
    )  # fmt: skip
    contested = _contested(component, links, accepted, bounds)
    if asked is not None:
        contested &= np.bincount(component, asked, minlength=len(contested)) > 0
    label = _grow(component, contested, links, bounds, least, comparer) if contested.any() else component
    within = label[links.left] == label[links.right]
    outside = _outside_rivals(links, label, bounds.known)
    alone = links.odds - np.log2(1 + outside[links.left] + outside[links.right])
    return Clusters(_smallest(label), _smallest(component), np.where(within, alone, shared))


def _share(left: Ints, right: Ints, bits: Floats, known: Ints, outside: Floats, same: Ints) -> Floats:
    """Odds of `left` being `right`, in bits, lessened by what known persons either could be instead.

    `known`: for each number on either side the kind of known person it is, -1 for none. `outside`: odds of being a
    known person who is not among the pairs. `same`: numbers with one label are one person, and so one rival.
    """
    if not len(left) or not (known >= 0).any():
        return bits
    # Only a known person is a rival, and only to one who is not known as well: no other links take room here.
    sides = (left, right), (right, left)
    counted = [np.flatnonzero((known[other] >= 0) & (known[own] != known[other])) for own, other in sides]
    own, other = (
        np.concatenate([side[which][at] for side, at in zip(sides, counted, strict=True)]) for which in (0, 1)
    )
    each, inverse = np.unique(_packed(own, same[other]), return_inverse=True)
    best, kind = np.zeros(len(each)), np.zeros(len(each), np.int64)
    np.maximum.at(best, inverse, np.exp2(np.clip(np.concatenate([bits[at] for at in counted]), -60, 60)))
    np.maximum.at(kind, inverse, known[other] + 1)
    owner = each >> 32
    others_of_kind = (_sum_by(owner * (int(known.max()) + 2) + kind, best) - best)[inverse]
    # Of two whom nobody knows, each may have its own known person; only the others whom it could be as well are rivals.
    largest = np.zeros(len(known))
    np.maximum.at(largest, owner, best)
    of_others = np.bincount(owner, best, minlength=len(known)) - largest
    total = np.zeros(len(bits))
    for (own, other), at, rivals in zip(sides, counted, np.split(others_of_kind, [len(counted[0])]), strict=True):
        by_side = np.where(known[other] >= 0, 0.0, of_others[own])
        by_side[at] = rivals
        total += by_side + outside[own]
    shared: Floats = bits - np.log2(1 + np.maximum(total, 0.0))
    return shared


def without_contradiction(
    count: int, rules: tuple[Ints, Ints], judged: tuple[Ints, Ints], cannot: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Must-links that rules made, less those that chain together what was judged to be two persons."""
    chained = _components(count, np.concatenate((rules[0], judged[0])), np.concatenate((rules[1], judged[1])))
    broken = np.zeros(count, bool)
    broken[chained[cannot[0]][chained[cannot[0]] == chained[cannot[1]]]] = True
    kept = ~broken[chained[rules[0]]]
    return rules[0][kept], rules[1][kept]


def not_joined(count: int, pairs: tuple[Ints, Ints], must: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Those pairs of records that no chain of must-links joins."""
    joined = _components(count, *must)
    kept = joined[pairs[0]] != joined[pairs[1]]
    return pairs[0][kept], pairs[1][kept]


def _check_bounds(bounds: Bounds) -> None:
    together = _components(len(bounds.group), *bounds.must)
    broken = int((together[bounds.cannot[0]] == together[bounds.cannot[1]]).sum())
    if broken:
        raise ConstraintError(broken, "are cannot-link, yet must-links join them; take some of these back")


def _contested(label: Ints, links: Links, accepted: NDArray[np.bool_], bounds: Bounds) -> NDArray[np.bool_]:
    """For each component whether it is more than records that all agree and break no constraint."""
    sizes = np.bincount(label)
    linked = np.bincount(label[links.left[accepted]], minlength=len(sizes))
    contested = (sizes > 2) & (linked < sizes * (sizes - 1) // 2)
    for values in (bounds.group, *bounds.differs):
        contested |= _is_broken(label, values, len(sizes), same=values is bounds.group)
    apart_l, apart_r = (label[side] for side in bounds.cannot)
    contested[apart_l[apart_l == apart_r]] = True
    must = label[bounds.must[0]]
    contested[must[sizes[must] > 2]] = True
    return contested


def _is_broken(label: Ints, values: Ints, count: int, *, same: bool) -> NDArray[np.bool_]:
    """Components in which a value comes twice (`same`), or in which there are two different ones."""
    held = values >= 0
    pairs = label[held] * (int(values.max(initial=0)) + 1) + values[held]
    each = np.unique(pairs, return_counts=True)
    owners = each[0] // (int(values.max(initial=0)) + 1)
    broken = np.zeros(count, bool)
    broken[owners[each[1] > 1] if same else owners[:-1][owners[1:] == owners[:-1]]] = True
    return broken


@dataclass
class _Growth:
    """The state of growing clusters: cluster and component of each record, and what is known of pairs of records."""

    records: Ints
    """as they are numbered outside"""
    component: Ints
    label: Ints
    left: Ints
    right: Ints
    odds: Floats
    ratio: Floats
    outside: Floats
    """for each record the odds of being a known person of another component"""


def _grow(
    label: Ints, contested: NDArray[np.bool_], links: Links, bounds: Bounds, least: float, comparer: Comparer
) -> Ints:
    """Labels in which contested components are taken apart; only their records are looked at, under new numbers."""
    records = np.flatnonzero(contested[label])
    number = np.full(len(label), -1, np.int64)
    number[records] = np.arange(len(records))
    inside = (number[links.left] >= 0) & (label[links.left] == label[links.right])
    state = _Growth(
        records, label[records], np.empty(0, np.int64), number[links.left[inside]], number[links.right[inside]],
        links.odds[inside], links.ratio[inside], _outside_rivals(links, label, bounds.known)[records],
    )  # fmt: skip
    bounds = _within(bounds, records, number)
    state.label = _smallest(_components(len(records), *bounds.must))
    compare = comparer(records)
    grown = label.copy()
    grown[records] = records[state.label] + len(label)
    while len((proposal := _propose(state, bounds, least))[0]):  # each round joins clusters, or compares more pairs
        state, bounds, proposal = _going_on(state, bounds, proposal)
        if _compare_across(state, proposal, compare):
            proposal = _confirmed(state, bounds, proposal, least)
        _join(state, proposal)
        grown[state.records] = state.records[state.label] + len(label)
    return grown


def _going_on(state: _Growth, bounds: Bounds, proposal: tuple[Ints, Ints]) -> tuple[_Growth, Bounds, tuple[Ints, Ints]]:
    """The same without the records of components in which nothing is proposed: nothing ever will be."""
    is_kept = is_among(state.component, distinct(state.component[proposal[0]]))
    kept = np.flatnonzero(is_kept)
    number = np.cumsum(is_kept) - 1
    inside = is_kept[state.left]
    going_on = _Growth(
        state.records[kept], state.component[kept], number[state.label[kept]],
        number[state.left[inside]], number[state.right[inside]],
        state.odds[inside], state.ratio[inside], state.outside[kept],
    )  # fmt: skip
    bounds = _within(bounds, kept, np.where(is_kept, number, -1))
    return going_on, bounds, (number[proposal[0]], number[proposal[1]])


def _within(bounds: Bounds, records: Ints, number: Ints) -> Bounds:
    """The bounds of some records, under their new numbers, -1 for others."""

    def between(pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
        left, right = number[pairs[0]], number[pairs[1]]
        kept = (left >= 0) & (right >= 0)
        return left[kept], right[kept]

    return Bounds(
        bounds.group[records], bounds.known[records], tuple(each[records] for each in bounds.differs),
        between(bounds.must), between(bounds.cannot),
    )  # fmt: skip


def _outside_rivals(links: Links, component: Ints, known: Ints) -> Floats:
    odds = np.exp2(np.clip(links.odds, -60, 60))
    rivals = np.zeros(len(component))
    for own, other in ((links.left, links.right), (links.right, links.left)):
        counts = (component[own] != component[other]) & (known[other] >= 0) & (known[own] != known[other])
        rivals += np.bincount(own[counts], odds[counts], minlength=len(component))
    return rivals


def _support(state: _Growth, bounds: Bounds) -> tuple[Ints, Ints, Floats, Floats]:
    """Pairs of clusters that may join: the strongest link plus the strongest contradiction, before and after rivals."""
    a, b = state.label[state.left], state.label[state.right]
    apart = a != b
    low, high = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
    key, inverse = np.unique(_packed(low, high), return_inverse=True)
    best = np.full(len(key), -np.inf)
    np.maximum.at(best, inverse, state.odds[apart])
    worst = np.zeros(len(key))
    np.minimum.at(worst, inverse, state.ratio[apart])
    low, high = key >> 32, key & 0xFFFFFFFF
    allowed = _allowed(state, bounds, low, high)
    low, high, support = low[allowed], high[allowed], (best + worst)[allowed]
    everyone = np.arange(len(state.label))
    return low, high, support, _share(low, high, support, _known(state, bounds), _outside(state), everyone)


def _allowed(state: _Growth, bounds: Bounds, low: Ints, high: Ints) -> NDArray[np.bool_]:
    allowed = np.ones(len(low), bool)
    for values in (bounds.group, *bounds.differs):
        table = _values_of(state.label, values)
        allowed &= ~_clash(table, low, high, same=values is bounds.group)
    apart = _packed(*_ordered(state.label[bounds.cannot[0]], state.label[bounds.cannot[1]]))
    return allowed & ~is_among(_packed(low, high), apart)


def _values_of(label: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Distinct (cluster, value), sorted."""
    held = np.flatnonzero(values >= 0)
    packed = distinct(_packed(label[held], values[held]))
    return packed >> 32, packed & 0xFFFFFFFF


def _clash(table: tuple[Ints, Ints], low: Ints, high: Ints, *, same: bool) -> NDArray[np.bool_]:
    """Whether two clusters hold one value in common (`same`), or hold values of which one is not the other's."""
    owner, value = table
    known = _packed(owner, value)
    first, last = np.searchsorted(owner, low), np.searchsorted(owner, low, side="right")
    clash = np.zeros(len(low), bool)
    other = np.searchsorted(owner, high, side="right") > np.searchsorted(owner, high)
    for step in range(int((last - first).max(initial=0))):
        at = first + step
        valid = np.flatnonzero((at < last) & other)
        found = is_among(_packed(high[valid], value[at[valid]]), known)
        clash[valid] |= found if same else ~found
    return clash


def _outside(state: _Growth) -> Floats:
    """For each cluster the odds of being a known person of another component."""
    outside: Floats = np.bincount(state.label, state.outside, minlength=len(state.label)).astype(np.float64)
    return outside


def _known(state: _Growth, bounds: Bounds) -> Ints:
    """For each cluster the kind of known person in it, -1 where none."""
    known = np.full(len(state.label), -1, np.int64)
    held = bounds.known >= 0
    known[state.label[held]] = bounds.known[held]
    return known


def _propose(state: _Growth, bounds: Bounds, least: float) -> tuple[Ints, Ints]:
    """Clusters that are to join, as pairs: two that are each other's best, or all pairs of a set (`_alike`)."""
    low, high, alone, support = _support(state, bounds)
    good = support >= least
    pairs = Links(low, high, alone, alone)
    low, high, support = low[good], high[good], np.round(support[good], EXACT)
    if not len(low):
        return low, high
    known = _known(state, bounds) >= 0
    order = np.lexsort((high, low, ~(known[low] | known[high]), -support))  # of two as good the known person
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    best = np.full(len(state.label), len(order), np.int64)
    np.minimum.at(best, low, rank)
    np.minimum.at(best, high, rank)
    mutual = (best[low] == rank) & (best[high] == rank)
    most = support[order]
    tied = (support == most[best[low]]) & (support == most[best[high]])
    chosen = mutual | _alike(state, bounds, pairs, (low, high, support), tied, least)
    return low[chosen], high[chosen]


def _alike(
    state: _Growth, bounds: Bounds, pairs: Links, good: tuple[Ints, Ints, Floats], tied: NDArray[np.bool_], least: float
) -> NDArray[np.bool_]:
    """Which good pairs lie in sets of clusters that can join at once.

    These hang together by ties, all their pairs are good, and all their rivals together take too little to part them.
    One after the other they would join as well, each time with all their pairs to look at again.
    """
    low, high, support = good
    group = _components(len(state.label), low[tied], high[tied])
    inside = group[low] == group[high]
    sizes = np.bincount(group)
    is_set = np.bincount(group[low[inside]], minlength=len(sizes)) == sizes * (sizes - 1) // 2
    rivals = _most_rivals(pairs, group, _known(state, bounds)) + np.bincount(group, _outside(state))
    strength = np.full(len(sizes), -np.inf)
    strength[group[low[tied]]] = support[tied]  # one figure for all ties of a set
    is_set &= strength - np.log2(1 + rivals) >= least
    alike: NDArray[np.bool_] = inside & is_set[group[low]]
    return alike


def _most_rivals(pairs: Links, group: Ints, known: Ints) -> Floats:
    """For each group the most that `_share` counts against a pair of it while its clusters join one after the other."""
    own, other = np.concatenate((pairs.left, pairs.right)), np.concatenate((pairs.right, pairs.left))
    odds = np.exp2(np.clip(np.tile(pairs.odds, 2), -60, 60))
    counts = (group[own] != group[other]) & (known[other] >= 0) & (known[own] != known[other])
    each, inverse = np.unique(_packed(group[own[counts]], other[counts]), return_inverse=True)
    owner, best = each >> 32, np.zeros(len(each))
    np.maximum.at(best, inverse, odds[counts])
    has_known = np.bincount(group, known >= 0) > 0
    total, largest = np.bincount(owner, best, minlength=len(has_known)), np.zeros(len(has_known))
    np.maximum.at(largest, owner, best)
    most: Floats = np.where(has_known, total, 2 * (total - largest))  # of two whom nobody knows, each has its own
    return most


def _confirmed(state: _Growth, bounds: Bounds, proposal: tuple[Ints, Ints], least: float) -> tuple[Ints, Ints]:
    """What is left of a proposal now that more pairs are known: sets of which all pairs still hold."""
    low, high, _, support = _support(state, bounds)
    holds = is_among(_packed(*proposal), _packed(low, high)[support >= least])
    joined = _components(len(state.label), *proposal)
    broken = np.zeros(len(state.label), bool)
    broken[joined[proposal[0][~holds]]] = True
    kept = ~broken[joined[proposal[0]]]
    return proposal[0][kept], proposal[1][kept]


def _compare_across(state: _Growth, proposal: tuple[Ints, Ints], compare: Compare) -> bool:
    """Score all pairs of records that a proposal would put together and that nobody has compared; whether any were."""
    left, right = _cross_pairs(state.label, *proposal)
    fresh = ~is_among(_packed(left, right), _packed(state.left, state.right))
    if not fresh.any():
        return False
    odds, ratio = compare(state.records[left[fresh]], state.records[right[fresh]])
    state.left, state.right = np.concatenate((state.left, left[fresh])), np.concatenate((state.right, right[fresh]))
    state.odds, state.ratio = np.concatenate((state.odds, odds)), np.concatenate((state.ratio, ratio))
    return True


def _cross_pairs(label: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(label, kind="stable")
    ordered = label[order]
    starts = [np.searchsorted(ordered, side) for side in (low, high)]
    sizes = [np.minimum(np.searchsorted(ordered, side, side="right") - start, MOST_CROSS_PAIRS)
             for side, start in zip((low, high), starts, strict=True)]  # fmt: skip
    many = sizes[0] * sizes[1]
    pair = np.repeat(np.arange(len(low)), many)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
    a = order[starts[0][pair] + within // sizes[1][pair]]
    b = order[starts[1][pair] + within % sizes[1][pair]]
    return _ordered(a, b)


def _join(state: _Growth, proposal: tuple[Ints, Ints]) -> None:
    """Join clusters, each into the first of those that it joins; what lies within one is of no further use."""
    if not len(proposal[0]):
        return
    order = np.lexsort(proposal)
    joining, into = proposal[1][order], proposal[0][order]
    at = np.minimum(np.searchsorted(joining, state.label), len(joining) - 1)
    state.label = np.where(joining[at] == state.label, into[at], state.label)
    across = state.label[state.left] != state.label[state.right]
    state.left, state.right = state.left[across], state.right[across]
    state.odds, state.ratio = state.odds[across], state.ratio[across]


def _components(count: int, left: Ints, right: Ints) -> Ints:
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    label: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def _smallest(label: Ints) -> Ints:
    """Clusters named by their smallest record."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _sum_by(key: Ints, values: Floats) -> Floats:
    if not len(key):
        return values
    _, inverse = np.unique(key, return_inverse=True)
    totals: Floats = np.bincount(inverse, values).astype(np.float64)[inverse]
    return totals


def _ordered(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    return np.minimum(a, b), np.maximum(a, b)


def _packed(low: Ints, high: Ints) -> Ints:
    packed: Ints = (low.astype(np.int64) << 32) | high.astype(np.int64)
    return packed
