"""Towns, communities, estates, villages and dwellings of the area, and the counties people come from.

An address as a thing. The many ways of writing one are in `addresses`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sources.synth.resources import read_csv, read_yaml
from sources.synth.streams import Wheel


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street office; `former` are names still in use for it."""

    code: str
    name: str
    former: tuple[str, ...]
    villagers: float


@dataclass(frozen=True, slots=True)
class Place:
    """An estate of a community, or (without estate) a village. `grid_code` has 12 digits."""

    town: Town
    community: str
    grid_code: str
    street: str = ""
    street_no: int = 0
    estate: str = ""
    tall: bool = False


@dataclass(slots=True, eq=False)
class Dwelling:
    """One door. Either building, unit and room, or a house number; outside the county a ready text."""

    uid: int
    place: Place | None
    building: int = 0
    unit: int = 0
    room: int = 0
    house_no: int = 0
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A county outside the area."""

    code: str
    name: str


class Gazetteer:
    """The places of one run; as many as its population needs. Each door is given out once."""

    def __init__(self, rng: Random, people: int) -> None:
        """Lay out estates and villages for about `people` residents."""
        tables = read_yaml("places.yml")
        self.tables = tables
        self._taken: set[tuple[int, int, int, int, int]] = set()
        self._next_uid = 1
        weights = [entry[3] for entry in tables["towns"]]
        towns = [Town(code, name, tuple(former), villagers) for code, name, former, _, villagers in tables["towns"]]
        households = people / 2.6
        self._wheel = Wheel(
            (self._lay_out(rng, town, households * weight / sum(weights)), weight)
            for town, weight in zip(towns, weights, strict=True)
        )
        self._regions = Wheel(
            (Region(row["code"], row["region"]), float(row["weight"]) + 1) for row in read_csv("regions.csv")
        )

    def _lay_out(self, rng: Random, town: Town, households: float) -> Wheel[Place]:
        """The places of one town, weighted by size."""
        estates = self._estates(rng, town, max(2, round(households * (1 - town.villagers) / 110)))
        villages = self._villages(rng, town, max(1, round(households * town.villagers / 160)))
        shares: list[tuple[Place, float]] = [(place, (1 - town.villagers) / len(estates)) for place in estates]
        shares += [(place, town.villagers / len(villages)) for place in villages]
        return Wheel((place, share * rng.uniform(0.5, 1.5)) for place, share in shares)

    def _estates(self, rng: Random, town: Town, count: int) -> list[Place]:
        parts = self.tables
        communities = rng.sample(parts["communities"], min(len(parts["communities"]), 1 + count // 5))
        names = {rng.choice(parts["estate_stems"]) + rng.choice(parts["estate_suffixes"]): None for _ in range(count)}
        return [
            Place(
                town=town,
                community=f"{communities[order % len(communities)]}社区",
                grid_code=f"{town.code}{order % len(communities) + 1:03d}",
                street=rng.choice(parts["streets"]),
                street_no=rng.randrange(2, 9000) if rng.random() < 0.5 else rng.randrange(2, 300),
                estate=name,
                tall=rng.random() < 0.4,
            )
            for order, name in enumerate(names)
        ]

    def _villages(self, rng: Random, town: Town, count: int) -> list[Place]:
        parts = self.tables
        names: dict[str, None] = {}
        while len(names) < count:
            if len(names) < 2 and rng.random() < 0.7:
                name = f"{rng.choice(parts['village_stems'])}村"
            else:
                name = (
                    rng.choice(parts["village_sides"])
                    + rng.choice(parts["village_names"])
                    + rng.choice(parts["village_ends"])
                )
                name = name if name.endswith("村") else f"{name}村"
            names[name] = None
        return [
            Place(town=town, community=name, grid_code=f"{town.code}{order + 201:03d}")
            for order, name in enumerate(names)
        ]

    def door(self, rng: Random) -> Dwelling:
        """A free dwelling; another place is tried when one is nearly full."""
        while True:
            place = self._wheel.pick(rng).pick(rng)
            for _ in range(12):
                building, unit, room, house_no = _number_door(rng, place)
                key = (id(place), building, unit, room, house_no)
                if key not in self._taken:
                    self._taken.add(key)
                    self._next_uid += 1
                    return Dwelling(self._next_uid, place, building, unit, room, house_no)

    def region(self, rng: Random) -> Region:
        """A county outside, nearer ones more often."""
        return self._regions.pick(rng)

    def outside_door(self, rng: Random, region: Region | None, name: str = "") -> Dwelling:
        """A dwelling outside the county, whose address is written in one way; `name` for one abroad."""
        self._next_uid += 1
        if region is None:
            return Dwelling(self._next_uid, None, outside=name)
        town = rng.choice(self.tables["outside_towns"])
        village = rng.choice(self.tables["outside_sides"]) + rng.choice(self.tables["outside_ends"])
        return Dwelling(self._next_uid, None, outside=f"{region.name}{town}{village}{rng.randrange(1, 300)}号")


def _number_door(rng: Random, place: Place) -> tuple[int, int, int, int]:
    if not place.estate:
        return 0, 0, 0, rng.randrange(1, 420)
    floors: Sequence[int] = range(1, 19) if place.tall else range(1, 8)
    return rng.randrange(1, 26), rng.randrange(1, 5), rng.choice(floors) * 100 + rng.randrange(1, 5), 0
