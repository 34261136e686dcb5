"""What has happened to the persons before the first night: deaths, divorces, new names and numbers, old homes.

Later events are in `changes`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from sources.synth.households import leave_household, move
from sources.synth.persons import IDENTITY_CARD, Person
from sources.synth.population import any_day, wed
from sources.synth.spelling import Speller
from sources.synth.streams import some
from sources.synth.world import World

FORMER_NAME_RATE, ALIAS_RATE, NAMESAKE_RATE = 0.027, 0.012, 0.0012
FORMER_NUMBER_RATE, SECOND_NUMBER_RATE, SHARED_NUMBER_RATE = 0.0014, 0.0014, 0.0006


def live(world: World, rng: Random, speller: Speller) -> list[tuple[int, str, str, str]]:
    """Let the past happen; returns number changes as (uid, old, new, cause)."""
    _widow(world, rng)
    _bury(world, rng)
    _divorce(world, rng)
    _marry_across(world, rng)
    _rename(world, rng, speller)
    _recall_homes(world, rng)
    _await_papers(world, rng)
    _make_namesakes(world, rng)
    _share_numbers(world, rng)
    world.households = [household for household in world.households if household.members]
    return renumber(world, rng, some(rng, FORMER_NUMBER_RATE, len(world.persons), 1))


def _widow(world: World, rng: Random) -> None:
    """Old couples of whom one died long ago, and is no longer in any register of residents."""
    for person in world.persons:
        age = person.age(world.today)
        if age < 55 or person.spouse is None or person.is_floating or rng.random() > (age - 45) / 260:
            continue
        person.died = person.cancelled = any_day(rng, rng.randrange(2004, 2025))
        person.cancel_cause = "死亡"
        person.spouse.marital, person.spouse.spouse = "30", None
        leave_household(person)


def _bury(world: World, rng: Random) -> None:
    """Deaths of the last two years; a part of the families has not reported them yet."""
    old = [
        p for p in world.persons if p.died is None and rng.random() < max(0.004, (p.age(world.today) - 50) / 30) ** 2
    ]
    for person in rng.sample(old, min(len(old), some(rng, 0.0086, len(world.persons), 1))):
        died = world.today - timedelta(days=rng.randrange(3, 660))
        die(person, died, died + timedelta(days=rng.randrange(0, 40)) if rng.random() < 0.82 else None)


def die(person: Person, died: date, reported: date | None) -> None:
    """A death; the household keeps the cancelled row until it is cleaned, the spouse is widowed when reported."""
    person.died = died
    if reported is None:
        return
    person.cancelled, person.cancel_cause = reported, "死亡"
    if person.spouse is not None:
        person.spouse.marital = "30"


def couples(persons: Iterable[Person]) -> list[tuple[Person, Person]]:
    """Living married pairs, husband first."""
    return [(p, p.spouse) for p in persons if p.sex == 1 and p.spouse is not None and p.is_here and p.spouse.is_here]


def _divorce(world: World, rng: Random) -> None:
    """Divorces, and second marriages of some of the divorced."""
    free: list[Person] = []
    for husband, wife in couples(world.persons):
        if husband.age(world.today) < 62 and not husband.is_floating and rng.random() < 0.03:
            divorce(world, rng, husband, wife)
            free.append(husband if rng.random() < 0.5 else wife)
    men, women = ([p for p in free if p.sex == sex] for sex in (1, 2))
    for husband, wife in zip(men, women, strict=False):
        if abs(husband.birth.year - wife.birth.year) < 9:
            wed(husband, wife)
            move(world, rng, wife, husband.household)


def _marry_across(world: World, rng: Random) -> None:
    """Some of those without an identity card are married to residents."""
    free = [
        p for p in world.persons if p.spouse is None and p.is_here and 22 <= p.age(world.today) < 60 and p.household
    ]
    cards = [person for person in free if person.id_type == IDENTITY_CARD]
    for person in [person for person in free if person.id_type != IDENTITY_CARD and rng.random() < 0.4]:
        alike = (rng.choice(cards) for _ in range(80))
        fits = (p for p in alike if p.sex != person.sex and p.spouse is None)
        mate = next((p for p in fits if abs(p.birth.year - person.birth.year) < 8), None)
        if mate is not None:
            wed(*((person, mate) if person.sex == 1 else (mate, person)))


def divorce(world: World, rng: Random, husband: Person, wife: Person) -> None:
    """End a marriage; the wife moves out."""
    husband.spouse = wife.spouse = None
    husband.marital = wife.marital = "40"
    move(world, rng, wife, None)


def _rename(world: World, rng: Random, speller: Speller) -> None:
    for person in world.persons:
        chance = rng.random()
        if chance < FORMER_NAME_RATE and person.naming.surname and not person.is_floating:
            fresh = world.names.given(rng, person.sex, person.birth.year)
            person.former_name = person.naming.surname + fresh
        elif chance < FORMER_NAME_RATE + ALIAS_RATE and person.naming.surname:
            person.alias = speller.misspell(rng, person.naming.name)


def _recall_homes(world: World, rng: Random) -> None:
    """Former dwellings, which other departments still hold; and homes away from the registered address."""
    for household in world.households:
        if rng.random() < 0.16:
            former = world.places.door(rng)
            for member in household.members:
                member.previous_home = member.previous_home or former
        if not household.is_floating and rng.random() < 0.13:
            actual = world.places.door(rng)
            for member in household.members:
                member.home = actual


def _await_papers(world: World, rng: Random) -> None:
    """The newborn: some unnamed, some without a number."""
    for person in world.persons:
        days = (world.today - person.birth).days
        if days < 120 and person.mother is not None:
            person.is_unnamed = rng.random() < 0.45 * (1 - days / 120)
            person.has_number = rng.random() > 0.6 * (1 - days / 120)


def _make_namesakes(world: World, rng: Random) -> None:
    """Different persons of one name who were born on one day."""
    here = [person for person in world.persons if person.is_here and person.father is None]
    found = [person for person in here if person.id_type == IDENTITY_CARD and person.naming.surname]
    for person in rng.sample(found, min(len(found), some(rng, NAMESAKE_RATE, len(world.persons), 1))):
        alike = (rng.choice(found) for _ in range(60))
        like = next((p for p in alike if p.sex == person.sex and 0 < abs(p.birth.year - person.birth.year) < 4), None)
        if like is None or any(abs(like.birth.year - child.birth.year) < 18 for child in person.children):
            continue
        person.naming, person.birth = like.naming, like.birth
        person.number = world.office.issue(rng, person.number[:6], person.birth, person.sex)


def _share_numbers(world: World, rng: Random) -> None:
    """Two persons who were given the same number long ago."""
    same: dict[tuple[int, int, str], list[Person]] = defaultdict(list)
    for person in world.persons:
        if person.id_type == IDENTITY_CARD and 1950 < person.birth.year < 1990 and person.is_here:
            same[person.sex, person.birth.year, person.number[:6]].append(person)
    groups = sorted((group for group in same.values() if len(group) > 1), key=lambda group: group[0].uid)
    for group in rng.sample(groups, min(len(groups), some(rng, SHARED_NUMBER_RATE / 2, len(world.persons)))):
        first, second = rng.sample(group, 2)
        second.birth, second.number = first.birth, first.number


def renumber(world: World, rng: Random, count: int) -> list[tuple[int, str, str, str]]:
    """New numbers for some: a shared number resolved, a birth date corrected."""
    found: list[tuple[int, str, str, str]] = []
    adults = [p for p in world.persons if p.id_type == IDENTITY_CARD and p.is_here and p.birth.year < 2010]
    for person in rng.sample(adults, min(count, len(adults))):
        person.former_number = person.number
        cause = rng.choice(("重号更正", "出生日期更正"))
        if cause == "出生日期更正":
            person.birth = max(date(1930, 1, 1), person.birth + timedelta(days=rng.randrange(-40, 41)))
        person.number = world.office.issue(rng, person.number[:6], person.birth, person.sex)
        found.append((person.uid, person.former_number, person.number, cause))
    return found


def double(world: World, rng: Random) -> list[Person]:
    """Persons with a second registration under another number at another address."""
    here = [p for p in world.persons if not p.is_floating and p.is_here and 1950 < p.birth.year < 2000]
    chosen = rng.sample(here, min(len(here), some(rng, SECOND_NUMBER_RATE, len(world.persons))))
    for person in chosen:
        birth = max(date(1930, 1, 1), person.birth + timedelta(days=rng.randrange(-300, 300)))
        person.second_number = world.office.issue(rng, person.number[:6], birth, person.sex)
    return chosen
