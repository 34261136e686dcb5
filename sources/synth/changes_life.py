"""What happens to persons between two nights: births, deaths, marriages, moves, new names and numbers."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import timedelta

from sources.synth import registers
from sources.synth.holdings import add
from sources.synth.households import enter, leave_household, move
from sources.synth.lives import couples, die, divorce, renumber
from sources.synth.nights import Night
from sources.synth.persons import FEMALE, MALE, Person
from sources.synth.population import arrive, bear, wed
from sources.synth.records import Card, Registration, Stay


def births(night: Night) -> None:
    """Children are born; the mother's card is sent again."""
    world, rng = night.world, night.rng
    mothers = [wife for _, wife in couples(world.persons) if 21 <= wife.age(world.today) < 39]
    for mother in night.pick(mothers, night.times(0.0005, 1)):
        father = mother.spouse
        if father is None or mother.household is None:
            continue
        child = bear(world, rng, father, mother, world.today - timedelta(days=rng.randrange(2, 50)), mother.origin)
        child.is_unnamed, child.has_number = rng.random() < 0.4, rng.random() < 0.5
        child.registered_home = mother.registered_home
        enter(mother.household, child, mother.household.members[0] if mother.household.members else mother)
        if not night.resend(mother, "women"):
            add(world, "women", Card(world.serial(rng, 9), mother, world.today))
        if not child.is_floating and rng.random() < 0.6:
            add(world, "hukou", Registration(world.serial(rng, 12), child, mother.household))
        night.note("birth", child)


def namings(night: Night) -> None:
    """The unnamed get names, the unnumbered numbers."""
    waiting = [p for p in night.world.persons[::-1] if (p.is_unnamed or not p.has_number) and p.is_here]
    for person in night.pick(waiting, max(1, len(waiting) // 10)):
        person.is_unnamed, person.has_number = False, True
        night.resend(person, "hukou", "insurance")
        if person.mother is not None:
            night.resend(person.mother, "women")
        night.note("naming", person)


def deaths(night: Night) -> None:
    """Old people die; half of the families report it at once."""
    world, rng = night.world, night.rng
    old = [
        p
        for p in world.persons
        if p.is_here and p.household is not None and p.age(world.today) > 58 + rng.randrange(25)
    ]
    for person in night.pick(old, night.times(0.0003, 1)):
        died = world.today - timedelta(days=rng.randrange(1, 4))
        die(person, died, world.today if rng.random() < 0.5 else None)
        registers.bury(world, rng, person)
        if person.cancelled:
            night.resend(person, "hukou")
        night.note("death", person)


def late_reports(night: Night) -> None:
    """Deaths of earlier days reach the police."""
    world = night.world
    for person in world.persons:
        if person.died and not person.cancelled and (world.today - person.died).days > 5 and night.rng.random() < 0.08:
            person.cancelled, person.cancel_cause = world.today, "死亡"
            night.resend(person, "hukou")
            night.note("late_death_report", person)


def marriages(night: Night) -> None:
    """Singles marry; mostly the woman moves in."""
    world, rng = night.world, night.rng
    free = [
        p for p in world.persons if p.spouse is None and p.is_here and 22 <= p.age(world.today) < 45 and p.household
    ]
    women = sorted((p for p in free if p.sex == FEMALE), key=lambda p: (p.birth, p.uid))
    years = [woman.birth.year for woman in women]
    sisters = defaultdict(list)
    for woman in women:
        sisters[id(woman.father)].append(woman)
    for man in night.pick([p for p in free if p.sex == MALE], night.times(0.0006, 1)):
        first, last = bisect_left(years, man.birth.year - 5), bisect_right(years, man.birth.year + 5)
        own = sisters[id(man.father)] if man.father is not None else []
        fits = [woman for woman in women[first:last] if woman not in own] if own else women[first:last]
        if not fits:
            continue
        woman = rng.choice(fits)
        place = women.index(woman, first)
        del women[place], years[place]
        wed(man, woman)
        registers.register_wedding(world, rng, man, woman, world.today - timedelta(days=1), "结婚登记")
        add(world, "women", Card(world.serial(rng, 9), woman, world.today))
        if man.is_floating == woman.is_floating:
            move(world, rng, woman, man.household)
            _follow(night, woman)
        for person in (man, woman):
            night.resend(person, "hukou")
            night.note("marriage", person)


def _follow(night: Night, person: Person) -> None:
    """Registrations and stays of a person point to where the person now is."""
    for _, record in night.index.get(person.index, ()):
        if isinstance(record, Registration) and not record.number and person.household is not None:
            record.household = person.household
        elif isinstance(record, Stay) and person.home is not None:
            record.dwelling = person.home


def divorces(night: Night) -> None:
    """Couples part; the wife moves out."""
    world, rng = night.world, night.rng
    pairs = [h for h, w in couples(world.persons) if 22 < h.age(world.today) < 60 and h.household and w.household]
    for husband in night.pick(pairs, night.times(0.0002)):
        wife = husband.spouse
        if wife is None:
            continue
        divorce(world, rng, husband, wife)
        _follow(night, wife)
        registers.register_wedding(world, rng, husband, wife, world.today - timedelta(days=1), "离婚登记")
        for person in (husband, wife):
            night.resend(person, "hukou", "women", "floating")
            night.note("divorce", person)


def moves(night: Night) -> None:
    """Households move within the county."""
    world, rng = night.world, night.rng
    found = [h for h in world.households if h.members]
    for household in rng.sample(found, min(len(found), night.times(0.0004, 1))):
        dwelling = world.places.door(rng)
        household.dwelling = dwelling
        for member in household.members:
            member.previous_home, member.home = member.home, dwelling
            member.registered_home = member.registered_home if household.is_floating else dwelling
            _follow(night, member)
            night.resend(member, "hukou", "floating")
            night.note("move", member)


def departures(night: Night) -> None:
    """Residents register elsewhere."""
    world = night.world
    adults = [
        p for p in world.persons if p.is_here and not p.is_floating and 18 <= p.age(world.today) < 60 and p.household
    ]
    for person in night.pick(adults, night.times(0.0005)):
        person.cancelled, person.cancel_cause = world.today, "迁出"
        night.resend(person, "hukou")
        leave_household(person)
        night.note("departure", person)


def arrivals(night: Night) -> None:
    """New floating residents."""
    world, rng = night.world, night.rng
    for _ in range(night.times(0.0005)):
        for member in arrive(world, rng).members:
            registers.enrol(world, rng, member)
            night.note("arrival", member)


def renames(night: Night) -> None:
    """Names are changed at the police."""
    world, rng = night.world, night.rng
    named = [p for p in world.persons if p.naming.surname and p.is_here and not p.is_unnamed and not p.is_floating]
    for person in night.pick(named, night.times(0.0003)):
        person.former_name = person.name
        person.naming = world.names.han(rng, person.sex, person.birth.year, person.naming.surname)
        night.resend(person, "hukou")
        night.note("rename", person)


def renumberings(night: Night) -> None:
    """Numbers are replaced at the police; others keep the old ones."""
    world, rng = night.world, night.rng
    changed = renumber(world, rng, night.times(0.0002))
    numbers = {new for _, _, new, _ in changed}
    for person in world.persons:
        if person.number in numbers:
            night.resend(person, "hukou", "floating")
            night.note("number_change", person)
    night.number_changes += changed
