"""Persons, households and companies. No behaviour beyond small questions."""

from dataclasses import dataclass, field
from datetime import date

from sources.synth.names import Naming
from sources.synth.places import Dwelling, Region

MALE, FEMALE = 1, 2
IDENTITY_CARD = "居民身份证"


@dataclass(slots=True, eq=False)
class Company:
    """A company (`91…`) or a self-employed business (`92…`)."""

    key: int
    code: str
    name: str
    kind: str
    representative: "Person"
    dwelling: Dwelling
    phone: str
    founded: date
    is_open: bool
    scope: str


@dataclass(slots=True, eq=False)
class Person:
    """A fictitious person. `number` is the current number of the current document."""

    index: int
    uid: int
    sex: int
    birth: date
    naming: Naming
    number: str
    id_type: str = IDENTITY_CARD
    former_number: str = ""
    second_number: str = ""
    former_name: str = ""
    alias: str = ""
    origin: Region | None = None
    home: Dwelling | None = None
    previous_home: Dwelling | None = None
    registered_home: Dwelling | None = None
    household: "Household | None" = None
    relation: str = ""
    father: "Person | None" = None
    mother: "Person | None" = None
    spouse: "Person | None" = None
    children: list["Person"] = field(default_factory=list)
    marital: str = "10"
    education: str = ""
    phone: str = ""
    former_phone: str = ""
    employer: Company | None = None
    died: date | None = None
    cancelled: date | None = None
    cancel_cause: str = ""
    is_unnamed: bool = False
    has_number: bool = True
    is_floating: bool = False

    @property
    def name(self) -> str:
        """The registered name; a newborn is named after its mother."""
        if self.is_unnamed and self.mother is not None:
            return f"{self.mother.name}之{'子' if self.sex == MALE else '女'}"
        return self.naming.name

    def age(self, today: date) -> int:
        """Full years."""
        return today.year - self.birth.year - ((today.month, today.day) < (self.birth.month, self.birth.day))

    @property
    def is_here(self) -> bool:
        """Alive and not moved away."""
        return self.died is None and self.cancel_cause != "迁出"


@dataclass(slots=True, eq=False)
class Household:
    """Persons registered or living together; the first is the head."""

    uid: int
    number: str
    dwelling: Dwelling
    members: list[Person] = field(default_factory=list)
    is_floating: bool = False
