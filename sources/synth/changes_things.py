"""What happens between two nights to work, dwellings, accounts and records."""

from datetime import timedelta

from sources.synth import holdings, registers
from sources.synth.holdings import back
from sources.synth.nights import Night
from sources.synth.records import Insurance, Right
from sources.synth.streams import some

CORRECTIONS = {
    "hukou": 0.002, "floating": 0.003, "women": 0.001, "insurance": 0.005, "withholding": 0.004, "visit": 0.001,
    "pupil": 0.0008, "allowance": 0.01,
}  # fmt: skip
"""Shares of the registers that are taken down anew each night."""


def sales(night: Night) -> None:
    """Dwellings change owners; the unit number stays."""
    world, rng = night.world, night.rng
    rights = [record for record in world.registers["property"] if isinstance(record, Right)]
    buyers = [p for p in world.persons if p.is_here and 25 <= p.age(world.today) < 65 and p.household]
    for right in rng.sample(rights, min(len(rights), night.times(0.0003))):
        buyer = rng.choice(buyers)
        holdings.sell(world, rng, buyer, right.dwelling, world.today - timedelta(days=1), right.unit_no)
        night.note("sale", buyer)


def leases(night: Night) -> None:
    """New leases are filed."""
    tenants = [p for p in night.world.persons if p.is_here and p.is_floating and p.household]
    for tenant in night.pick(tenants, night.times(0.0005)):
        holdings.lease(night.world, night.rng, tenant, night.world.today)
        night.note("lease", tenant)


def companies(night: Night) -> None:
    """Companies are founded."""
    world, rng = night.world, night.rng
    adults = [p for p in world.persons if p.is_here and 25 <= p.age(world.today) < 60 and p.household]
    for founder in night.pick(adults, night.times(0.0002)):
        holdings.found_company(world, rng, founder, adults, world.today - timedelta(days=2))
        night.note("company", founder)


def jobs(night: Night) -> None:
    """Some start to work, some stop paying."""
    world, rng = night.world, night.rng
    idle = [
        p for p in world.persons if p.is_here and p.employer is None and 18 <= p.age(world.today) < 58 and p.household
    ]
    for person in night.pick(idle, night.times(0.001)):
        registers.hire(world, rng, person)
        registers.insure(world, rng, person)
        night.note("hire", person)
    insured = [record for record in world.registers["insurance"] if isinstance(record, Insurance) and record.employer]
    for record in rng.sample(insured, min(len(insured), night.times(0.0003))):
        record.state = "暂停缴费"
        night.send("insurance", record)


def visits(night: Night) -> None:
    """Coordinators go round."""
    world, rng = night.world, night.rng
    here = [p for p in world.persons if p.is_here and p.household]
    for person in night.pick(here, night.times(0.0065, 2)):
        registers.visit(world, rng, person, back(rng, world.today, 1, 180))


def accounts(night: Night) -> None:
    """Banks open accounts."""
    world, rng = night.world, night.rng
    adults = [p for p in world.persons if p.is_here and p.age(world.today) >= 16 and p.household]
    for person in night.pick(adults, night.times(0.0055, 2)):
        registers.open_account(world, rng, person, back(rng, world.today, 1, 30))


def allowances(night: Night) -> None:
    """Households are granted the allowance."""
    world, rng = night.world, night.rng
    heads = [h for h in world.households if h.members and not h.is_floating and len(h.members) < 6]
    for household in rng.sample(heads, min(len(heads), night.times(0.0001))):
        holdings.allow(world, rng, household.members, world.today)


def corrections(night: Night) -> None:
    """Records taken down anew: other slips, or none."""
    for extract, rate in CORRECTIONS.items():
        records = night.world.registers[extract]
        for record in night.rng.sample(records, min(len(records), some(night.rng, rate, len(records)))):
            night.revisions[record.key] = night.revisions.get(record.key, 0) + 1
            night.send(extract, record)
