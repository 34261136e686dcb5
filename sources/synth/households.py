"""Who lives with whom: founding, entering and leaving households.

Which families there are is in `population`.
"""

from random import Random

from sources.synth.persons import FEMALE, Household, MALE, Person
from sources.synth.world import World

RELATIONS = {MALE: ("子", "父亲"), FEMALE: ("女", "母亲")}


def settle(world: World, rng: Random, members: list[Person]) -> Household:
    """One household in one dwelling; a third generation may join: the head's parents."""
    number = f"370114{world.serial(rng, 9):09d}"
    household = Household(len(world.households) + 1, number, world.places.door(rng))
    world.households.append(household)
    head = members[0]
    parents = [person for person in (head.father, head.mother) if person is not None]
    if head.sex == MALE and head.spouse is not None and rng.random() < 0.32 and _live_alone(parents):
        members = [*members, *parents]
    for member in members:
        enter(household, member, head)
    return household


def _live_alone(parents: list[Person]) -> bool:
    """Whether two parents are by themselves, and so may join a son's household."""
    household = parents[0].household if len(parents) == 2 else None
    return household is not None and all(member in parents for member in household.members)


def enter(household: Household, member: Person, head: Person) -> None:
    """Put a person into a household, with the relation to its head."""
    leave_household(member)
    member.previous_home = member.home
    member.household, member.home = household, household.dwelling
    member.registered_home = member.registered_home if household.is_floating else household.dwelling
    household.members.append(member)
    child, parent = RELATIONS[member.sex]
    if member is head:
        member.relation = "户主"
    elif member is head.spouse:
        member.relation = "配偶"
    else:
        member.relation = parent if member in (head.father, head.mother) else child


def leave_household(person: Person) -> None:
    """Take a person out of the household; the next member becomes its head."""
    household = person.household
    if household is None or person not in household.members:
        return
    household.members.remove(person)
    if person.relation == "户主" and household.members:
        appoint_head(household, next((m for m in household.members if m.relation == "配偶"), household.members[0]))


def appoint_head(household: Household, head: Person) -> None:
    """Make a member the head and put it first; children keep their relation."""
    head.relation = "户主"
    household.members.remove(head)
    household.members.insert(0, head)


def move(world: World, rng: Random, person: Person, into: Household | None) -> None:
    """One person moves into a household, or makes a new one."""
    leave_household(person)
    person.previous_home = person.home
    if into is None:
        into = settle(world, rng, [person]) if not person.is_floating else _lodge(world, rng, person)
    if person not in into.members:
        enter(into, person, into.members[0] if into.members else person)


def _lodge(world: World, rng: Random, person: Person) -> Household:
    household = Household(len(world.households) + 1, "", world.places.door(rng), is_floating=True)
    world.households.append(household)
    enter(household, person, person)
    return household
