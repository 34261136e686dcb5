"""Makes persons, families and households: lineages for the registered residents, arrivals for the floating ones.

What departments hold of them is in `registers`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from sources.synth.households import enter, settle
from sources.synth.names import Naming
from sources.synth.numbers import document, mobile
from sources.synth.persons import FEMALE, Household, IDENTITY_CARD, MALE, Person
from sources.synth.places import Region
from sources.synth.streams import Wheel
from sources.synth.world import World

FLOATING_SHARE = 0.266
CHILDREN = Wheel([(0, 0.08), (1, 0.52), (2, 0.36), (3, 0.04)])
DOCUMENTS = Wheel([("港澳居民居住证", 5), ("台湾居民居住证", 2), ("港澳居民来往内地通行证", 2)])
OUTLANDISH = {
    "港澳居民居住证": "香港特别行政区",
    "港澳居民来往内地通行证": "香港特别行政区",
    "台湾居民居住证": "台湾省",
}
SEED_YEARS = Wheel((year, 0.55 if year < 1950 else 1.5 if 1972 <= year < 1992 else 0.9) for year in range(1938, 1997))


def any_day(rng: Random, year: int) -> date:
    """A day of the year; the first of January more often for the old, whose papers were guessed."""
    if year < 1960 and rng.random() < 0.01:
        return date(year, 1, 1)
    return date(year, 1, 1) + timedelta(days=rng.randrange(365))


def first_place_code(birth: date) -> str:
    """The code under which a child born here on that day was registered."""
    return "370123" if birth < date(1992, 8, 1) else "370181" if birth.year < 2017 else "370114"


def new_person(
    world: World,
    rng: Random,
    sex: int,
    birth: date,
    naming: Naming,
    origin: Region | None = None,
    id_type: str = IDENTITY_CARD,
) -> Person:
    """A person with a number, a phone if of age, and schooling that fits the age."""
    if id_type != IDENTITY_CARD:
        number = document(rng, id_type, birth, sex, world.office)
    else:
        number = world.office.issue(rng, origin.code if origin else first_place_code(birth), birth, sex)
    age = world.today.year - birth.year
    person = Person(len(world.persons), _uid(world, rng), sex, birth, naming, number, id_type, origin=origin)
    person.phone = mobile(rng) if age >= 14 and rng.random() < 0.95 else ""
    person.former_phone = mobile(rng) if person.phone and rng.random() < 0.25 else ""
    person.education = schooling(rng, age)
    world.persons.append(person)
    return person


def _uid(world: World, rng: Random) -> int:
    while True:
        uid = rng.randrange(1000, 10_000_000)
        if uid not in world.used:
            world.used.add(uid)
            return uid


def schooling(rng: Random, age: int) -> str:
    """A code of GB/T 4658, by age."""
    if age < 6:
        return ""
    if age < 19:
        return "80" if age < 12 else "70" if age < 16 else "60"
    if age > 62:
        return rng.choice(("70", "80"))
    return rng.choice(("20", "30", "60", "70") if age < 42 else ("30", "60", "70"))


def grow_residents(world: World, rng: Random, count: int) -> None:
    """Lineages until about `count` persons are registered here."""
    brides: list[Person] = []
    while len(world.persons) < count:
        year = SEED_YEARS.pick(rng)
        husband = _adult(world, rng, MALE, year)
        wife = _adult(world, rng, FEMALE, year + rng.randrange(-3, 4))
        _marry_off(world, rng, husband, wife, brides)
        while len(brides) > max(3, count // 150):
            _find_groom(world, rng, brides)
    while brides:
        _find_groom(world, rng, brides)


def _find_groom(world: World, rng: Random, brides: list[Person]) -> None:
    """The longest-waiting woman marries a man whose parents are not known here, or stays alone."""
    bride = brides.pop(0)
    if rng.random() < 0.25:
        settle(world, rng, [bride])
        return
    groom = _adult(world, rng, MALE, bride.birth.year - rng.randrange(-2, 5))
    _marry_off(world, rng, groom, bride, brides)


def _adult(world: World, rng: Random, sex: int, year: int) -> Person:
    birth = any_day(rng, year)
    origin = world.places.region(rng) if rng.random() < (0.13 if sex == FEMALE else 0.05) else None
    return new_person(world, rng, sex, birth, world.names.han(rng, sex, year), origin)


def wed(husband: Person, wife: Person) -> None:
    """Make two persons spouses."""
    husband.spouse, wife.spouse = wife, husband
    husband.marital = wife.marital = "20"


def _marry_off(world: World, rng: Random, husband: Person, wife: Person, brides: list[Person]) -> None:
    """Marry two, raise their children, settle the household, and go on with grown children."""
    wed(husband, wife)
    grown: list[Person] = []
    at_home: list[Person] = []
    for child in raise_children(world, rng, husband, wife):
        marries_at = 23 + rng.randrange(8)
        (grown if world.today.year - child.birth.year >= marries_at and rng.random() < 0.93 else at_home).append(child)
    settle(world, rng, [husband, wife, *at_home])
    for child in grown:
        if child.sex == FEMALE:
            brides.append(child)
            continue
        bride = _find_bride(world, rng, child, brides)
        _marry_off(world, rng, child, bride, brides)


def _find_bride(world: World, rng: Random, groom: Person, brides: list[Person]) -> Person:
    """A waiting woman of about the same age from another family, or one from elsewhere."""
    for position in range(min(len(brides), 12)):
        bride = brides[-1 - position]
        if abs(bride.birth.year - groom.birth.year) <= 4 and bride.father is not groom.father:
            return brides.pop(len(brides) - 1 - position)
    return _adult(world, rng, FEMALE, min(groom.birth.year + rng.randrange(-3, 4), world.today.year - 22))


def raise_children(
    world: World, rng: Random, father: Person, mother: Person, origin: Region | None = None
) -> list[Person]:
    """Children born when the mother was 21 to 38; now and then twins."""
    children: list[Person] = []
    year = max(mother.birth.year + rng.randrange(21, 31), father.birth.year + 20)
    for _ in range(CHILDREN.pick(rng)):
        birth = any_day(rng, year)
        if birth > world.today - timedelta(days=5):
            break
        for _ in range(2 if rng.random() < 0.012 else 1):
            children.append(bear(world, rng, father, mother, birth, origin))
        year += rng.randrange(2, 7)
    return children


def bear(
    world: World, rng: Random, father: Person, mother: Person, birth: date, origin: Region | None = None
) -> Person:
    """One child of two parents."""
    sex = MALE if rng.random() < 0.515 else FEMALE
    naming = world.names.child_of(rng, sex, birth.year, father.naming)
    child = new_person(world, rng, sex, birth, naming, origin)
    child.father, child.mother, child.is_floating = father, mother, father.is_floating
    father.children.append(child)
    mother.children.append(child)
    return child


def grow_arrivals(world: World, rng: Random, count: int) -> None:
    """Floating residents: single workers, couples, families; a few from Hong Kong, Macao, Taiwan and abroad."""
    target = len(world.persons) + count
    while len(world.persons) < target:
        arrive(world, rng)


def arrive(world: World, rng: Random) -> Household:
    """One household of floating residents."""
    chance = rng.random()
    makers: tuple[tuple[float, Callable[[World, Random], list[Person]]], ...] = (
        (0.012, _foreigner), (0.027, _from_outlying), (0.55, _single_worker), (1.0, _family),
    )  # fmt: skip
    members = next(make for bound, make in makers if chance < bound)(world, rng)
    household = Household(len(world.households) + 1, "", world.places.door(rng), is_floating=True)
    world.households.append(household)
    for member in members:
        member.is_floating = True
        enter(household, member, members[0])
    return household


def _worker_year(world: World, rng: Random) -> int:
    return world.today.year - min(78, max(18, round(rng.gauss(34, 11))))


def _single_worker(world: World, rng: Random) -> list[Person]:
    sex = MALE if rng.random() < 0.52 else FEMALE
    return [_newcomer(world, rng, sex, _worker_year(world, rng), world.places.region(rng))]


def _newcomer(world: World, rng: Random, sex: int, year: int, region: Region) -> Person:
    is_minority = rng.random() < (0.35 if region.code[:2] in {"65", "54"} else 0.012)
    naming = world.names.minority(rng, sex) if is_minority else world.names.han(rng, sex, year)
    person = new_person(world, rng, sex, any_day(rng, year), naming, region)
    person.registered_home = world.places.outside_door(rng, region)
    return person


def _family(world: World, rng: Random) -> list[Person]:
    region = world.places.region(rng)
    year = _worker_year(world, rng)
    husband = _newcomer(world, rng, MALE, year, region)
    wife = _newcomer(world, rng, FEMALE, min(year + rng.randrange(-4, 5), world.today.year - 20), region)
    wife.registered_home = husband.registered_home
    husband.is_floating = wife.is_floating = True
    wed(husband, wife)
    children = raise_children(world, rng, husband, wife, region)
    for child in children:
        child.registered_home = husband.registered_home
    are_left_behind = rng.random() < 0.3
    return [husband, wife, *(c for c in children if world.today.year - c.birth.year < 22 and not are_left_behind)]


def _foreigner(world: World, rng: Random) -> list[Person]:
    sex = rng.choice((MALE, FEMALE))
    birth = any_day(rng, _worker_year(world, rng))
    person = new_person(world, rng, sex, birth, world.names.foreign(rng, sex), None, "外国护照")
    person.registered_home = world.places.outside_door(rng, None, "外籍")
    return [person]


def _from_outlying(world: World, rng: Random) -> list[Person]:
    sex, year, id_type = rng.choice((MALE, FEMALE)), _worker_year(world, rng), DOCUMENTS.pick(rng)
    person = new_person(world, rng, sex, any_day(rng, year), world.names.han(rng, sex, year), None, id_type)
    person.registered_home = world.places.outside_door(rng, None, OUTLANDISH[id_type])
    return [person]
