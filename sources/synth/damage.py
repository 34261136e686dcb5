"""How cells are spoiled: each register has its habits, each record its own clerk.

A clerk draws from the record's own stream, so a record sent again is spelled as before.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from sources.synth.addresses import AddressHabit, write_address
from sources.synth.numbers import first_generation, landline
from sources.synth.persons import IDENTITY_CARD, Person
from sources.synth.places import Dwelling
from sources.synth.spelling import change_dot, romanise, space_out, Speller

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
NOTHING = frozenset(("", "无", "0", "不详"))
EXACT, DIRTY, MASKED, NO_ID = "exact_id", "dirty_id", "masked_id", "no_id"
LOOK_ALIKE_X = "xxxxxxxxxxxxХ×Ｘ"


@dataclass(frozen=True, slots=True)
class Habits:
    """Rates (0–1) at which cells of one register are spoiled."""

    address: AddressHabit
    name_slip: float = 0.012
    former_name: float = 0.15
    dot: float = 0.35
    pinyin: float = 0.0
    lower_x: float = 0.07
    old_generation: float = 0.0
    blank_inside: float = 0.003
    wrong_digit: float = 0.003
    swapped_digits: float = 0.0015
    full_width: float = 0.002
    apostrophe: float = 0.0
    spreadsheet: float = 0.0
    no_number: float = 0.003
    masked: float = 0.0
    former_number: float = 0.75
    odd_date: float = 0.012
    no_date: float = 0.005
    no_phone: float = 0.05
    former_phone: float = 0.15
    odd_phone: float = 0.04
    only_gbk: bool = False


class Clerk:
    """Writes the cells of one record."""

    __slots__ = ("habits", "rng", "speller")

    def __init__(self, rng: Random, habits: Habits, speller: Speller) -> None:
        """A clerk with the habits of a register."""
        self.rng, self.habits, self.speller = rng, habits, speller

    def name(self, person: Person) -> str:
        """The person's name as this register knows it."""
        rng, habits = self.rng, self.habits
        chance, name = rng.random(), person.name
        if person.former_name and chance < habits.former_name and not person.is_unnamed:
            name = person.former_name
        elif person.alias and chance < habits.former_name:
            name = person.alias
        slip = rng.random()
        if slip < habits.name_slip and person.naming.surname:
            return self._encodable(self.speller.misspell(rng, name))
        if slip > 1 - habits.name_slip / 12 - habits.pinyin:
            return romanise(rng, name) if slip > 1 - habits.pinyin else space_out(rng, name)
        return self._encodable(self._odd_characters(name))

    def _odd_characters(self, name: str) -> str:
        if "·" in name and self.rng.random() < self.habits.dot:
            return change_dot(self.rng, name)
        if self.speller.has_rare(name) and self.rng.random() < self.habits.dot:
            return self.speller.hide_rare(self.rng, name)
        return name

    def _encodable(self, name: str) -> str:
        if not self.habits.only_gbk:
            return name
        box = self.rng.choice("□?")
        return "".join(mark if mark.encode("gbk", "ignore") else box for mark in name)

    def number(self, person: Person, year: int = 2026) -> str:
        """The person's number as delivered; `year` is when the register took it down."""
        rng, habits = self.rng, self.habits
        number = person.former_number if person.former_number and rng.random() < habits.former_number else person.number
        chance = rng.random()
        if not person.has_number or chance < habits.no_number:
            return "无" if rng.random() < 0.08 else ""
        if person.id_type != IDENTITY_CARD:
            return number
        if chance > 1 - habits.masked:
            return mask(rng, number)
        if person.birth.year < 1998 and year < 2015 and rng.random() < habits.old_generation:
            return first_generation(number)
        return self._spoil(number)

    def _spoil(self, number: str) -> str:
        rng, habits = self.rng, self.habits
        if number.endswith("X") and rng.random() < habits.lower_x:
            number = number[:17] + rng.choice(LOOK_ALIKE_X)
        chance = rng.random()
        for rate, spoil in (
            (habits.wrong_digit, wrong_digit),
            (habits.swapped_digits, swapped_digits),
            (habits.blank_inside, blank_inside),
            (habits.full_width, full_width),
            (habits.apostrophe, apostrophe),
            (habits.spreadsheet, spreadsheet),
        ):
            if chance < rate:
                return spoil(rng, number)
            chance -= rate
        return number

    def day(self, day: date) -> str:
        """A date, mostly as 2026-11-01, or nothing."""
        chance = self.rng.random()
        if chance < self.habits.no_date:
            return ""
        if chance > 1 - self.habits.odd_date:
            return f"{day.year}.{day.month}.{day.day}" if chance > 1 - self.habits.odd_date * 0.7 else chinese_day(day)
        return day.isoformat()

    def phone(self, person: Person) -> str:
        """A phone: the person's, an old one, that of the family, or none."""
        rng, habits = self.rng, self.habits
        phone = person.former_phone if person.former_phone and rng.random() < habits.former_phone else person.phone
        chance = rng.random()
        if chance < habits.no_phone:
            return ""
        if not phone:
            kin = person.mother or person.father or person.spouse
            phone = kin.phone if kin is not None else ""
        if not phone or chance < 1 - habits.odd_phone:
            return phone
        return odd_phone(rng, phone)

    def address(self, dwelling: Dwelling | None) -> str:
        """An address in one of the register's manners."""
        return write_address(self.rng, dwelling, self.habits.address)

    def residence(self, person: Person, stale: float = 0.1) -> str:
        """Where the person lives, or lived."""
        dwelling = (
            person.previous_home if person.previous_home is not None and self.rng.random() < stale else person.home
        )
        return self.address(dwelling)


def difficulty(cell: str, person: Person) -> str:
    """How hard a record is to recognise, from the number it holds."""
    if cell in NOTHING:
        return NO_ID
    if cell == person.number:
        return EXACT
    return MASKED if "*" in cell else DIRTY


def mask(rng: Random, number: str) -> str:
    """A number with its middle hidden: ten characters, or eight."""
    return f"{number[:4]}{'*' * 10}{number[14:]}" if rng.random() < 0.87 else f"{number[:6]}{'*' * 8}{number[14:]}"


def wrong_digit(rng: Random, number: str) -> str:
    """One digit as another."""
    place = rng.randrange(min(17, len(number)))
    return number[:place] + str((int(number[place]) + rng.randrange(1, 10)) % 10) + number[place + 1 :]


def swapped_digits(rng: Random, number: str) -> str:
    """Two neighbouring digits in the wrong order, where they differ."""
    places = [place for place in range(16) if number[place] != number[place + 1]]
    place = rng.choice(places)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def blank_inside(rng: Random, number: str) -> str:  # noqa: ARG001 - one shape for all ways of spoiling
    """The number in groups."""
    return f"{number[:6]} {number[6:14]} {number[14:]}"


def full_width(rng: Random, number: str) -> str:  # noqa: ARG001
    """The number in full-width characters."""
    return number.translate(FULL_WIDTH)


def apostrophe(rng: Random, number: str) -> str:  # noqa: ARG001
    """The number behind the apostrophe that keeps it text in a spreadsheet."""
    return f"'{number}"


def spreadsheet(rng: Random, number: str) -> str:  # noqa: ARG001
    """What a spreadsheet shows of a long number; with a letter it stays text."""
    return f"{int(number[:17]) * 10:.5E}" if number.isdigit() else number


def chinese_day(day: date) -> str:
    """A date in Chinese."""
    return f"{day.year}年{day.month}月{day.day}日"


def odd_phone(rng: Random, phone: str) -> str:
    """A phone with a country code, in groups, with a second one, in full width; or a landline instead."""
    form = rng.randrange(8)
    if form < 2:
        return landline(rng)
    forms = (
        f"+86{phone}",
        f"86-{phone}",
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"{phone}/13800000{rng.randrange(1000):03d}",
        phone.translate(FULL_WIDTH),
    )
    return forms[form - 2]
