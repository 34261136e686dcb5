"""Clerical review: which pairs are worth a person's look, what is to be seen of them, how good the linkage is by them.

Not here: judgements themselves (`matching.judgements`), nor how pairs are shown (`pipelines`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from matching.columns import encode_columns
from matching.errors import MatchingError
from matching.judgements import current_judgements
from matching.kinds import KINDS
from matching.levels import compare_pairs, NEUTRAL
from matching.parameters import Parameters
from matching.records import quoted
from matching.spec import Spec
from matching.state import with_frequencies
from matching.statements import run
from matching.weights import bits

Ints = NDArray[np.int64]

QUEUE = pa.schema(
    [
        ("record_id_l", pa.int64()),
        ("record_id_r", pa.int64()),
        ("unit_l", pa.int64()),
        ("unit_r", pa.int64()),
        ("probability", pa.float64()),
        ("is_linked", pa.bool_()),
        ("is_unsure", pa.bool_()),
        ("records", pa.int64()),
        ("value", pa.float64()),
    ]
)
"""Pairs to judge, first things first. `record_id_l` < `record_id_r`: the smallest records of the two units. `records`:
how many would come into another cluster; `value` = records x bits of doubt. Both are null in a random sample."""

WEAK_LINK: Final = 0.99
"""Match probability below which a link that alone holds a person together is worth a look."""

FEWEST_DRAWN: Final = 2
"""Pairs that a sample takes of each stratum, if there are so many."""

DRAWS: Final = 20_000
"""Draws from which an interval is read."""


_SHOWN = "_review_shown"


class ReviewError(MatchingError):
    """There is nothing to review; the message says why."""


@dataclass(frozen=True)
class Finding:
    """One comparison of two units. `level` is empty when it says nothing; `weight` in bits, above 0 for a match."""

    comparison: str
    column: str
    kind: str
    level: str
    explanation: str
    weight: float
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class StratumQuality:
    """One stratum of a sample: a band of probability, linked or not. `pairs` there are, `drawn` were sampled."""

    band_low: float
    band_high: float
    is_linked: bool
    pairs: int
    drawn: int
    positive: int
    negative: int
    unsure: int

    @property
    def judged(self) -> int:
        """Pairs with a clear answer."""
        return self.positive + self.negative


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval; `value` is None while a stratum that it rests on has no judged pair."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """Precision and recall among the scored pairs, as of the time when the sample was drawn."""

    drawn_at: datetime
    strata: tuple[StratumQuality, ...]
    precision: Estimate
    recall: Estimate


def review_queue(con: duckdb.DuckDBPyConnection, spec: Spec, limit: int) -> pa.Table:
    """The pairs whose judgement is expected to change most, one for each two clusters.

    Asked about are pairs of different clusters from the review threshold on, pairs of one cluster between the review
    and the link threshold, and links below WEAK_LINK without which a cluster falls apart (bridges). Pairs judged
    positive or negative are settled, and with them the two clusters; those judged unsure come after all others.

        value = records * doubt
        doubt = H(p) = -p log2 p - (1 - p) log2 (1 - p), or 1 where the clusters stand against the pair

    where p is the match probability, lessened by rivals outside of the two clusters only. The clusters stand against
    the pair when it is more probable than not and yet not linked, or linked and yet less. `records` counts the records
    that a decision may move: those of the smaller of two clusters, of the smaller part that a bridge holds, of the
    smaller unit of a weak pair that is no link.

    Args:
        con: connection with the state of the linkage (`sql/state.sql`, `sql/review_state.sql`).
        spec: its thresholds.
        limit: pairs at most.

    Returns:
        QUEUE, in a deterministic order.
    """
    current_judgements(con)
    thresholds = {"review": spec.thresholds.review, "link": spec.thresholds.link, "weak": WEAK_LINK}
    for name, value in thresholds.items():
        con.execute(f"SET VARIABLE {name}_threshold = {value}")
    _read_scored(con, spec)
    run(con, "review_pair")
    edges = con.execute("SELECT unit_l, unit_r FROM _review_edge").fetchnumpy()
    sizes = con.execute("SELECT unit_id, records FROM _review_unit ORDER BY unit_id").fetchnumpy()
    con.register("_review_bridge", _find_bridges(edges["unit_l"], edges["unit_r"], sizes["unit_id"], sizes["records"]))
    run(con, "review_queue")
    con.unregister("_review_bridge")
    return _queued(con, f"FROM _review_queue ORDER BY is_unsure, value DESC, unit_l, unit_r LIMIT {limit:d}")


def draw_sample(con: duckdb.DuckDBPyConnection, spec: Spec, n: int, *, seed: int, drawn_at: datetime) -> int:
    """Draw pairs for an unbiased estimate from all scored pairs, judged or not; the newest sample is the one in use.

    Strata are bands of probability, linked and unlinked apart. Each gets FEWEST_DRAWN pairs and a share of the others
    by the square root of its size (power allocation): large strata weigh most, small ones are not forgotten.

    Args:
        con: connection with the state of the linkage, open for writing.
        spec: its thresholds bound the bands.
        n: pairs to draw; more when there are many strata, fewer when there are few pairs.
        seed: one of several samples that could be drawn.
        drawn_at: now.

    Returns:
        How many pairs were drawn.

    Raises:
        ReviewError: there are no scored pairs.

    Source: Bankier (1988), Power allocations, The American Statistician 42.
    """
    edges = sorted({0.0, 0.01, spec.thresholds.review, 0.5, spec.thresholds.link, WEAK_LINK, 1.0})
    _read_scored(con, spec)
    con.register("_review_band", pa.table({"band_low": edges[:-1], "band_high": edges[1:]}))
    con.execute("""
        CREATE OR REPLACE TEMP TABLE _review_stratum AS
        SELECT s.*, band_low, band_high FROM _review_scored s
        JOIN _review_band ON probability >= band_low AND (probability < band_high OR band_high = 1)
    """)
    con.unregister("_review_band")
    sizes = con.sql("SELECT band_low, is_linked, count(*) AS pairs FROM _review_stratum GROUP BY ALL ORDER BY ALL")
    strata = sizes.to_arrow_table()
    if not strata.num_rows:
        raise ReviewError("there are no scored pairs to draw from; run a night first")
    shares = allocate(strata["pairs"].to_pylist(), n)
    con.register("_review_share", strata.append_column("drawn", pa.array(shares, pa.int64())))
    con.execute("SET VARIABLE seed = $1::BIGINT", [seed])
    con.execute("SET VARIABLE drawn_at = $1::TIMESTAMPTZ", [drawn_at])
    run(con, "review_draw")
    con.unregister("_review_share")
    return sum(shares)


def sample_queue(con: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    """Pairs of the newest sample that nobody has judged, by their ids, so that the order tells nothing.

    Returns:
        QUEUE; pairs judged unsure come last, pairs that have become one unit are left out.
    """
    _read_sample(con)
    return _queued(con, f"""
        SELECT record_id_l, record_id_r, unit_l, unit_r, probability, is_linked, judgement IS NOT NULL AS is_unsure,
               NULL::BIGINT AS records, NULL::DOUBLE AS value
        FROM _review_sample WHERE unit_l < unit_r AND coalesce(judgement, 'unsure') = 'unsure'
        ORDER BY is_unsure, record_id_l, record_id_r LIMIT {limit:d}
    """)  # fmt: skip


def estimate_quality(con: duckdb.DuckDBPyConnection) -> Quality:
    """Precision and recall among the scored pairs, from the judged pairs of the newest sample.

    With N pairs, n judged and k positive in a stratum, N k / n are matches (Horvitz & Thompson 1952). Precision is
    their share among the linked pairs; recall the share of the linked ones among all. Intervals are read from seeded
    draws: k and, of the N - n others, a binomial number at a rate from Beta(k + 1/2, n - k + 1/2) in each stratum. A
    stratum with few judged pairs therefore makes them wide, and one without any leaves no value.

    What the linkage said is kept with the sample, so judgements which are applied later do not flatter it. Matches that
    no blocking rule found, or whose odds were too small to be kept, are not among the scored pairs.

    Raises:
        ReviewError: no sample was drawn.

    Source: Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, on Jeffreys' interval.
    """
    _read_sample(con)
    rows = con.execute("""
        SELECT band_low, band_high, is_linked, stratum_pairs, count(*), count(*) FILTER (judgement = 'positive'),
               count(*) FILTER (judgement = 'negative'), count(*) FILTER (judgement = 'unsure'), max(drawn_at)
        FROM _review_sample GROUP BY ALL ORDER BY ALL
    """).fetchall()
    if not rows:
        raise ReviewError("no sample was drawn; draw one first")
    strata = tuple(StratumQuality(*row[:-1]) for row in rows)
    linked = tuple(each for each in strata if each.is_linked)
    linked_pairs = sum(each.pairs for each in linked)
    draws = {each: _draw_matches(each, number) for number, each in enumerate(strata)}
    true_linked, true = (np.sum([np.zeros(DRAWS), *(draws[e] for e in group)], axis=0) for group in (linked, strata))
    precision = true_linked / linked_pairs if linked else np.ones(DRAWS)
    recall = np.divide(true_linked, true, out=np.ones(DRAWS), where=true > 0)
    return Quality(
        drawn_at=rows[0][-1],
        strata=strata,
        precision=_estimate(_share(_matches(linked), linked_pairs), precision),
        recall=_estimate(_share(_matches(linked), _matches(strata)), recall),
    )


def compare_units(
    con: duckdb.DuckDBPyConnection, spec: Spec, parameters: Parameters, pairs: Sequence[tuple[int, int]]
) -> list[list[Finding]]:
    """What agrees and what differs between two units, for each pair of unit ids, in the spec's order."""
    units, rows = _read_units(con, spec, pairs)
    sides = np.array(pairs, np.int64).reshape(-1, 2)
    left, right = (np.searchsorted(units, sides[:, side]).astype(np.int32) for side in (0, 1))
    encoded = encode_columns(con, _SHOWN, rows.column_names)
    for name in {each.column for each in spec.comparisons if each.frequency}:
        encoded[name] = with_frequencies(con, name, encoded[name])
    compared = compare_pairs(spec, encoded, left, right)
    found: list[list[Finding]] = [[] for _ in pairs]
    for number, each in enumerate(spec.comparisons):
        m, _, u = bits(spec, parameters, number, compared.levels[number], compared.counts[number])
        words = KINDS[each.kind].levels
        values = [_values(told) for told in rows[each.column].to_pylist()]
        for at, code in enumerate(compared.levels[number].tolist()):
            level = "" if code == NEUTRAL else list(words)[code]
            sides_told = values[left[at]], values[right[at]]
            found[at].append(
                Finding(
                    each.label, each.column, each.kind, level, words.get(level, ""), float((m - u)[at]), *sides_told
                )
            )
    return found


def allocate(sizes: Sequence[int], n: int) -> list[int]:
    """How many of n pairs each stratum gets: FEWEST_DRAWN, and of the others by the square root of its size."""
    shares = [min(size, FEWEST_DRAWN) for size in sizes]
    while sum(shares) < min(n, sum(sizes)):
        # The next pair goes where it is most wanting: the largest quotient of root and share (Sainte-Laguë).
        both = zip(sizes, shares, strict=True)
        wanting = [size**0.5 / (2 * share + 1) if share < size else 0.0 for size, share in both]
        shares[int(np.argmax(wanting))] += 1
    return shares


def _find_bridges(left: Ints, right: Ints, units: Ints, records: Ints) -> pa.Table:
    """Edges (unit_l, unit_r) whose loss takes their part of a graph in two, and the records of the smaller side.

    Each edge that is not in the search tree gets a random label at both its ends. Where both ends lie below a tree edge
    the labels cancel out; so a tree edge below which they sum up to nothing is on no cycle.
    """
    count = len(units)
    a, b = np.searchsorted(units, left), np.searchsorted(units, right)
    component = connected_components(_graph(a, b, count), directed=False)[1]
    _, roots = np.unique(component, return_index=True)
    # One tree for all components: a node of no unit is joined to a root in each.
    rooted = _graph(np.append(a, roots), np.append(b, np.full(len(roots), count)), count + 1)
    order, parent = breadth_first_order(rooted, count, directed=False)
    in_tree = (parent[a] == b) | (parent[b] == a)
    labels = np.random.default_rng(1).integers(1, 2**62, len(a))
    crossing, below = np.zeros(count + 1, np.int64), np.append(records, 0)
    for side in (a, b):
        np.bitwise_xor.at(crossing, side[~in_tree], labels[~in_tree])
    for node in order[:0:-1]:
        crossing[parent[node]] ^= crossing[node]
        below[parent[node]] += below[node]
    child = np.where(parent[a] == b, a, b)
    is_bridge = in_tree & (crossing[child] == 0)
    smaller = np.minimum(below[child], below[roots][component[child]] - below[child])
    return pa.table({"unit_l": left[is_bridge], "unit_r": right[is_bridge], "records": smaller[is_bridge]})


def _graph(left: Ints, right: Ints, count: int) -> coo_array:
    return coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count)).tocsr()


def _read_units(con: duckdb.DuckDBPyConnection, spec: Spec, pairs: Sequence[tuple[int, int]]) -> tuple[Ints, pa.Table]:
    """Unit ids in order, and what the spec compares of them; the same rows are left in _SHOWN."""
    asked = sorted({unit for pair in pairs for unit in pair})
    con.register("_review_asked", pa.table({"unit_id": pa.array(asked, pa.int64())}))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {_SHOWN} AS
        SELECT * FROM match_unit_related SEMI JOIN _review_asked USING (unit_id) ORDER BY unit_id
    """)
    con.unregister("_review_asked")
    columns = ", ".join(map(quoted, dict.fromkeys(each.column for each in spec.comparisons)))
    rows = con.sql(f"SELECT {columns} FROM {_SHOWN} ORDER BY unit_id").to_arrow_table()
    return np.array(asked, np.int64), rows


def _queued(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return con.sql(query).to_arrow_table().select(QUEUE.names).cast(QUEUE)


def _read_scored(con: duckdb.DuckDBPyConnection, spec: Spec) -> None:
    con.register("_review_known", pa.table({"source": pa.array(spec.constraints.known_persons, pa.string())}))
    run(con, "review_scored")
    con.unregister("_review_known")


def _read_sample(con: duckdb.DuckDBPyConnection) -> None:
    current_judgements(con)
    run(con, "review_sample")


def _draw_matches(stratum: StratumQuality, seed: int) -> NDArray[np.float64]:
    """Draws of the number of matches in a stratum."""
    rng = np.random.default_rng(seed)
    rate = rng.beta(stratum.positive + 0.5, stratum.negative + 0.5, DRAWS)
    matches: NDArray[np.float64] = stratum.positive + rng.binomial(stratum.pairs - stratum.judged, rate).astype(float)
    return matches


def _matches(strata: Sequence[StratumQuality]) -> float | None:
    if not all(each.judged for each in strata):
        return None
    return sum(each.pairs * each.positive / each.judged for each in strata)


def _share(part: float | None, whole: float | None) -> float | None:
    if part is None or whole is None:
        return None
    return part / whole if whole else 1.0


def _estimate(value: float | None, draws: NDArray[np.float64]) -> Estimate:
    low, high = (float(each) for each in np.quantile(draws, (0.025, 0.975)))
    return Estimate(value, low, high) if value is None else Estimate(value, min(low, value), max(high, value))


def _values(told: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a column of units holds
    if told is None:
        return ()
    return tuple(str(each) for each in (told if isinstance(told, list) else [told]) if each is not None)
