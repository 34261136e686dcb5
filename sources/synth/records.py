"""What the departments' registers hold: one type for each kind of row. No behaviour.

`registers` and `holdings` make them, the `sheets_*` modules write them.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sources.synth.persons import Company, Household, Person
from sources.synth.places import Dwelling


@dataclass(slots=True, eq=False)
class Registration:
    """A row of the hukou register. A double registration carries a number and an address of its own."""

    key: int
    person: Person
    household: Household
    number: str = ""
    dwelling: Dwelling | None = None


@dataclass(slots=True, eq=False)
class Stay:
    """A resident whose hukou is elsewhere, as registered by the police."""

    key: int
    person: Person
    dwelling: Dwelling
    registered: date
    reason: str
    place: str


@dataclass(slots=True, eq=False)
class Card:
    """A woman's card of family planning."""

    key: int
    woman: Person
    opened: date


@dataclass(slots=True, eq=False)
class Insurance:
    """One person's one insurance. `employer` is none for residents."""

    key: int
    person: Person
    person_no: str
    kind: str
    state: str
    since: date
    base: int
    employer: Company | None


@dataclass(slots=True, eq=False)
class Wedding:
    """A marriage, divorce or replacement of a certificate."""

    key: int
    certificate: str
    kind: str
    day: date
    husband: Person
    wife: Person


@dataclass(slots=True, eq=False)
class Allowance:
    """A household on minimum living allowance."""

    key: int
    household: Household
    members: list[Person]
    amount: int
    approved: date


@dataclass(slots=True, eq=False)
class Cremation:
    """A cremation and the relative who arranged it."""

    key: int
    deceased: Person
    day: date
    cause: str
    kin: Person | None
    kinship: str


@dataclass(slots=True, eq=False)
class Right:
    """A property right; the first owner is 权利人."""

    key: int
    unit_no: str
    owners: list[Person]
    dwelling: Dwelling
    area: float
    day: date
    is_shared: bool


@dataclass(slots=True, eq=False)
class Lease:
    """A filed lease."""

    key: int
    landlord: Person
    tenant: Person
    dwelling: Dwelling
    since: date
    rent: int


@dataclass(slots=True, eq=False)
class Share:
    """A shareholding; `holder` is a person or a company."""

    key: int
    company: Company
    holder: Person | Company
    amount: int
    day: date


@dataclass(slots=True, eq=False)
class Pupil:
    """A pupil of grades 1 to 12."""

    key: int
    person: Person
    school: str
    grade: int
    room: int
    is_rural: bool


@dataclass(slots=True, eq=False)
class Pay:
    """A taxpayer at an employer in the last period."""

    key: int
    person: Person
    company: Company
    income: float
    is_salary: bool


@dataclass(slots=True, eq=False)
class Account:
    """A bank account."""

    key: int
    person: Person
    bank: str
    valid_to: str
    checked: date
    outcome: str


@dataclass(slots=True, eq=False)
class Visit:
    """A grid coordinator's visit."""

    key: int
    person: Person
    dwelling: Dwelling
    day: date
    relation: str
    beat: int
    note: str


Record: TypeAlias = (
    Registration | Stay | Card | Insurance | Wedding | Allowance | Cremation | Right | Lease | Company | Share | Pupil
    | Pay | Account | Visit
)  # fmt: skip
