"""Children entered before they have a name, by their mother's: 王芳之女, 王芳之长子, 李娜之双女甲.

Not here: names proper (`matching.kinds.names`).
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.kinds.characters import Characters, numbers_of
from matching.kinds.kind import Flags, Positions

_FORM: Final = r"^(?P<mother>.+)之(?P<rank>.{0,3}?)(?P<sort>[子女]|婴儿|[儿婴宝])(?P<twin>[甲乙一二]?)$"
_OF: Final = ord("之")
_SONS: Final = r"子|男"
_DAUGHTERS: Final = "女"
_SEXES: Final = "[男女]"


@dataclass(frozen=True)
class Newborns:
    """Unnamed children among n names.

    `mother` numbers her name, -1 for a name proper; `sex` is 1 or 2, and `rank` numbers the order of birth, both 0
    where nothing is said.
    """

    mother: NDArray[np.int32]
    sex: NDArray[np.int32]
    rank: NDArray[np.int32]

    def of_mothers(self, numbers: NDArray[np.int32]) -> Self:
        """The same with mothers by these numbers."""
        return replace(self, mother=np.where(self.mother >= 0, numbers, -1).astype(np.int32))

    def may_be_one(self, left: Positions, right: Positions) -> Flags:
        """Whether two unnamed children have one mother, and nothing is said of them that differs."""
        found: Flags = (
            (self.mother[left] == self.mother[right])
            & _is_compatible(self.sex[left], self.sex[right])
            & _is_compatible(self.rank[left], self.rank[right])
        )
        return found


def read_newborns(texts: pa.LargeStringArray, characters: Characters) -> tuple[Newborns, Characters]:
    """Find unnamed children in a column of folded names.

    Returns:
        The children, `mother` being 0 for each, and their mothers' names: empty texts where a name is proper.
    """
    rows = np.flatnonzero(characters.count(characters.codes == _OF))
    found = pc.extract_regex(texts.take(pa.array(rows)), _FORM)
    is_newborn = found.is_valid().to_numpy(zero_copy_only=False)
    rows, found = rows[is_newborn], found.filter(pa.array(is_newborn, pa.bool_()))
    mother, sex, rank = (np.full(len(characters), fill, np.int32) for fill in (-1, 0, 0))
    mother[rows] = 0
    said = _joined(found.field("rank"), found.field("sort"))
    sex[rows] = np.where(_matches(said, _SONS), 1, np.where(_matches(said, _DAUGHTERS), 2, 0))
    order = _joined(pc.replace_substring_regex(found.field("rank"), _SEXES, ""), found.field("twin"))
    rank[rows] = np.where(_matches(order, "."), numbers_of(order) + 1, 0)
    sizes = np.zeros(len(characters), np.int64)
    mothers = Characters.of(found.field("mother"))
    sizes[rows] = mothers.lengths
    return Newborns(mother, sex, rank), Characters(mothers.codes, np.concatenate(([0], np.cumsum(sizes))))


def _joined(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(first, second, pa.scalar("", first.type))


def _matches(texts: pa.Array, pattern: str) -> Flags:
    matches: Flags = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return matches


def _is_compatible(left: NDArray[np.int32], right: NDArray[np.int32]) -> Flags:
    compatible: Flags = (left == right) | (left == 0) | (right == 0)
    return compatible
