"""One night between two deliveries: what is sent, what happened, and which records a person stands in.

The events themselves are in `changes_life` and `changes_things`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from sources.synth.persons import Company, Person
from sources.synth.records import (
    Account,
    Allowance,
    Card,
    Cremation,
    Insurance,
    Lease,
    Pay,
    Pupil,
    Record,
    Registration,
    Right,
    Share,
    Stay,
    Visit,
    Wedding,
)  # fmt: skip
from sources.synth.streams import some
from sources.synth.world import World

NumberChange: TypeAlias = tuple[int, str, str, str]
"""Uid, old number, new number, cause."""


def people_in(record: Record) -> tuple[Person, ...]:
    """The persons a record is about; children and guardians follow from them."""
    match record:
        case Registration() | Stay() | Insurance() | Pupil() | Pay() | Account() | Visit():
            return (record.person,)
        case Card():
            return (record.woman,)
        case Wedding():
            return (record.husband, record.wife)
        case Allowance():
            return tuple(record.members)
        case Cremation():
            return (record.deceased,)
        case Right():
            return tuple(record.owners)
        case Lease():
            return (record.landlord, record.tenant)
        case Company():
            return (record.representative,)
        case Share():
            return (record.holder,) if isinstance(record.holder, Person) else ()


@dataclass(slots=True)
class Night:
    """The changes of one night, on the way to the files."""

    world: World
    rng: Random
    number: int
    index: dict[int, list[tuple[str, Record]]]
    revisions: dict[int, int]
    sent: dict[str, dict[int, Record]] = field(default_factory=lambda: defaultdict(dict))
    events: list[tuple[int, str, int]] = field(default_factory=list)
    number_changes: list[NumberChange] = field(default_factory=list)

    def note(self, event: str, person: Person) -> None:
        """Put an event into the truth."""
        self.events.append((self.number, event, person.uid))

    def send(self, extract: str, record: Record) -> None:
        """A record goes into tonight's file."""
        self.sent[extract][record.key] = record

    def resend(self, person: Person, *extracts: str) -> bool:
        """All records of a person in these registers go out again; whether there were any."""
        found = [(extract, record) for extract, record in self.index.get(person.index, ()) if extract in extracts]
        for extract, record in found:
            self.send(extract, record)
        return bool(found)

    def pick(self, people: list[Person], count: int) -> list[Person]:
        """Some of these people."""
        return self.rng.sample(people, min(count, len(people)))

    def times(self, rate: float, least: int = 0) -> int:
        """How often something happens tonight."""
        return some(self.rng, rate, len(self.world.persons), least)


def index_records(world: World, index: dict[int, list[tuple[str, Record]]], since: dict[str, int]) -> None:
    """Enter into the index by person what came into the registers since."""
    for extract, records in world.registers.items():
        for record in records[since.get(extract, 0) :]:
            for person in people_in(record):
                index.setdefault(person.index, []).append((extract, record))
