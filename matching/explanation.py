"""What an explanation of the linkage holds: units, links, obstacles, judgements. `matching.explain` finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from matching.waterfall import Change, Waterfall

RULES: Final[Mapping[str, str]] = {
    "same_citizen_id_and_name": "The same valid citizen number and the same name.",
    "same_citizen_id_similar_name": (
        "The same valid citizen number, and a name that sounds the same, is a former one, is cut or stands in another "
        "order; or a name with a slip or a hidden character, and neither birth date nor sex contradicts."
    ),
    "same_citizen_id": "The same valid citizen number; no name was told.",
    "judged_apart": "The citizen number is somebody else's, as a reviewer judged; here it proves nothing.",
    "same_document_and_name": "The same number of another document, and the same name.",
    "same_record": "States of one entry of a department, or the same entry under two numbers: same name, same birth.",
    "number_changed": "The same place in a household register, with the same name and birth date: the number changed.",
    "judgement": "A reviewer judged that it is one person.",
}
"""What the rules say that make a unit, or link two for certain."""

ObstacleKind = Literal[
    "judged_different", "one_record_per", "one_row", "never",
    "below_threshold", "rivals", "contradiction", "not_compared", "outgrown",
]  # fmt: skip


@dataclass(frozen=True)
class Rival:
    """A known person that a unit may be as well: `odds` (bits, before rivals) that `unit_id` is `rival_id`."""

    unit_id: int
    rival_id: int
    cluster: int
    odds: float


@dataclass(frozen=True)
class Link:
    """Two units, in the order asked for, and what is to be said for and against their being one person.

    `rivals`: known persons that either may be instead, likeliest first; within one cluster those of other clusters.
    `kept_odds`, `kept_probability`: as the linkage keeps them; None when no blocking rule brought the pair together.
    """

    unit_l: int
    unit_r: int
    waterfall: Waterfall
    rivals: tuple[Rival, ...]
    kept_odds: float | None
    kept_probability: float | None

    @property
    def units(self) -> tuple[int, int]:
        """Both units."""
        return self.unit_l, self.unit_r


@dataclass(frozen=True)
class Unit:
    """Records that are certainly one person: record_id → the rule that put it here.

    `strongest`: the best link to another unit of the cluster; None when it is the only one.
    """

    unit_id: int
    source: str
    records: Mapping[int, str]
    strongest: Link | None = None


@dataclass(frozen=True)
class Must:
    """A certain link of two units."""

    unit_l: int
    unit_r: int
    match_rule: str

    @property
    def sentence(self) -> str:
        """What the rule says."""
        return RULES.get(self.match_rule, self.match_rule)


@dataclass(frozen=True)
class Judgement:
    """A judgement in force. `is_applied`: the linkage was made with it, else it counts from the next night on."""

    judgement_id: int
    judgement: str
    record_id_l: int
    record_id_r: int
    unit_l: int
    unit_r: int
    cluster_l: int
    cluster_r: int
    decided_by: str
    reason: str
    decided_at: datetime
    is_applied: bool

    def is_between(self, one: int, other: int) -> bool:
        """Whether it is about two clusters, or the inside of one."""
        return {self.cluster_l, self.cluster_r} == {one, other}


@dataclass(frozen=True)
class Hold:
    """What holds a cluster together where it is weakest.

    `units_l`, `units_r`: the two parts that would be left. `link`: the strongest link between them; `holding`: how many
    of their pairs reach the threshold alone. `worst`: the strongest contradiction between them. `margin`: bits of both
    above the threshold, rivals aside. `changes`: what, of one comparison of that link, would use them up.
    """

    units_l: tuple[int, ...]
    units_r: tuple[int, ...]
    link: Link
    worst: Link | None
    holding: int
    margin: float
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Obstacle:
    """What keeps two clusters apart. `units`: the pair that it is about; `bits`: what it weighs, where it does."""

    kind: ObstacleKind
    sentence: str
    units: tuple[int, int] | None = None
    bits: float | None = None


@dataclass(frozen=True)
class Encounter:
    """Two clusters: their best pair, their strongest contradiction, and what keeps them apart, most decisive first.

    `support`: best link plus strongest contradiction, after rivals, in bits; from `least` on clusters join. `changes`:
    what, of one comparison of the best pair, would put them together, when no constraint keeps them apart.
    """

    cluster_l: int
    cluster_r: int
    best: Link
    worst: Link | None
    support: float
    least: float
    obstacles: tuple[Obstacle, ...]
    judgements: tuple[Judgement, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ClusterExplanation:
    """Why a cluster is one person: its units, certain links, judgements, weakest hold, and the clusters near to it."""

    cluster: int
    parameters_version: int
    least: float
    units: tuple[Unit, ...]
    musts: tuple[Must, ...]
    judgements: tuple[Judgement, ...]
    hold: Hold | None
    near: tuple[Encounter, ...]
