"""Records of fictitious persons, as one office keeps them: with gaps, slips and old addresses."""

from dataclasses import dataclass

import damage
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from addresses import write_addresses
from digits import date_digits, phone_digits
from numpy.random import Generator
from numpy.typing import NDArray
from population import Population
from vocabulary import surnames

SLIPS = {
    "mishear": 0.20,
    "misread": 0.10,
    "citizen_digit": 0.10,
    "citizen_transposed": 0.05,
    "phone_digit": 0.10,
    "phone_transposed": 0.05,
    "date_digit": 0.10,
    "date_transposed": 0.05,
    "day_and_month": 0.05,
    "sex": 0.03,
    "gap": 0.17,
}
GAPS = ("birth_date", "phone", "address", "sex")


@dataclass(frozen=True)
class Quality:
    """How well an office keeps its records; the figures are shares of records.

    `family_phone`: of the persons, who give one number for the household. `second_slip`: of the records with a slip.
    `manners`: addresses written in full, without region, short.
    """

    without_id: float = 0.15
    slips: float = 0.10
    second_slip: float = 0.3
    masked_id: float = 0.01
    family_phone: float = 0.0
    moved: float = 0.0
    gaps: tuple[float, float, float, float] = (0.02, 0.05, 0.03, 0.01)
    manners: tuple[float, float, float] = (0.8, 0.15, 0.05)


@dataclass
class Sheet:
    """Records as matrices of codes, one row a record, and which values are missing."""

    name: NDArray[np.uint32]
    sex: NDArray[np.int8]
    birth: NDArray[np.uint8]
    citizen: NDArray[np.uint8]
    phone: NDArray[np.uint8]
    dwelling: NDArray[np.int64]
    missing: dict[str, NDArray[np.bool_]]


def write_records(
    people: Population,
    chosen: NDArray[np.int64],
    quality: Quality,
    rng: Generator,
    floating: NDArray[np.bool_] | None = None,
) -> pa.Table:
    """One record for each of the persons `chosen`, which may repeat.

    Args:
        people: the population.
        chosen: rows of the population, in the order of the records.
        quality: how they are kept.
        rng: the source of chance.
        floating: persons of the population who show no citizen number anywhere.

    Returns:
        name, sex, birth_date, citizen_id, phone, address; the caller adds the record ids.
    """
    sheet = _copy(people, chosen, quality, rng)
    if floating is not None:
        sheet.missing["citizen_id"] |= floating[chosen]
    slipping = np.flatnonzero(rng.random(len(chosen)) < quality.slips)
    _slip(sheet, slipping, rng)
    _slip(sheet, slipping[rng.random(len(slipping)) < quality.second_slip], rng)
    damage.mask(sheet.citizen, np.flatnonzero(rng.random(len(chosen)) < quality.masked_id))
    return _table(sheet, rng.choice(3, len(chosen), p=quality.manners))


def _copy(people: Population, chosen: NDArray[np.int64], quality: Quality, rng: Generator) -> Sheet:
    """The true values of the persons, at a former dwelling if they moved, and the gaps of the office."""
    count, homes = len(chosen), int(people.household.max()) + 1
    moved = rng.random(count) < quality.moved
    home = people.household[chosen]
    # Owners of numbers: persons, then households, then persons after a move.
    # Who gives the number of the family does so at every office: chance, but fixed by the person.
    habit = chosen * 2_654_435_761 % 2**32 / 2**32
    owner = np.where(habit < quality.family_phone, len(people) + home, chosen)
    owner = np.where(moved, len(people) + homes + chosen, owner)
    missing = {column: rng.random(count) < rate for column, rate in zip(GAPS, quality.gaps, strict=True)}
    missing["citizen_id"] = rng.random(count) < quality.without_id
    return Sheet(
        name=_names(people, chosen),
        sex=people.sex[chosen].copy(),
        birth=date_digits(people.birth[chosen]),
        citizen=people.citizen[chosen],
        phone=phone_digits(owner),
        dwelling=np.where(moved, homes + chosen, home),
        missing=missing,
    )


def _names(people: Population, chosen: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Surname and given name without a gap, as up to four code points."""
    surname, given = surnames().characters[people.surname[chosen]], people.given[chosen]
    short = surname[:, 1] == 0
    names = np.zeros((len(chosen), 4), dtype=np.uint32)
    names[:, 0] = surname[:, 0]
    names[:, 1] = np.where(short, given[:, 0], surname[:, 1])
    names[:, 2] = np.where(short, given[:, 1], given[:, 0])
    names[:, 3] = np.where(short, 0, given[:, 1])
    return names


def _slip(sheet: Sheet, rows: NDArray[np.int64], rng: Generator) -> None:
    """One slip in each of the rows."""
    which = rng.choice(len(SLIPS), len(rows), p=np.array(list(SLIPS.values())) / sum(SLIPS.values()))
    hit = {slip: rows[which == number] for number, slip in enumerate(SLIPS)}
    damage.mishear(sheet.name, hit["mishear"], rng)
    damage.misread(sheet.name, hit["misread"], rng)
    damage.change_digit(sheet.citizen, hit["citizen_digit"], rng)
    damage.transpose_digits(sheet.citizen, hit["citizen_transposed"], rng)
    damage.change_digit(sheet.phone, hit["phone_digit"], rng, 2)
    damage.transpose_digits(sheet.phone, hit["phone_transposed"], rng, 2)
    damage.change_date(sheet.birth, hit["date_digit"], rng)
    damage.transpose_date(sheet.birth, hit["date_transposed"], rng)
    damage.swap_day_and_month(sheet.birth, hit["day_and_month"], rng)
    sheet.sex[hit["sex"]] = 3 - sheet.sex[hit["sex"]]
    gap = rng.integers(0, len(GAPS), len(hit["gap"]))
    for number, column in enumerate(GAPS):
        sheet.missing[column][hit["gap"][gap == number]] = True


def _table(sheet: Sheet, manner: NDArray[np.int64]) -> pa.Table:
    birth = _text(sheet.birth)
    birth = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(birth, 0, 4),
        pc.utf8_slice_codeunits(birth, 4, 6),
        pc.utf8_slice_codeunits(birth, 6, 8),
        "-",
    )
    columns = {
        "name": _text(sheet.name),
        "sex": pa.array(["", "男", "女"]).take(pa.array(sheet.sex)),
        "birth_date": birth,
        "citizen_id": _text(sheet.citizen),
        "phone": _text(sheet.phone),
        "address": write_addresses(sheet.dwelling, manner),
    }
    absent = pa.scalar(None, pa.string())
    gaps = {column: pa.array(sheet.missing[column]) for column in columns if column in sheet.missing}
    return pa.table(
        {key: pc.if_else(gaps[key], absent, text) if key in gaps else text for key, text in columns.items()}
    )


def _text(codes: NDArray[np.uint8] | NDArray[np.uint32]) -> pa.Array:
    """Rows of code points as text; trailing zeros are no characters."""
    wide = np.ascontiguousarray(codes, dtype=np.uint32)
    return pa.array(wide.view(f"<U{wide.shape[1]}").ravel(), pa.string())
