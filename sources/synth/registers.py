"""Fills the departments' registers: which persons each department knows, and in which records.

How records look is in `sheets_*`; later records are made by `changes` with the same functions.
"""

from datetime import date, timedelta
from random import Random

from sources.synth import holdings
from sources.synth.holdings import add, back
from sources.synth.lives import couples, double
from sources.synth.persons import Company, FEMALE, Person
from sources.synth.records import (
    Account,
    Card,
    Cremation,
    Insurance,
    Pay,
    Pupil,
    Record,
    Registration,
    Stay,
    Visit,
    Wedding,
)
from sources.synth.streams import Wheel
from sources.synth.world import World

EXTRACTS = (
    "hukou", "floating", "women", "insurance", "marriage", "allowance", "cremation", "property", "lease", "company",
    "share", "pupil", "withholding", "account", "visit",
)  # fmt: skip
RESIDENT_PENSION, RESIDENT_HEALTH = "城乡居民基本养老保险", "城乡居民基本医疗保险"
EMPLOYEE_KINDS = ("城镇职工基本养老保险", "职工基本医疗保险", "失业保险")
ACCOUNT_COUNTS = Wheel([(1, 0.56), (2, 0.29), (3, 0.15)])
OUTCOMES = Wheel([("一致", 0.968), ("无法核实", 0.022), ("不一致", 0.01)])
NOTES = Wheel(
    [
        ("", 0.903),
        ("租户,已核", 0.023),
        ('"空挂户"', 0.021),
        ("独居", 0.019),
        ("常年在外", 0.018),
        ("敲门无人\n电话核实", 0.016),
    ]
)


def build(world: World, rng: Random) -> None:
    """All registers as of the first night."""
    world.registers = {extract: [] for extract in EXTRACTS}
    _register_households(world, rng)
    make_weddings(world, rng)
    holdings.build(world, rng)
    for person in world.persons:
        if person.died is not None:
            bury(world, rng, person)
        elif person.is_here and person.household is not None:
            enrol(world, rng, person)


def _register_households(world: World, rng: Random) -> None:
    for household in world.households:
        for member in household.members:
            if not household.is_floating:
                add(world, "hukou", Registration(world.serial(rng, 12), member, household))
    for person in double(world, rng):
        if person.household is not None:
            record = Registration(
                world.serial(rng, 12), person, person.household, person.second_number, world.places.door(rng)
            )
            add(world, "hukou", record)


def enrol(world: World, rng: Random, person: Person) -> None:
    """All that one living person brings into the registers of persons."""
    age = person.age(world.today)
    if person.is_floating and rng.random() < 0.86:
        register_stay(world, rng, person)
    if (
        person.sex == FEMALE
        and 18 <= age < 50
        and (person.spouse is not None or person.children)
        and rng.random() < 0.93
    ):
        add(world, "women", Card(world.serial(rng, 9), person, back(rng, world.today, 20, 4000)))
    if 6 <= age < 18 and rng.random() < 0.97:
        enrol_pupil(world, rng, person)
    if age >= 16:
        employ(world, rng, person)
    insure(world, rng, person)
    if (age >= 18 and rng.random() < 0.71) or (12 <= age < 18 and rng.random() < 0.22):
        for _ in range(ACCOUNT_COUNTS.pick(rng)):
            open_account(world, rng, person, back(rng, world.today, 2, 1500))
    chance = rng.random()
    for _ in range(1 if 0.036 < chance < 0.68 else 2 if chance < 0.033 else 3 if chance < 0.036 else 0):
        visit(world, rng, person, back(rng, world.today, 2, 190))


def register_stay(world: World, rng: Random, person: Person) -> Record:
    """A registration of residence."""
    age = person.age(world.today)
    reason = (
        "学习培训" if 6 <= age < 18 and rng.random() < 0.7 else "随迁家属" if age < 18 or rng.random() < 0.2 else ""
    )
    reason = reason or ("经商" if rng.random() < 0.14 else "务工")
    place = rng.choices(("租赁房屋", "居民家中", "自购房屋", "单位内部"), (67, 12, 10, 10))[0]
    day = max(person.birth + timedelta(days=2), back(rng, world.today, 1, 2500))
    return add(
        world, "floating", Stay(world.serial(rng, 9), person, person.home or world.places.door(rng), day, reason, place)
    )


def enrol_pupil(world: World, rng: Random, person: Person) -> Record:
    """A pupil of the school year that began last September."""
    school_year = world.today.year if world.today.month >= 9 else world.today.year - 1
    grade = school_year - 6 - person.birth.year + (1 if person.birth.month < 9 else 0)
    school = rng.choice(world.places.tables["schools"])
    pupil = Pupil(world.serial(rng, 8), person, school, min(12, max(1, grade)), rng.randrange(1, 9), rng.random() < 0.5)
    return add(world, "pupil", pupil)


def employ(world: World, rng: Random, person: Person) -> list[Record]:
    """Work for a part of those of working age; rarely for two employers."""
    if not 18 <= person.age(world.today) < 61 or rng.random() > (0.52 if person.is_floating else 0.37):
        return []
    return [hire(world, rng, person) for _ in range(2 if rng.random() < 0.015 else 1)]


def hire(world: World, rng: Random, person: Person) -> Record:
    """A person starts to be paid by a company; large ones hire more often."""
    companies = world.registers["company"]
    company = companies[int(len(companies) * rng.random() ** 2.4)]
    if not isinstance(company, Company):
        raise TypeError("the company register holds companies")
    person.employer = person.employer or company
    return add(
        world,
        "withholding",
        Pay(world.serial(rng, 11), person, company, rng.randrange(2500, 17000), rng.random() < 0.895),
    )


def insure(world: World, rng: Random, person: Person) -> list[Record]:
    """Insurances: as employee up to three, as resident up to two."""
    person_no = f"37{world.serial(rng, 8):08d}"
    if person.employer is not None:
        return [_insure_as(world, rng, person, person_no, kind) for kind in EMPLOYEE_KINDS[: _employee_kinds(rng)]]
    if person.is_floating or rng.random() < 0.43:
        return []
    age, chance = person.age(world.today), rng.random()
    kinds = [RESIDENT_PENSION] if age >= 16 and chance < 0.89 else []
    kinds += [RESIDENT_HEALTH] if chance > 0.56 or not kinds else []
    return [_insure_as(world, rng, person, person_no, kind) for kind in kinds]


def _employee_kinds(rng: Random) -> int:
    return rng.choices((1, 2, 3), (56, 17, 27))[0]


def _insure_as(world: World, rng: Random, person: Person, person_no: str, kind: str) -> Record:
    age = person.age(world.today)
    state = "待遇领取" if kind == RESIDENT_PENSION and age >= 60 else ""
    chance = rng.random()
    state = state or ("正常参保" if chance < 0.93 else "暂停缴费" if chance < 0.994 else "终止参保")
    since = max(person.birth + timedelta(days=30), back(rng, world.today, 3, 5600))
    is_employee = kind in EMPLOYEE_KINDS
    base = 4064 + 60 * rng.randrange(180) if is_employee else 0
    employer = person.employer if is_employee else None
    return add(
        world, "insurance", Insurance(world.serial(rng, 12), person, person_no, kind, state, since, base, employer)
    )


def open_account(world: World, rng: Random, person: Person, checked: date) -> Record:
    """A bank account, with the outcome of its last check."""
    is_long = person.age(world.today) > 46
    valid_to = "长期" if is_long else f"{rng.randrange(2027, 2042)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    bank = rng.choice(world.places.tables["banks"])
    return add(world, "account", Account(world.serial(rng, 11), person, bank, valid_to, checked, OUTCOMES.pick(rng)))


def visit(world: World, rng: Random, person: Person, day: date) -> Record:
    """A coordinator meets a person, now and then at another address."""
    dwelling = person.home
    if dwelling is None or dwelling.place is None:
        dwelling = world.places.door(rng)
    elif rng.random() < 0.03:
        dwelling = person.previous_home or world.places.door(rng)
    note = NOTES.pick(rng)
    return add(
        world, "visit", Visit(world.serial(rng, 12), person, dwelling, day, person.relation, rng.randrange(1, 5), note)
    )


def bury(world: World, rng: Random, person: Person) -> Record | None:
    """A cremation in the register, for deaths since it was kept; the kin who came are known by name and phone."""
    if person.died is None or person.died < date(2025, 1, 1) or rng.random() < 0.1:
        return None
    kin = next((child for child in person.children if child.is_here and child.age(world.today) >= 18), None)
    kinship = "子女" if kin is not None else "配偶"
    if kin is None or (person.spouse is not None and rng.random() < 0.2):
        kin, kinship = person.spouse, "配偶"
    kin = kin if kin is not None and kin.is_here and rng.random() < 0.9 else None
    cause = rng.choices(("疾病", "意外", "自然死亡"), (18, 12, 8))[0]
    day = person.died + timedelta(days=rng.randrange(1, 5))
    return add(world, "cremation", Cremation(world.serial(rng, 5), person, day, cause, kin, kinship if kin else ""))


def make_weddings(world: World, rng: Random) -> None:
    """Marriages of the couples; divorces of those divorced; replacements."""
    for husband, wife in couples(world.persons):
        if rng.random() < (0.655 if not husband.is_floating else 0.6):
            year = max(husband.birth.year, wife.birth.year) + rng.randrange(20, 29)
            day = date(min(max(year, 1982), 2025), rng.randrange(1, 13), rng.randrange(1, 29))
            register_wedding(world, rng, husband, wife, day, "结婚登记")
            if rng.random() < 0.022:
                register_wedding(world, rng, husband, wife, back(rng, world.today, 1, 30), "补领结婚登记证")
    divorced = [p for p in world.persons if p.marital == "40" and p.children and p.sex == 1 and p.children[0].mother]
    for husband in divorced:
        mother = husband.children[0].mother
        if mother is not None:
            register_wedding(world, rng, husband, mother, back(rng, world.today, 3, 8000), "离婚登记")


def register_wedding(world: World, rng: Random, husband: Person, wife: Person, day: date, kind: str) -> Record:
    """One registration."""
    letter = {"结婚登记": "J", "离婚登记": "L"}.get(kind, "BJ")
    key = world.serial(rng, 12)
    certificate = f"{letter}370114-{day.year}-{rng.randrange(10**6):06d}"
    return add(world, "marriage", Wedding(key, certificate, kind, day, husband, wife))
