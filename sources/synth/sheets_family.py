"""Rows that name families: women's cards, marriages, allowances, cremations, pupils."""

from dataclasses import replace
from datetime import date

from sources.synth.addresses import FAMILIES, REGISTRARS, SCHOOLS
from sources.synth.damage import Clerk, difficulty, Habits
from sources.synth.persons import MALE, Person
from sources.synth.records import Allowance, Card, Cremation, Pupil, Wedding
from sources.synth.sheets_police import SEX_WORDS
from sources.synth.world import World
from sources.synth.writing import Named, Row

CARD_HABITS = Habits(
    FAMILIES, name_slip=0.021, former_name=0.15, lower_x=0.12, old_generation=0.026, blank_inside=0.009,
    wrong_digit=0.011, swapped_digits=0.004, full_width=0.0, no_number=0.018, odd_date=0.026, no_date=0.008,
    no_phone=0.05, odd_phone=0.05, only_gbk=True,
)  # fmt: skip
WEDDING_HABITS = Habits(
    REGISTRARS, name_slip=0.018, former_name=0.3, lower_x=0.2, old_generation=0.14, blank_inside=0.003,
    wrong_digit=0.0145, swapped_digits=0.0035, full_width=0.0007, no_number=0.013, odd_date=0.021, no_date=0.025,
    former_number=0.9,
)  # fmt: skip
ALLOWANCE_HABITS = Habits(
    FAMILIES, blank_inside=0.01, wrong_digit=0.03, old_generation=0.02, no_phone=0.02, no_number=0.01
)
CREMATION_HABITS = Habits(
    REGISTRARS, name_slip=0.005, old_generation=0.09, blank_inside=0.02, lower_x=0.3, no_number=0.002
)
PUPIL_HABITS = Habits(
    SCHOOLS, name_slip=0.01, former_name=0.1, lower_x=0.08, wrong_digit=0.0125, swapped_digits=0.0018, no_number=0.047,
    odd_date=0.024, no_date=0.005, no_phone=0.04, odd_phone=0.05,
)  # fmt: skip
GUARDIAN_HABITS = replace(
    PUPIL_HABITS,
    name_slip=0.022,
    former_name=0.15,
    wrong_digit=0.08,
    swapped_digits=0.035,
    blank_inside=0.025,
    full_width=0.012,
)
"""Guardians tell their numbers from memory."""
GRADES = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "初一", "初二", "初三", "高一", "高二", "高三")
MARITAL_WORDS = {"10": "未婚", "20": "已婚", "30": "丧偶", "40": "离婚"}


def card_row(record: Card, clerk: Clerk, world: World) -> Row:
    """育龄妇女及子女: a woman, her husband and up to three children."""
    woman, husband = record.woman, record.woman.spouse
    named: list[Named] = []
    cells = [f"37011400{record.key:09d}", clerk.name(woman), _number(clerk, woman, "self", 2000, named)]
    cells += [clerk.day(woman.birth), woman.naming.ethnic, MARITAL_WORDS[woman.marital]]
    if husband is not None:
        number = "" if clerk.rng.random() < 0.05 else clerk.number(husband, 2000)
        named.append(("husband", husband.uid, difficulty(number, husband)))
        cells += [clerk.name(husband), number, "" if clerk.rng.random() < 0.07 else clerk.day(husband.birth)]
    else:
        cells += ["", "", ""]
    cells += [clerk.address(woman.registered_home), clerk.residence(woman), clerk.phone(woman)]
    children = [c for c in woman.children if c.age(world.today) < 24 and c.is_here][:3]
    cells.append(str(len(children)))
    for order in range(3):
        cells += _child(clerk, children[order], order + 1, named) if order < len(children) else ["", "", "", ""]
    return [*cells, record.opened.isoformat()], named


def _child(clerk: Clerk, child: Person, order: int, named: list[Named]) -> list[str]:
    number = "" if clerk.rng.random() < 0.12 else clerk.number(child)
    named.append((f"child{order}", child.uid, difficulty(number, child)))
    sex = SEX_WORDS[child.sex] if clerk.rng.random() > 0.005 else ""
    return [clerk.name(child), sex, clerk.day(child.birth), number]


def _number(clerk: Clerk, person: Person, role: str, year: int, named: list[Named]) -> str:
    number = clerk.number(person, year)
    named.append((role, person.uid, difficulty(number, person)))
    return number


def wedding_row(record: Wedding, clerk: Clerk, world: World) -> Row:  # noqa: ARG001 - one shape for all rows
    """婚姻登记."""
    named: list[Named] = []
    office = "章丘市民政局婚姻登记处" if record.day < date(2017, 1, 1) else "济南市章丘区民政局婚姻登记处"
    cells = [record.certificate, record.day.isoformat(), record.kind, office]
    for role, person in (("husband", record.husband), ("wife", record.wife)):
        ethnic = person.naming.ethnic if record.day.year >= 2014 or clerk.rng.random() < 0.5 else ""
        number = _number(clerk, person, role, record.day.year, named)
        cells += [clerk.name(person), number, clerk.day(person.birth), ethnic, clerk.address(person.registered_home)]
    return cells, named


def allowance_row(record: Allowance, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """低保对象: the head and up to four members."""
    head = record.members[0]
    named: list[Named] = []
    number = _number(clerk, head, "head", 2020, named)
    cells = [
        f"DB370114{record.key:06d}",
        clerk.name(head),
        SEX_WORDS[head.sex] if clerk.rng.random() > 0.03 else "",
        number,
    ]
    cells += [clerk.address(head.home), clerk.phone(head), str(len(record.members))]
    for order in range(1, 5):
        if order < len(record.members):
            member = record.members[order]
            relation = member.relation if member.relation in {"配偶", "子", "女"} else "其他"
            cells += [clerk.name(member), relation, _number(clerk, member, f"member{order}", 2013, named)]
        else:
            cells += ["", "", ""]
    day = record.approved
    return [*cells, str(record.amount), f"{day.year}.{day.month}.{day.day}"], named


def cremation_row(record: Cremation, clerk: Clerk, world: World) -> Row:  # noqa: ARG001
    """殡葬火化: the deceased, and the relative who came, without a number."""
    person, kin = record.deceased, record.kin
    died = person.died or record.day
    named: list[Named] = []
    number = _number(clerk, person, "deceased", 2000, named)
    cells = [
        f"章殡{record.day.year}{record.key:05d}", clerk.name(person), SEX_WORDS[person.sex], clerk.day(person.birth),
        number, died.isoformat(), str(person.age(died)), record.cause, clerk.address(person.registered_home),
        record.day.isoformat(),
    ]  # fmt: skip
    if kin is None:
        return [*cells, "", "", ""], named
    named.append(("next_of_kin", kin.uid, "no_id"))
    return [*cells, clerk.name(kin), record.kinship, clerk.phone(kin)], named


def pupil_row(record: Pupil, clerk: Clerk, world: World) -> Row:
    """学籍: a pupil and up to two guardians, mostly without numbers."""
    person, rng = record.person, clerk.rng
    named: list[Named] = []
    number = _number(clerk, person, "student", 2020, named)
    cells = [
        f"2026{record.key:08d}", record.school, GRADES[record.grade - 1], f"{record.room}班", clerk.name(person),
        SEX_WORDS[person.sex], clerk.day(person.birth), number, "农业" if record.is_rural else "非农业",
        clerk.residence(person),
    ]  # fmt: skip
    for order, guardian in enumerate((person.father, person.mother), 1):
        cells += _guardian(clerk, guardian, order, named, is_known=rng.random() < 0.86)
    return cells, named


def _guardian(clerk: Clerk, guardian: Person | None, order: int, named: list[Named], *, is_known: bool) -> list[str]:
    if guardian is None or guardian.died is not None or not is_known:
        return ["", "", "", ""]
    chance = clerk.rng.random()
    clerk = Clerk(clerk.rng, GUARDIAN_HABITS, clerk.speller)
    number = clerk.number(guardian) if chance < 0.178 else "无" if chance < 0.23 else ""
    named.append((f"guardian{order}", guardian.uid, difficulty(number, guardian)))
    return [clerk.name(guardian), "父亲" if guardian.sex == MALE else "母亲", clerk.phone(guardian), number]
