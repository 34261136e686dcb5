"""Rows of housing, companies, insurance and tax."""

from datetime import date

from sources.synth.addresses import BUSINESS, HOUSING, INSURANCE
from sources.synth.damage import Clerk, difficulty, Habits
from sources.synth.persons import Company, IDENTITY_CARD, Person
from sources.synth.records import Insurance, Lease, Pay, Right, Share
from sources.synth.sheets_police import SEX_WORDS
from sources.synth.world import World
from sources.synth.writing import Named, Row

RIGHT_HABITS = Habits(
    HOUSING, name_slip=0.01, former_name=0.3, lower_x=0.13, old_generation=0.24, blank_inside=0.004, wrong_digit=0.011,
    swapped_digits=0.0015, full_width=0.001, no_number=0.018, former_number=0.9,
)  # fmt: skip
LEASE_HABITS = Habits(
    HOUSING, name_slip=0.012, former_name=0.15, pinyin=0.002, lower_x=0.2, old_generation=0.006, blank_inside=0.006,
    wrong_digit=0.013, full_width=0.007, no_number=0.02, no_phone=0.04, odd_phone=0.05,
)  # fmt: skip
COMPANY_HABITS = Habits(
    BUSINESS, name_slip=0.015, former_name=0.4, no_number=0.14, masked=0.775, no_phone=0.04, odd_phone=0.15, lower_x=0.1
)
SHARE_HABITS = Habits(
    BUSINESS, name_slip=0.02, former_name=0.4, dot=0.5, no_number=0.245, masked=0.713, wrong_digit=0.01
)
INSURANCE_HABITS = Habits(
    INSURANCE, name_slip=0.008, former_name=0.2, lower_x=0.09, old_generation=0.035, blank_inside=0.0035,
    wrong_digit=0.0028, swapped_digits=0.002, full_width=0.003, apostrophe=0.0048, no_number=0.004, odd_date=0.004,
    no_date=0.005, no_phone=0.04, odd_phone=0.042, former_number=0.8,
)  # fmt: skip
PAY_HABITS = Habits(
    INSURANCE, name_slip=0.006, former_name=0.15, pinyin=0.002, lower_x=0.1, blank_inside=0.003, wrong_digit=0.005,
    swapped_digits=0.0005, full_width=0.0, apostrophe=0.04, spreadsheet=0.022, no_number=0.0, no_phone=0.24,
    odd_phone=0.012,
)  # fmt: skip
EXCEL_EPOCH = date(1899, 12, 30)


def right_row(record: Right, clerk: Clerk, world: World) -> Row:  # noqa: ARG001 - one shape for all rows
    """房屋权属: the owner, and those who own with the owner in one cell."""
    owner, others = record.owners[0], record.owners[1:]
    named: list[Named] = []
    number = _number(clerk, owner, "owner", record.day.year, named)
    co_numbers = [
        _number(clerk, person, f"co_owner{order}", record.day.year, named) for order, person in enumerate(others, 1)
    ]
    share = "单独所有" if not others else "按份共有" if record.is_shared else "共同共有"
    cells = [
        f"鲁({record.day.year})章丘区不动产权第{record.key % 10**7:07d}号", record.unit_no, clerk.name(owner),
        owner.id_type, number, share, "、".join(map(clerk.name, others)), "、".join(co_numbers),
        clerk.address(record.dwelling), f"{record.area:g}", "住宅",
        f"{record.day.year}/{record.day.month}/{record.day.day}",
    ]  # fmt: skip
    return cells, named


def _number(clerk: Clerk, person: Person, role: str, year: int, named: list[Named]) -> str:
    number = clerk.number(person, year)
    named.append((role, person.uid, difficulty(number, person)))
    return number


def lease_row(record: Lease, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """租赁备案."""
    named: list[Named] = []
    cells = [f"章租备{record.since.year}-{record.key:05d}"]
    for role, person in (("landlord", record.landlord), ("tenant", record.tenant)):
        cells += [clerk.name(person), _number(clerk, person, role, 2010, named), clerk.phone(person)]
    until = record.since.replace(year=record.since.year + 1, day=min(record.since.day, 28))
    return [
        *cells,
        clerk.address(record.dwelling),
        record.since.isoformat(),
        until.isoformat(),
        str(record.rent),
    ], named


def company_row(record: Company, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """市场主体."""
    named: list[Named] = []
    number = _number(clerk, record.representative, "legal_representative", record.founded.year, named)
    phone = record.phone if clerk.rng.random() > 0.09 else ""
    state = "存续(在营、开业、在册)" if record.is_open else "吊销，未注销"
    name = clerk.name(record.representative)
    cells = [record.code, record.name, record.kind, name, number, phone, clerk.address(record.dwelling)]
    return [*cells, record.founded.isoformat(), state, record.scope], named


def share_row(record: Share, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """股东出资: a person, or a company, which is nobody's mention."""
    named: list[Named] = []
    cells = [record.company.code, record.company.name]
    if isinstance(record.holder, Company):
        cells += [record.holder.name, "企业法人", "营业执照", record.holder.code]
    else:
        number = _number(clerk, record.holder, "shareholder", record.day.year, named)
        cells += [clerk.name(record.holder), "自然人股东", record.holder.id_type, number]
    return [*cells, str(record.amount), "货币", record.day.isoformat()], named


def insurance_row(record: Insurance, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """社会保险参保: one person and one insurance."""
    person, employer, rng = record.person, record.employer, clerk.rng
    named: list[Named] = []
    number = _number(clerk, person, "self", record.since.year, named)
    place = person.home.place if person.home is not None else None
    unit = employer.name if employer else f"{place.town.name}{place.community}" if place else ""
    birth = clerk.day(person.birth) if rng.random() > 0.002 else str((person.birth - EXCEL_EPOCH).days)
    address = unit if employer is None and rng.random() < 0.03 else clerk.residence(person, 0.13)
    cells = [
        record.person_no, clerk.name(person), SEX_WORDS[person.sex] if rng.random() > 0.0015 else "", birth,
        person.id_type, number, unit, employer.code if employer else "", record.kind, record.state,
        record.since.isoformat(), str(record.base) if employer else "", clerk.phone(person), address,
    ]  # fmt: skip
    return cells, named


def pay_row(record: Pay, clerk: Clerk, world: World) -> Row:
    """个税扣缴 of the last period."""
    person = record.person
    named: list[Named] = []
    number = _number(clerk, person, "self", 2026, named)
    month = world.today.month - 1 or 12
    period = f"{world.today.year - (month == 12)}-{month:02d}"
    tax = max(0.0, round((record.income - 5000) * (0.03 if record.income < 36000 else 0.1)))
    cells = [
        record.company.name, record.company.code, clerk.name(person),
        person.id_type if person.id_type else IDENTITY_CARD, number,
        "正常工资薪金" if record.is_salary else "劳务报酬", period, f"{record.income:.2f}", f"{tax:.2f}",
        clerk.phone(person),
    ]  # fmt: skip
    return cells, named
