"""Names of fictitious persons: frequencies by sex and era, minority and foreign names.

How clerks misspell them is in `damage`.
"""

from bisect import bisect
from dataclasses import dataclass
from random import Random
from typing import Any

from sources.synth.resources import read_csv, read_yaml
from sources.synth.streams import falling, Wheel

SEX_KEYS = {1: "male", 2: "female"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A name, the ethnic group it belongs to, and the part that children inherit."""

    name: str
    surname: str
    ethnic: str


class NameBook:
    """Draws names; one for a whole run."""

    def __init__(self) -> None:
        """Load the tables of the package."""
        tables = read_yaml("given_names.yml")
        self._surnames = Wheel((row["surname"], float(row["weight"])) for row in read_csv("surnames.csv"))
        self._eras: list[int] = tables["eras"]
        self._single: list[float] = tables["single_rate"]
        self._popular_rate: list[float] = tables["popular_rate"]
        self._rare: str = tables["rare"]
        self._characters = {key: [falling(era) for era in tables[key]] for key in SEX_KEYS.values()}
        self._popular = {key: [falling(era) for era in tables["popular"][key]] for key in SEX_KEYS.values()}
        self._minority = Wheel[dict[str, Any]]((group, group["weight"]) for group in tables["minority"])
        self._ethnic = Wheel[str]((group["ethnic"], group["weight"]) for group in tables["ethnic_han_names"])
        self._foreign: dict[str, list[str]] = tables["foreign"]

    def surname(self, rng: Random) -> str:
        """A surname by its national weight."""
        return self._surnames.pick(rng)

    def given(self, rng: Random, sex: int, birth_year: int) -> str:
        """One or two characters as parents of that year chose them."""
        era, key = bisect(self._eras, birth_year), SEX_KEYS[sex]
        chance = rng.random()
        if chance < self._popular_rate[era]:
            return self._popular[key][era].pick(rng)
        wheel = self._characters[key][era]
        first = wheel.pick(rng)
        if rng.random() < self._single[era]:
            return first
        if rng.random() < 0.004:
            return first + rng.choice(self._rare)
        if sex == 2 and rng.random() < 0.03:
            return first + first
        if rng.random() < 0.06:
            wheel = self._characters[key][max(0, era - 1)]
        return first + wheel.pick(rng)

    def han(self, rng: Random, sex: int, birth_year: int, surname: str | None = None) -> Naming:
        """A name of the Han form, now and then of a group that uses such names."""
        surname = surname or self.surname(rng)
        ethnic = "汉族" if rng.random() > 0.012 else self._ethnic.pick(rng)
        return Naming(surname + self.given(rng, sex, birth_year), surname, ethnic)

    def minority(self, rng: Random, sex: int) -> Naming:
        """A name with a father's name behind a middle dot, or one of another form."""
        group = self._minority.pick(rng)
        own, parent = rng.choice(group[SEX_KEYS[sex]]), rng.choice(group["parent"])
        name = f"{own}·{parent}" if group["form"] == "dotted" else f"{parent}{own}"
        return Naming(name, "", group["ethnic"])

    def child_of(self, rng: Random, sex: int, birth_year: int, father: Naming) -> Naming:
        """A child's name: the father's surname, or his own name behind the dot."""
        if father.surname:
            given = self.given(rng, sex, birth_year)
            return Naming(father.surname + given, father.surname, father.ethnic)
        own = self.minority(rng, sex).name
        if "·" in father.name and "·" in own:
            return Naming(f"{own.split('·')[0]}·{father.name.split('·')[0]}", "", father.ethnic)
        return Naming(own, "", father.ethnic)

    def foreign(self, rng: Random, sex: int) -> Naming:
        """A name in Latin capitals, as in a passport."""
        name = f"{rng.choice(self._foreign['surname'])} {rng.choice(self._foreign[f'given_{SEX_KEYS[sex]}'])}"
        return Naming(name, "", "")
