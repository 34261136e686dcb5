"""All there is on one day: persons, households and the departments' registers.

`population` fills persons and households, `registers` the records, `changes` lets time pass.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from sources.synth.names import NameBook
from sources.synth.numbers import NumberOffice
from sources.synth.persons import Household, Person
from sources.synth.places import Gazetteer
from sources.synth.records import Record


@dataclass(slots=True)
class World:
    """All there is, on one day."""

    seed: int
    today: date
    names: NameBook
    office: NumberOffice
    places: Gazetteer
    persons: list[Person] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    registers: dict[str, list[Record]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def serial(self, rng: Random, digits: int) -> int:
        """A number with up to so many digits which nothing else in this world has; more digits for large worlds."""
        size = 10 ** (digits if digits > 7 or len(self.persons) < 250_000 else 8)
        while True:
            number = rng.randrange(size)
            if number not in self.used:
                self.used.add(number)
                return number
