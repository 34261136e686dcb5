"""Addresses of dwellings as text, each in several ways of writing it. A dwelling's number says where it is."""

import csv

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray
from vocabulary import TABLES

HOMES = 120
"""Dwellings in one estate: five buildings of two stairs, six floors, two doors."""

FULL, WITHOUT_REGION, SHORT = range(3)


def write_addresses(dwelling: NDArray[np.int64], manner: NDArray[np.int64]) -> pa.Array:
    """The address of each dwelling, written in the manner given: full, without region, short."""
    estate, place = np.divmod(dwelling, HOMES)
    region, town, name = _estates(int(estate.max(initial=0)) + 1)
    building, rest = np.divmod(place, 24)
    stair, flat = np.divmod(rest, 12)
    room = (flat // 2 + 1) * 100 + flat % 2 + 1
    numbers = [pc.cast(pa.array(values), pa.string()) for values in (building + 1, stair + 1, room)]
    taken = pa.array(estate)
    head = pc.if_else(pa.array(manner == FULL), region.take(taken), "")
    head = pc.binary_join_element_wise(head, pc.if_else(pa.array(manner == SHORT), "", town.take(taken)), "")
    long = pc.binary_join_element_wise(numbers[0], "号楼", numbers[1], "单元", numbers[2], "室", "")
    short = pc.binary_join_element_wise(*numbers, "-")
    door = pc.if_else(pa.array(manner == SHORT), short, long)
    return pc.binary_join_element_wise(head, name.take(taken), door, "")


def _estates(count: int) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Region, town and name of every estate; no two estates have the same three."""
    places = yaml.safe_load((TABLES / "places.yml").read_text(encoding="utf-8"))
    with (TABLES / "regions.csv").open(encoding="utf-8") as file:
        regions = ["山东省济南市章丘区", *(row["region"] for row in csv.DictReader(file))]
    towns = [town[1] for town in places["towns"]]
    stems, suffixes = places["estate_stems"], places["estate_suffixes"]
    names = list(dict.fromkeys(stem + suffix for stem in stems for suffix in suffixes))
    region, rest = np.divmod(np.arange(count), len(towns) * len(names))
    # 7,919 is prime to the number of combinations, so that neighbouring numbers lie far apart and none comes twice.
    town, name = np.divmod(rest * 7_919 % (len(towns) * len(names)), len(names))
    return (
        pa.array(regions).take(pa.array(region)),
        pa.array(towns).take(pa.array(town)),
        pa.array(names).take(pa.array(name)),
    )
