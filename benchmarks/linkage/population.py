"""Fictitious persons as columns: households, names, births, citizen numbers. All are drawn at once with numpy.

Not here: what a clerk writes of a person (`records`, `damage`).
"""

from dataclasses import dataclass

import numpy as np
from digits import citizen_digits
from numpy.random import Generator
from numpy.typing import NDArray
from vocabulary import given_names, shares, surnames

LAST_DAY = np.datetime64("2025-10-31")
HEAD, SPOUSE, CHILD, ELDER, TWIN = range(5)
SPOUSES, ELDERS = 0.72, 0.14
CHILDREN = (0.28, 0.42, 0.24, 0.06)


@dataclass
class Population:
    """One row a person; `household` numbers dwellings, `given` is one or two code points."""

    household: NDArray[np.int64]
    surname: NDArray[np.int64]
    given: NDArray[np.uint32]
    sex: NDArray[np.int8]
    birth: NDArray[np.datetime64]
    citizen: NDArray[np.uint8]

    def __len__(self) -> int:
        """The number of persons."""
        return len(self.household)


def make_population(size: int, rng: Generator, twin_rate: float = 0.016, alike_rate: float = 0.03) -> Population:
    """Families of heads, spouses, children and elders until there are `size` persons.

    Args:
        size: how many persons.
        rng: the source of chance.
        twin_rate: share of births that are twins.
        alike_rate: share of children whose name is close to their father's.

    Returns:
        Persons in household order.
    """
    household, role = _roles(size, rng, twin_rate)
    sex = rng.integers(1, 3, len(household)).astype(np.int8)
    sex[(role == HEAD) & (rng.random(len(sex)) < 0.8)] = 1
    head = np.flatnonzero(role == HEAD)[household]
    sex[role == SPOUSE] = 3 - sex[head][role == SPOUSE]
    birth = _births(role, head, rng)
    surname = rng.choice(len(surnames().share), len(household), p=surnames().share)
    surname = np.where(role == SPOUSE, surname, surname[head])
    given = _given(sex, birth, rng)
    _resemble_father(given, role, head, rng, alike_rate)
    _pair_twins(given, sex, birth, role, rng)
    keep = slice(0, size)
    citizen = citizen_digits(birth[keep], sex[keep], rng)
    return Population(household[keep], surname[keep], given[keep], sex[keep], birth[keep], citizen)


def _roles(size: int, rng: Generator, twin_rate: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Household and role of every person; a twin follows the child it is the twin of."""
    count = size // 2 + 10
    children = rng.choice(len(CHILDREN), count, p=CHILDREN)
    parts = [(np.arange(count), HEAD), (np.flatnonzero(rng.random(count) < SPOUSES), SPOUSE)]
    parts += [(np.flatnonzero(children > number), CHILD) for number in range(len(CHILDREN) - 1)]
    parts.append((np.flatnonzero(rng.random(count) < ELDERS), ELDER))
    household = np.concatenate([homes for homes, _ in parts])
    role = np.concatenate([np.full(len(homes), role) for homes, role in parts])
    order = np.argsort(household, kind="stable")
    household, role = household[order], role[order]
    # Each twin birth is two of the births: half as many second children as twins.
    twins = np.flatnonzero((role == CHILD) & (rng.random(len(role)) < twin_rate))
    return np.insert(household, twins + 1, household[twins]), np.insert(role, twins + 1, TWIN)


def _births(role: NDArray[np.int64], head: NDArray[np.int64], rng: Generator) -> NDArray[np.datetime64]:
    """Days of birth around that of the head of the household; a twin's follows later."""
    days = np.datetime64("1935-01-01") + rng.integers(0, 24_500, len(role)).astype("timedelta64[D]")
    distance = {
        SPOUSE: rng.normal(300, 900, len(role)),
        CHILD: rng.normal(365 * 27, 1_600, len(role)),
        ELDER: -rng.normal(365 * 27, 1_600, len(role)),
    }
    birth = days.copy()
    for relation, gap in distance.items():
        chosen = role == relation
        birth[chosen] = days[head][chosen] + gap[chosen].astype("timedelta64[D]")
    late = birth > LAST_DAY
    birth[late] = LAST_DAY - rng.integers(0, 6_000, late.sum()).astype("timedelta64[D]")
    return birth


def _given(sex: NDArray[np.int8], birth: NDArray[np.datetime64], rng: Generator) -> NDArray[np.uint32]:
    """One or two characters as parents of that year chose them."""
    book = given_names()
    year = birth.astype("datetime64[Y]").astype(int) + 1970
    era = np.searchsorted(book.eras, year, side="right")
    given = np.zeros((len(sex), 2), dtype=np.uint32)
    for index in np.ndindex(2, len(book.eras) + 1):
        chosen = np.flatnonzero((sex == index[0] + 1) & (era == index[1]))
        wheel = book.characters[index[0]][index[1]]
        given[chosen] = rng.choice(wheel, (len(chosen), 2), p=shares(len(wheel)))
        single = rng.random(len(chosen)) < book.single_rate[index[1]]
        given[chosen[single], 1] = 0
        popular = chosen[rng.random(len(chosen)) < book.popular_rate[index[1]]]
        names = book.popular[index[0]][index[1]]
        given[popular] = names[rng.choice(len(names), len(popular), p=shares(len(names)))]
    return given


def _resemble_father(
    given: NDArray[np.uint32], role: NDArray[np.int64], head: NDArray[np.int64], rng: Generator, rate: float
) -> None:
    """Some children share a character with the head of the household, in the same place."""
    alike = np.flatnonzero((role == CHILD) & (rng.random(len(role)) < rate))
    alike = alike[given[head[alike], 1] > 0]
    given[alike, 0] = given[head[alike], 0]


def _pair_twins(
    given: NDArray[np.uint32],
    sex: NDArray[np.int8],
    birth: NDArray[np.datetime64],
    role: NDArray[np.int64],
    rng: Generator,
) -> None:
    """Twins: born on one day, mostly of one sex, their names sharing one character."""
    twin = np.flatnonzero(role == TWIN)
    birth[twin] = birth[twin - 1]
    same = twin[rng.random(len(twin)) < 0.65]
    sex[same] = sex[same - 1]
    double = twin[(given[twin - 1, 1] > 0) & (given[twin, 1] > 0)]
    place = rng.integers(0, 2, len(double))
    given[double, place] = given[double - 1, place]
