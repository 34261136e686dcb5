"""Fills the registers of things people own, rent, run and receive: companies, shares, rights, leases, allowances.

Registers of persons themselves are in `registers`.
"""

from datetime import date, timedelta
from random import Random

from sources.synth.numbers import credit_code, mobile
from sources.synth.persons import Company, Person
from sources.synth.places import Dwelling
from sources.synth.records import Allowance, Lease, Record, Right, Share
from sources.synth.streams import Wheel
from sources.synth.world import World

COMPANY_RATE, SHARE_COUNTS = 0.0354, Wheel([(1, 43), (2, 32), (3, 46)])


def build(world: World, rng: Random) -> None:
    """All of them as of the first night."""
    for maker in (make_companies, make_rights, make_leases, make_allowances):
        maker(world, rng)


def add(world: World, extract: str, record: Record) -> Record:
    """Put a record into a register."""
    world.registers[extract].append(record)
    return record


def back(rng: Random, today: date, least: int, most: int) -> date:
    """A day so many days ago."""
    return today - timedelta(days=rng.randrange(least, most))


def make_companies(world: World, rng: Random) -> None:
    """Companies with representatives and shareholders; the first will employ the most."""
    adults = [p for p in world.persons if p.is_here and 22 <= p.age(world.today) < 70 and p.household is not None]
    for _ in range(max(3, round(len(world.persons) * COMPANY_RATE))):
        found_company(world, rng, rng.choice(adults), adults, back(rng, world.today, 30, 9000))


def found_company(world: World, rng: Random, person: Person, adults: list[Person], day: date) -> list[Record]:
    """One company and, unless it is a person's own business, its shares."""
    is_company = rng.random() < 0.68
    code = credit_code(rng, "91" if is_company or rng.random() < 0.1 else "92", rng.choice(("370114", "370181")))
    kind = "有限责任公司" if is_company else "个体工商户"
    parts = world.places.tables
    name = rng.choice(parts["company_heads"]) + rng.choice(parts["company_stems"])
    name += rng.choice(parts["company_stems"]) if rng.random() < 0.35 else ""
    name += rng.choice(parts["company_kinds"] if is_company else parts["business_kinds"])
    phone = (person.phone or mobile(rng)) if rng.random() < 0.6 else mobile(rng)
    dwelling = person.home if person.home is not None and rng.random() < 0.4 else world.places.door(rng)
    company = Company(
        world.serial(rng, 12),
        code,
        name,
        kind,
        person,
        dwelling,
        phone,
        day,
        rng.random() < 0.875,
        rng.choice(parts["scopes"]),
    )
    made = [add(world, "company", company)]
    if is_company:
        made += [_hold(world, rng, company, rng.choice(adults), order) for order in range(SHARE_COUNTS.pick(rng))]
    return made


def _hold(world: World, rng: Random, company: Company, holder: Person, order: int) -> Record:
    day = date(rng.randrange(2004, 2038), rng.randrange(1, 13), rng.randrange(1, 29))
    companies = world.registers["company"]
    is_owned = order > 0 and rng.random() < 0.05
    other = rng.choice(companies) if is_owned else None
    who = other if isinstance(other, Company) and other is not company else holder
    who = company.representative if order == 0 and rng.random() < 0.6 else who
    return add(world, "share", Share(world.serial(rng, 12), company, who, rng.randrange(3, 200) * 5, day))


def make_rights(world: World, rng: Random) -> None:
    """Dwellings owned by those who live there, and second ones."""
    for household in world.households:
        if not household.members or rng.random() > (0.93 if not household.is_floating else 0.13):
            continue
        for _ in range(1 if rng.random() < 0.86 else 2):
            home = household.members[0].home or household.dwelling
            dwelling = home if rng.random() < 0.72 else world.places.door(rng)
            sell(world, rng, household.members[0], dwelling, back(rng, world.today, 20, 7600))


def sell(world: World, rng: Random, owner: Person, dwelling: Dwelling, day: date, unit_no: str = "") -> Record:
    """A right for a new owner and those who own with the owner."""
    owners = [owner]
    if owner.spouse is not None and owner.spouse.died is None and rng.random() < 0.56:
        owners.append(owner.spouse)
        child = next((c for c in owner.children if c.is_here), None)
        if child is not None and rng.random() < 0.02:
            owners.append(child)
        if rng.random() < 0.4:
            owners[0], owners[1] = owners[1], owners[0]
    key = world.serial(rng, 12)
    unit_no = unit_no or f"370114{rng.randrange(10**6):06d}GB{rng.randrange(10**5):05d}F{rng.randrange(2000):08d}"
    area = round(rng.uniform(55, 165), 2) if rng.random() < 0.9 else round(rng.uniform(55, 165), 1)
    return add(world, "property", Right(key, unit_no, owners, dwelling, area, day, rng.random() < 0.018))


def make_leases(world: World, rng: Random) -> None:
    """Leases of what people own and do not live in, or rarely of a part of the home."""
    tenants = [h.members[0] for h in world.households if h.members and h.is_floating]
    locals_ = [h.members[0] for h in world.households if h.members and not h.is_floating]
    for _ in range(round(len(world.persons) * 0.0667)):
        tenant = rng.choice(tenants if tenants and rng.random() < 0.75 else locals_)
        lease(world, rng, tenant, back(rng, world.today, -20, 690))


def lease(world: World, rng: Random, tenant: Person, since: date) -> Record:
    """A lease to a tenant, by somebody who owns."""
    rights = world.registers["property"]
    right = rng.choice(rights)
    landlord = right.owners[0] if isinstance(right, Right) and right.owners[0] is not tenant else world.persons[0]
    dwelling = tenant.home if tenant.home is not None and rng.random() < 0.7 else world.places.door(rng)
    return add(
        world, "lease", Lease(world.serial(rng, 5), landlord, tenant, dwelling, since, 300 + 50 * rng.randrange(37))
    )


def make_allowances(world: World, rng: Random) -> None:
    """Poor households."""
    found = [h for h in world.households if not h.is_floating and h.members and len(h.members) <= 5]
    for household in rng.sample(found, min(len(found), max(1, round(len(world.persons) * 0.007)))):
        allow(world, rng, household.members, back(rng, world.today, 20, 1800))


def allow(world: World, rng: Random, members: list[Person], day: date) -> Record | None:
    """A household is granted the allowance."""
    household = members[0].household
    if household is None:
        return None
    amount = 350 + 50 * rng.randrange(29)
    return add(world, "allowance", Allowance(world.serial(rng, 6), household, list(members[:5]), amount, day))
