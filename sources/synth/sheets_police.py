"""Rows of the police, of the grid coordinators and of the bank: one person each."""

from datetime import date
from random import Random

from sources.synth.addresses import COORDINATORS, INSURANCE, MIGRANTS, POLICE
from sources.synth.damage import chinese_day, Clerk, difficulty, Habits
from sources.synth.persons import FEMALE, MALE, Person
from sources.synth.places import Place
from sources.synth.records import Account, Registration, Stay, Visit
from sources.synth.resources import read_yaml
from sources.synth.streams import stream
from sources.synth.world import World
from sources.synth.writing import Row

HUKOU_HABITS = Habits(
    POLICE, name_slip=0.0, former_name=0.0, dot=0.0, lower_x=0.006, blank_inside=0.0, wrong_digit=0.0005,
    swapped_digits=0.0003, full_width=0.0, no_number=0.0005, former_number=0.0,
)  # fmt: skip
STAY_HABITS = Habits(
    MIGRANTS, name_slip=0.004, former_name=0.0, dot=0.15, pinyin=0.002, lower_x=0.06, wrong_digit=0.006, no_date=0.007,
    former_number=0.3, no_number=0.005, no_phone=0.06, odd_phone=0.028, odd_date=0.014,
)  # fmt: skip
VISIT_HABITS = Habits(
    COORDINATORS, name_slip=0.05, former_name=0.45, dot=0.5, lower_x=0.15, blank_inside=0.012, wrong_digit=0.14,
    swapped_digits=0.045, full_width=0.006, no_number=0.0, masked=0.18, no_phone=0.13, odd_phone=0.06, odd_date=0.014,
)  # fmt: skip
ACCOUNT_HABITS = Habits(
    INSURANCE, name_slip=0.01, former_name=0.2, pinyin=0.0025, lower_x=0.045, former_number=0.5,
    old_generation=0.003, blank_inside=0.0026, wrong_digit=0.0012, swapped_digits=0.0007, full_width=0.0,
    no_number=0.0011, no_phone=0.035, odd_phone=0.006,
)  # fmt: skip
SEX_WORDS = {MALE: "男", FEMALE: "女"}


def _ethnic_codes() -> dict[str, str]:
    tables = read_yaml("given_names.yml")
    groups = [*tables["minority"], *tables["ethnic_han_names"], {"ethnic": "汉族", "code": "01"}]
    return {group["ethnic"]: group["code"] for group in groups}


ETHNIC_CODES = _ethnic_codes()


def registration_row(record: Registration, clerk: Clerk, world: World) -> Row:
    """户籍人口."""
    person, household = record.person, record.household
    dwelling = record.dwelling or person.registered_home or household.dwelling
    number = record.number or clerk.number(person)
    place = dwelling.place
    ethnic = person.naming.ethnic
    if place is not None and int(place.town.code) % 3 == 0:
        ethnic = ETHNIC_CODES.get(ethnic, ethnic)
    birth = number[6:14] if record.number else person.birth.isoformat().replace("-", "")
    note = clerk.rng.random()
    address = clerk.address(dwelling) + ('，门口有"福"字' if note < 0.0016 else "\n（附房）" if note > 0.999 else "")
    employer = person.employer.name if person.employer is not None and clerk.rng.random() < 0.46 else ""
    is_cancelled = person.cancelled is not None and person.cancelled <= world.today
    cells = [
        number, clerk.name(person), person.former_name, str(person.sex), ethnic, birth, household.number,
        person.relation, address, place.town.code if place else "", f"{place.town.name}派出所" if place else "",
        person.marital, person.education, employer, "1" if is_cancelled else "0",
        person.cancel_cause if is_cancelled else "",
        person.cancelled.isoformat().replace("-", "") if is_cancelled and person.cancelled else "",
    ]  # fmt: skip
    return cells, [("self", person.uid, difficulty(number, person))]


def stay_row(record: Stay, clerk: Clerk, world: World) -> Row:  # noqa: ARG001 - one shape for all rows
    """流动人口居住登记."""
    person = record.person
    number = clerk.number(person)
    origin = person.registered_home.outside if person.registered_home is not None else ""
    cells = [
        f"LD{record.key:09d}", clerk.name(person), SEX_WORDS[person.sex], person.naming.ethnic,
        clerk.day(person.birth), person.id_type, number, origin, clerk.address(record.dwelling), record.reason,
        record.place, record.registered.isoformat(), clerk.phone(person),
    ]  # fmt: skip
    return cells, [("self", person.uid, difficulty(number, person))]


def visit_row(record: Visit, clerk: Clerk, world: World) -> Row:
    """网格采集: age, year or date, mostly without a number."""
    person, rng = record.person, clerk.rng
    place = record.dwelling.place
    number = clerk.number(person) if rng.random() < 0.13 else "无" if rng.random() < 0.057 else ""
    cells = [
        f"{place.grid_code}{record.beat:03d}" if place else "", coordinator(world, place, record.beat),
        place.community if place else "", clerk.name(person), SEX_WORDS[person.sex] if rng.random() > 0.008 else "",
        told_age(rng, person, record.day), clerk.phone(person), clerk.address(record.dwelling), record.relation,
        number, "流动人口" if person.is_floating else "户籍人口",
        f"{record.day.year}/{record.day.month}/{record.day.day}", record.note,
    ]  # fmt: skip
    return cells, [("self", person.uid, difficulty(number, person))]


def coordinator(world: World, place: Place | None, beat: int) -> str:
    """The one coordinator of a beat."""
    if place is None:
        return ""
    rng = stream(world.seed, "coordinator", place.grid_code, beat)
    parts = world.places.tables["coordinators"]
    return f"{rng.choice(parts['surnames'])}{rng.choice(parts['given'])}"


def told_age(rng: Random, person: Person, day: date) -> str:
    """What the coordinator was told: an age, a year, a date; a little wrong now and then."""
    chance = rng.random()
    if chance < 0.05:
        return ""
    if chance < 0.49:
        return str(max(0, person.age(day) + (1 if rng.random() < 0.22 else 0)))
    if chance < 0.715:
        return str(person.birth.year + (rng.choice((-1, 1)) if rng.random() < 0.02 else 0))
    if chance < 0.816:
        return f"{person.birth.year}年"
    if chance < 0.993:
        return person.birth.isoformat()
    return (
        chinese_day(person.birth) if chance < 0.997 else f"{person.birth.year}.{person.birth.month}.{person.birth.day}"
    )


def account_row(record: Account, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """实名账户核验."""
    person = record.person
    number = clerk.number(person, record.checked.year - 12)
    cells = [
        f"HY{record.key:011d}", record.bank, clerk.name(person), person.id_type, number, record.valid_to,
        clerk.phone(person), record.outcome, record.checked.isoformat().replace("-", ""),
    ]  # fmt: skip
    return cells, [("self", person.uid, difficulty(number, person))]
