"""Distances and similarities of pairs of texts: cheap bounds first, rapidfuzz for what they leave possible.

Not here: at which distance a level begins. That is each kind's own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, OSA

from matching.kinds.characters import Characters
from matching.kinds.kind import Flags, Positions, where_possible

_PAIRS_AT_ONCE = 1_000_000
_FAR = 99


def score_pairs(
    texts: pa.LargeStringArray,
    left: Positions,
    right: Positions,
    scorer: Callable[..., Any],
    cutoff: float | None = None,
) -> NDArray[np.float32]:
    """Apply a rapidfuzz scorer to pairs of texts, a part of them at a time so that memory stays bounded."""
    scores = np.empty(len(left), np.float32)
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        scores[part] = process.cpdist(
            _taken(texts, left[part]),
            _taken(texts, right[part]),
            scorer=scorer,
            score_cutoff=cutoff,
            dtype=np.float32,
            workers=-1,
        )
    return scores


def within_edits(characters: Characters, left: Positions, right: Positions, most: int) -> Flags:
    """Whether at most so many edits can lie between texts: a bound, true for all that are as near and for some more."""
    lengths, masks = characters.lengths, characters.masks
    possible: Flags = np.abs(lengths[left] - lengths[right]) <= most
    one, other = masks[left], masks[right]
    possible &= np.bitwise_count(one & ~other) <= most
    possible &= np.bitwise_count(other & ~one) <= most
    return possible


def is_within(
    characters: Characters, texts: pa.LargeStringArray, left: Positions, right: Positions, most: int
) -> Flags:
    """Whether the OSA distance (Damerau 1964, adjacent transpositions count once) of texts is at most so many."""

    def near(one: Positions, other: Positions) -> Flags:
        return score_pairs(texts, one, other, OSA.distance, most) <= most

    return where_possible(within_edits(characters, left, right, most), near, left, right)


def edit_distances(
    characters: Characters, texts: pa.LargeStringArray, left: Positions, right: Positions, most: int
) -> NDArray[np.int8]:
    """OSA distances up to `most`; 99 for all that are further."""
    found = np.full(len(left), _FAR, np.int8)
    chosen = np.flatnonzero(within_edits(characters, left, right, most))
    scores = score_pairs(texts, left[chosen], right[chosen], OSA.distance, most)
    found[chosen] = np.where(scores <= most, scores, _FAR)
    return found


def jaro_winkler(
    characters: Characters, texts: pa.LargeStringArray, left: Positions, right: Positions, least: float
) -> NDArray[np.float32]:
    """Jaro-Winkler similarities (Winkler 1990) from `least` on; 0 for all that are less."""
    found = np.zeros(len(left), np.float32)
    chosen = np.flatnonzero(_jaro_winkler_bound(characters, left, right) >= least)
    found[chosen] = score_pairs(texts, left[chosen], right[chosen], JaroWinkler.normalized_similarity, least)
    return found


def _jaro_winkler_bound(characters: Characters, left: Positions, right: Positions) -> NDArray[np.float32]:
    """What the similarity can be at best, from the lengths, the sets of characters and the first character."""
    one, other = characters.masks[left], characters.masks[right]
    length_l = characters.lengths[left].astype(np.float32)
    length_r = characters.lengths[right].astype(np.float32)
    common = np.minimum(length_l - np.bitwise_count(one & ~other), length_r - np.bitwise_count(other & ~one))
    longest = np.maximum(np.maximum(length_l, length_r), 1)
    shortest = np.maximum(np.minimum(length_l, length_r), 1)
    jaro = np.where(common > 0, (common / longest + common / shortest + 1) / 3, 0)
    first = characters.at(0)
    bound: NDArray[np.float32] = np.where(first[left] == first[right], jaro + 0.4 * (1 - jaro), jaro).astype(
        np.float32
    ) + np.float32(1e-6)
    return bound


def _taken(texts: pa.LargeStringArray, places: Positions) -> NDArray[np.object_]:
    taken: NDArray[np.object_] = texts.take(pa.array(places)).to_numpy(zero_copy_only=False)
    return taken
