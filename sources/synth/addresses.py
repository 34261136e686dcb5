"""Writes a dwelling as clerks and residents do: old names of county and towns, parts left out, forms of a door."""

from dataclasses import dataclass
from random import Random

from sources.synth.places import Dwelling, Place
from sources.synth.streams import Wheel

FULL, CITY, DISTRICT, NONE = "山东省济南市章丘区", "济南市章丘区", "章丘区", ""
OLD_FULL, OLD, SPACED = "山东省章丘市", "章丘市", "山东省 济南市 章丘区 "
DOORS = ("{b}号楼{u}单元{r}室", "{b}#{u}单元{r}室", "{b}栋{u}单元{r}", "{b}号楼{u}-{r}", "{b}-{u}-{r}", "{b}号楼{r}")
HOUSES = ("{h}号", "{h}#", "{h}号院", "村内{h}号", "{h}", "")


@dataclass(frozen=True, slots=True)
class AddressHabit:
    """How one register writes: wheels of prefixes, doors and houses; rates of leaving out community and street."""

    prefix: Wheel[str]
    door: Wheel[str]
    house: Wheel[str]
    no_community: float
    no_street: float
    no_address: float = 0.0


def habit(
    prefixes: tuple[float, ...],
    door: float,
    house: float,
    no_community: float,
    no_street: float,
    no_address: float = 0.0,
) -> AddressHabit:
    """A habit from the shares of the seven prefixes and of the plain forms of door and house."""
    kinds = (FULL, CITY, DISTRICT, NONE, OLD_FULL, OLD, SPACED)
    return AddressHabit(
        prefix=Wheel(zip(kinds, prefixes, strict=True)),
        door=_plain_or_other(DOORS, door),
        house=_plain_or_other(HOUSES, house),
        no_community=no_community,
        no_street=no_street,
        no_address=no_address,
    )


def _plain_or_other(forms: tuple[str, ...], plain: float) -> Wheel[str]:
    rest = (1 - plain) / (len(forms) - 1)
    return Wheel((form, rest if order else plain) for order, form in enumerate(forms))


POLICE = habit((0.897, 0.0, 0.0, 0.0, 0.038, 0.038, 0.028), 0.92, 0.89, 0.04, 0.11)
MIGRANTS = habit((0.466, 0.229, 0.181, 0.074, 0.027, 0.012, 0.011), 0.67, 0.6, 0.12, 0.27, 0.005)
FAMILIES = habit((0.321, 0.275, 0.224, 0.078, 0.045, 0.037, 0.019), 0.6, 0.58, 0.18, 0.33, 0.014)
INSURANCE = habit((0.171, 0.4, 0.276, 0.089, 0.031, 0.029, 0.004), 0.55, 0.53, 0.3, 0.33, 0.027)
REGISTRARS = habit((0.316, 0.17, 0.155, 0.16, 0.099, 0.091, 0.008), 0.58, 0.69, 0.33, 0.35, 0.015)
HOUSING = habit((0.235, 0.2, 0.233, 0.072, 0.118, 0.137, 0.005), 0.48, 0.54, 0.4, 0.38, 0.001)
BUSINESS = habit((0.193, 0.261, 0.216, 0.068, 0.153, 0.108, 0.0), 0.63, 0.65, 0.35, 0.31, 0.005)
SCHOOLS = habit((0.243, 0.347, 0.272, 0.097, 0.021, 0.014, 0.005), 0.51, 0.49, 0.27, 0.38, 0.012)
COORDINATORS = habit((0.07, 0.303, 0.473, 0.131, 0.01, 0.011, 0.002), 0.41, 0.4, 0.05, 0.42, 0.009)


def write_address(rng: Random, dwelling: Dwelling | None, manner: AddressHabit) -> str:
    """The dwelling as one text, or nothing."""
    if dwelling is None or rng.random() < manner.no_address:
        return ""
    place = dwelling.place
    if place is None:
        return dwelling.outside
    prefix = manner.prefix.pick(rng)
    is_old = prefix in (OLD_FULL, OLD)
    town = rng.choice(place.town.former) if rng.random() < (0.7 if is_old else 0.05) else place.town.name
    return prefix + town + _write_place(rng, place, manner) + _write_door(rng, dwelling, manner)


def _write_place(rng: Random, place: Place, manner: AddressHabit) -> str:
    if not place.estate:
        return place.community
    community = "" if rng.random() < manner.no_community else place.community
    street = "" if rng.random() < manner.no_street else f"{place.street}{place.street_no}号"
    return community + street + place.estate


def _write_door(rng: Random, dwelling: Dwelling, manner: AddressHabit) -> str:
    if dwelling.house_no:
        return manner.house.pick(rng).replace("{h}", str(dwelling.house_no))
    door = manner.door.pick(rng)
    return door.format(b=dwelling.building, u=dwelling.unit, r=dwelling.room)
