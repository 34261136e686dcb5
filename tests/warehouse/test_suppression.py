"""Small cells cannot be worked out from what is published."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from warehouse.suppression import find_sums, Sums, suppress

K = 5


def table(rng, towns, places, ages, scale):
    """Counts by town, place and age with all their sums, as cells."""
    inner = {
        (f"t{t}", f"t{t}p{p}", f"a{a}"): int(rng.poisson(scale * rng.random() ** 3))
        for t, p, a in itertools.product(range(towns), range(places), range(ages))
    }
    sets = [(), (0,), (0, 1), (2,), (0, 2), (0, 1, 2)]
    cells, which, counts = [], [], []
    for number, dims in enumerate(sets):
        sums = {}
        for values, count in inner.items():
            key = tuple(value if d in dims else None for d, value in enumerate(values))
            sums[key] = sums.get(key, 0) + count
        for key, count in sums.items():
            if count:
                cells.append(key)
                which.append(number)
                counts.append(count)
    return np.array(counts), Sums.of(find_sums(cells, sets, which))


def attack(counts, hidden, sums):
    """For each hidden cell the least and the most that it can be, a whole number, given all that is shown and no 0."""
    unknown = np.flatnonzero(hidden)
    place = {cell: n for n, cell in enumerate(unknown)}
    matrix, right = [], []
    for number, total in enumerate(sums.total):
        row, value = np.zeros(len(unknown)), 0
        of_total = sums.owner == number
        for cell, weight in zip(sums.part[of_total], sums.weight[of_total], strict=True):
            if hidden[cell]:
                row[place[cell]] += weight
            else:
                value -= weight * counts[cell]
        if hidden[total]:
            row[place[total]] -= 1
        else:
            value += counts[total]
        matrix.append(row)
        right.append(value)
    bounds = []
    for n in range(len(unknown)):
        aim = np.zeros(len(unknown))
        aim[n] = 1
        ends = [
            linprog(
                sign * aim, A_eq=np.array(matrix), b_eq=np.array(right), bounds=(1, None), method="highs", integrality=1
            )
            for sign in (1, -1)
        ]
        bounds.append(tuple(round(abs(end.fun), 6) if end.status == 0 else np.inf for end in ends))
    return unknown, bounds


@pytest.mark.parametrize("seed", range(12))
def test_an_attacker_with_all_sums_learns_no_small_cell(seed):
    rng = np.random.default_rng(seed)
    counts, sums = table(rng, towns=3, places=3, ages=3, scale=(4, 12, 40)[seed % 3])
    hidden = suppress(counts, sums, K)
    assert hidden[(counts > 0) & (counts < K)].all()
    unknown, bounds = attack(counts, hidden, sums)
    told = [(counts[cell], most) for cell, (_, most) in zip(unknown, bounds, strict=True) if counts[cell] < K > most]
    assert told == []


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_cell_that_only_several_totals_together_tell_is_open(small):
    """The first two rows less the first two columns leave the one in the third column alone."""
    inner = np.full((4, 4), 50)
    inner[0:2, 0:2] = inner[2:4, 2:4] = 4
    inner[0, 2] = small
    sets = [(), (0,), (1,), (0, 1)]
    cells = [(None, None), *((f"t{t}", None) for t in range(4)), *((None, f"p{p}") for p in range(4))]
    cells += [(f"t{t}", f"p{p}") for t, p in itertools.product(range(4), range(4))]
    which = [0, *[1] * 4, *[2] * 4, *[3] * 16]
    counts = np.array([inner.sum(), *inner.sum(axis=1), *inner.sum(axis=0), *inner.ravel()])
    sums = Sums.of(find_sums(cells, sets, which))
    alone = (counts > 0) & (counts < K)
    assert dict(zip(*attack(counts, alone, sums), strict=True))[cells.index(("t0", "p2"))] == (small, small)
    hidden = suppress(counts, sums, K)
    bounds = dict(zip(*attack(counts, hidden, sums), strict=True))
    assert all(most >= K for cell, (_, most) in bounds.items() if counts[cell] < K)
    assert not hidden[:9].any()


@pytest.mark.parametrize("seed", range(20))
def test_an_attacker_who_knows_the_units_of_all_sizes_learns_no_small_cell(seed):
    """Cells by size, their number, and by two places how many units they have together; no place is small."""
    rng = np.random.default_rng(seed)
    sizes = np.sort(rng.choice(np.arange(1, 10), 5, replace=False))
    by_size = np.maximum(rng.poisson([60, 30, 8, 3, 3]), 1)
    members = int(by_size @ sizes)
    beyond = int(rng.integers(1, 4))
    counts = np.array(
        [by_size.sum(), *by_size, members + beyond * (seed % 2), 20, members + beyond * (seed % 2) - 20, beyond]
    )
    open_class = ([9], [1]) if seed % 2 else ([], [])
    sums = Sums.of(
        [(0, range(1, 6)), (6, [7, 8])], [(6, [*range(1, 6), *open_class[0]], [*sizes.tolist(), *open_class[1]])]
    )
    hidden = suppress(counts, sums, K, unpublished=[9])
    bounds = dict(zip(*attack(counts, hidden, sums), strict=True))
    assert hidden[1:6].any()
    assert [counts[cell] for cell, (_, most) in bounds.items() if cell != 9 and most < K] == []


@pytest.mark.parametrize("k", [5, 50])
def test_the_smallest_base_is_hidden_whatever_k_is(k):
    """One household of three: k of them would be 3 k persons."""
    assert suppress(np.array([1, 3]), Sums.of([], [(1, [0], [3])]), k).all()


def test_a_total_gives_no_single_cell_away():
    cells = [(None,), ("a",), ("b",), ("c",)]
    sums = Sums.of(find_sums(cells, [(), (0,)], [0, 1, 1, 1]))
    assert suppress(np.array([53, 3, 20, 30]), sums, K).tolist() == [False, True, True, False]


def test_two_ones_are_not_hidden_by_each_other():
    cells = [(None,), ("a",), ("b",), ("c",)]
    sums = Sums.of(find_sums(cells, [(), (0,)], [0, 1, 1, 1]))
    assert suppress(np.array([22, 1, 1, 20]), sums, K).tolist() == [False, True, True, True]


def test_a_total_of_one_part_is_hidden_with_it():
    cells = [(None,), ("a",)]
    sums = Sums.of(find_sums(cells, [(), (0,)], [0, 1]))
    assert suppress(np.array([3, 3]), sums, K).tolist() == [True, True]


def test_large_cells_are_all_shown():
    counts, sums = table(np.random.default_rng(1), 3, 3, 3, 1000)
    counts = np.maximum(counts, K)
    assert not suppress(counts, sums, K).any()
    assert not suppress(counts, sums, 1).any()
