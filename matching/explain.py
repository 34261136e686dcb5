"""Why the records of a cluster are one person, and why those of two clusters are not; from what the linkage keeps.

Not here: the arithmetic of one pair (`matching.waterfall`), ids of persons and departments, nor how it is shown
(`pipelines`). The tables are in `sql/state.sql`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from matching.columns import Column, encode_columns
from matching.errors import MatchingError
from matching.explanation import (
    ClusterExplanation,
    Encounter,
    Hold,
    Judgement,
    Link,
    Must,
    Obstacle,
    Rival,
    Unit,
)
from matching.judgements import create_judgements, current_judgements
from matching.levels import compare_pairs
from matching.parameters import Floats, Parameters
from matching.spec import Spec
from matching.state import has_state, load_parameters, with_frequencies
from matching.statements import statement
from matching.waterfall import Change, MISSING, what_if
from matching.waterfall import explain_pair as explain_pair
from matching.weights import are_forbidden, forbid, log_ratios, posterior_odds

MOST_NEAR: Final = 5
"""Other clusters that are told of."""

MOST_UNITS: Final = 100
"""Units of a cluster up to which all its pairs are compared; beyond, only those that the linkage has scored."""

ALMOST_SURE: Final = 1 - 1e-12
"""Probability from which on it no longer tells how much rivals took."""

TRACE: Final = 1e-3
"""Bits which may be no more than rounding of a probability."""

NOTHING: Final = "nothing has been linked yet, or by another version of the program; run a night first"

_ASKED: Final = "_explain_unit"


class NotLinkedError(MatchingError):
    """The linkage knows nothing of what is asked for; run one first."""


def clusters_of(con: duckdb.DuckDBPyConnection, records: Sequence[int]) -> tuple[int, ...]:
    """The clusters that hold some records, in order; none where the linkage does not know them.

    Raises:
        NotLinkedError: there is no linkage.
    """
    query = """
        SELECT DISTINCT p.cluster FROM match_record r JOIN match_place p USING (unit_id)
        WHERE r.record_id IN (SELECT unnest($records::BIGINT[])) AND p.cluster IS NOT NULL ORDER BY p.cluster
    """
    if not has_state(con):
        raise NotLinkedError(NOTHING)
    return tuple(row[0] for row in con.execute(query, {"records": list(records)}).fetchall())


def first_records(con: duckdb.DuckDBPyConnection, clusters: Iterable[int]) -> dict[int, int]:
    """The smallest record of each cluster, by which its person can be found."""
    query = """
        SELECT p.cluster, min(r.record_id) FROM match_place p JOIN match_record r USING (unit_id)
        WHERE p.cluster IN (SELECT unnest($clusters::BIGINT[])) GROUP BY p.cluster
    """
    return dict(con.execute(query, {"clusters": sorted(set(clusters))}).fetchall())


def explain_cluster(con: duckdb.DuckDBPyConnection, cluster: int) -> ClusterExplanation:
    """Say why the records of a cluster are one person, and who else came near.

    Args:
        con: connection with the state of the linkage; nothing but temporary tables is written.
        cluster: as in `match_place`.

    Raises:
        NotLinkedError: there is no such cluster.
    """
    state = _State.read(con)
    near = [row[0] for row in _ask(con, "explain_near", cluster=cluster, most=4 * MOST_NEAR)]
    judged = [other for each in state.judgements([cluster]) for other in (each.cluster_l, each.cluster_r)]
    evidence = state.evidence({cluster, *near, *judged})
    encounters = [evidence.meet(cluster, other) for other in dict.fromkeys([*near, *judged]) if other != cluster]
    encounters.sort(key=lambda each: (-each.best.waterfall.odds, each.cluster_r))
    return ClusterExplanation(
        cluster,
        state.version,
        state.least,
        evidence.linked_units(cluster),
        evidence.musts(cluster),
        tuple(each for each in evidence.judgements if each.is_between(cluster, cluster)),
        evidence.hold(cluster),
        tuple(encounters[:MOST_NEAR]),
    )


def explain_clusters(con: duckdb.DuckDBPyConnection, one: int, other: int) -> Encounter:
    """Say what speaks for and against two clusters being one person, and what keeps them apart.

    Raises:
        NotLinkedError: there is no such cluster.
    """
    return _State.read(con).evidence({one, other}).meet(one, other)


@dataclass(frozen=True)
class _State:
    """A linkage as it is kept."""

    con: duckdb.DuckDBPyConnection
    spec: Spec
    parameters: Parameters
    version: int

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection) -> "_State":
        known = load_parameters(con) if has_state(con) else None
        if known is None:
            raise NotLinkedError(NOTHING)
        create_judgements(con, temporary=True)
        current_judgements(con)
        return cls(con, known[1], known[0], known[2])

    @property
    def least(self) -> float:
        """Odds in bits from which on two units are linked."""
        return float(np.log2(self.spec.thresholds.link / (1 - self.spec.thresholds.link)))

    def judgements(self, clusters: Iterable[int]) -> tuple[Judgement, ...]:
        applied = set(self.con.execute("SELECT record_id_l, record_id_r, judgement FROM match_judged").fetchall())
        rows = _ask(self.con, "explain_judgement", clusters=sorted(clusters))
        return tuple(_judgement(row, is_applied=(row[2], row[3], row[1]) in applied) for row in rows)

    def evidence(self, clusters: set[int]) -> "_Evidence":
        """Read all that is known of some clusters."""
        rows = _ask(self.con, "explain_units", clusters=sorted(clusters))
        if missing := clusters - {row[0] for row in rows}:
            raise NotLinkedError(f"the linkage has no cluster {min(missing)}")
        units: dict[int, Unit] = {}
        members: dict[int, list[int]] = {}
        for cluster, unit_id, source, record_id, rule in rows:
            if unit_id not in units:
                members.setdefault(cluster, []).append(unit_id)
            records = units[unit_id].records if unit_id in units else {}
            units[unit_id] = Unit(unit_id, source, {**records, record_id: rule})
        return _Evidence(self, units, members, _columns(self.con, self.spec, units))


class _Evidence:
    """Units of some clusters with their columns encoded, and the pairs that the linkage scored among them."""

    def __init__(
        self, state: _State, units: Mapping[int, Unit], members: Mapping[int, list[int]], columns: Mapping[str, Column]
    ) -> None:
        self.state, self.units, self.members, self.columns = state, units, members, columns
        self.number = {unit: number for number, unit in enumerate(sorted(units))}
        self.cluster = {unit: cluster for cluster, inside in members.items() for unit in inside}
        self.judgements = state.judgements(members)
        asked = list(units)
        self.kept = {(row[0], row[1]): (row[2], row[3]) for row in _ask(state.con, "explain_pair", units=asked)}
        self.certain = [Must(*row) for row in _ask(state.con, "explain_must", units=asked)]
        self.certain += [
            Must(min(each.unit_l, each.unit_r), max(each.unit_l, each.unit_r), "judgement")
            for each in self.judgements
            if each.judgement == "positive" and each.is_applied and each.unit_l != each.unit_r
        ]
        self.rows = [(row[0], row[1]) for row in _ask(state.con, "explain_row", units=asked)]
        known = list(state.spec.constraints.known_persons)
        self.rivals = [Rival(*row) for row in _ask(state.con, "explain_rival", units=asked, known=known)]

    def weigh(self, pairs: Sequence[tuple[int, int]]) -> tuple[Floats, Floats, Floats]:
        """Of pairs of units: odds and ratio by the evidence alone, and the odds that constraints leave."""
        sides = np.array([[self.number[unit] for unit in pair] for pair in pairs], np.int32).reshape(-1, 2)
        compared = compare_pairs(self.state.spec, self.columns, sides[:, 0], sides[:, 1])
        match, household = log_ratios(self.state.spec, self.state.parameters, compared)
        odds = posterior_odds(self.state.parameters, match, household)
        return odds, match, forbid(are_forbidden(self.state.spec, compared.levels), odds, match)[0]

    def link(self, left: int, right: int) -> Link:
        is_one = self.cluster[left] == self.cluster[right]
        rivals = [
            each
            for own, whom in ((left, right), (right, left))
            for each in self.rivals
            if each.unit_id == own and each.rival_id != whom and not (is_one and each.cluster == self.cluster[own])
        ]
        rivals.sort(key=lambda each: (-each.odds, each.rival_id))
        alone = explain_pair(
            self.state.spec, self.state.parameters, self.columns, self.number[left], self.number[right]
        )
        odds, shared = self.kept.get((min(left, right), max(left, right)), (None, None))
        lost = _rival_bits(rivals) if odds is None or shared is None else _lost_bits(odds, shared)
        return Link(left, right, replace(alone, rival_bits=lost), tuple(rivals), odds, shared)

    def changes(self, link: Link) -> tuple[Change, ...]:
        return what_if(self.state.spec, self.state.parameters, self.columns, *(self.number[u] for u in link.units))

    def musts(self, cluster: int) -> tuple[Must, ...]:
        inside = set(self.members[cluster])
        return tuple(each for each in self.certain if each.unit_l in inside and each.unit_r in inside)

    def linked_units(self, cluster: int) -> tuple[Unit, ...]:
        """The units of a cluster, each with its strongest link to another."""
        pairs = self._inner_pairs(cluster)
        odds = self._shared(pairs)
        best: dict[int, tuple[int, int]] = {}
        for at in np.argsort(-odds, kind="stable").tolist():
            for unit in pairs[at]:
                best.setdefault(unit, pairs[at])
        links = {pair: self.link(*pair) for pair in set(best.values())}
        return tuple(
            Unit(unit, self.units[unit].source, self.units[unit].records, links.get(best.get(unit, (0, 0))))
            for unit in self.members[cluster]
        )

    def _shared(self, pairs: Sequence[tuple[int, int]]) -> Floats:
        """Odds of pairs after rivals, as far as the linkage knows them."""
        lost = [_lost_bits(*self.kept[pair]) if pair in self.kept else 0.0 for pair in pairs]
        shared: Floats = self.weigh(pairs)[2] + np.array(lost)
        return shared

    def _inner_pairs(self, cluster: int) -> list[tuple[int, int]]:
        inside = self.members[cluster]
        if len(inside) <= MOST_UNITS:
            return list(combinations(inside, 2))
        return [pair for pair in self.kept if set(pair) <= set(inside)]

    def hold(self, cluster: int) -> Hold | None:
        """The weakest of the links that hold a cluster together; None when certain links alone do."""
        pairs = self._inner_pairs(cluster)
        if not pairs:
            return None
        allowed = self.weigh(pairs)[2]
        order = np.argsort(-self._shared(pairs), kind="stable").tolist()
        certain = [(each.unit_l, each.unit_r) for each in self.musts(cluster)]
        split = _weakest(self.members[cluster], certain, [pairs[at] for at in order])
        if split is None:
            return None
        (one, other), left, right = split
        across = [at for at, pair in enumerate(pairs) if (pair[0] in left) != (pair[1] in left)]
        link, worst = self.link(one, other), self._worst([pairs[at] for at in across])
        against = worst.waterfall.ratio if worst else 0.0
        margin = link.waterfall.odds + against - self.state.least
        undoing = (each for each in self.changes(link) if each.is_never or each.odds - link.waterfall.odds + margin < 0)
        holding = int((allowed[across] >= self.state.least).sum())
        return Hold(tuple(sorted(left)), tuple(sorted(right)), link, worst, holding, margin, tuple(undoing))

    def _worst(self, pairs: Sequence[tuple[int, int]]) -> Link | None:
        """The pair that contradicts most, if any does."""
        _, ratio, _ = self.weigh(pairs)
        at = int(np.argmin(ratio))
        return self.link(*pairs[at]) if ratio[at] < 0 else None

    def meet(self, one: int, other: int) -> Encounter:
        """What lies between two clusters."""
        pairs = list(product(self.members[one][:MOST_UNITS], self.members[other][:MOST_UNITS]))
        odds, _, allowed = self.weigh(pairs)
        best, worst = self.link(*pairs[int(np.argmax(odds))]), self._worst(pairs)
        support = best.waterfall.shared_odds + (worst.waterfall.ratio if worst else 0.0)
        judgements = tuple(each for each in self.judgements if each.is_between(one, other))
        ruled_out = [pairs[at] for at in np.flatnonzero(allowed < odds)]
        constraints = [
            *_judged_different(judgements, one),
            *self._one_record_per(one, other),
            *self._one_row(one, other),
            *(self._never(self.link(*pair)) for pair in ruled_out[:1]),
        ]
        doubts = self._doubts(best, worst, support, self._beside(one, other))
        if constraints:
            doubts = [each for each in doubts if each.kind not in ("not_compared", "outgrown")]
        changes = () if constraints else self._joining(best, support)
        return Encounter(
            one, other, best, worst, support, self.state.least, (*constraints, *doubts), judgements, changes
        )

    def _one_record_per(self, one: int, other: int) -> list[Obstacle]:
        apart = self.state.spec.constraints.one_record_per
        sides = [[unit for unit in self.members[each] if self.units[unit].source in apart] for each in (one, other)]
        tables = [{self.units[unit].source for unit in side} for side in sides]
        if not (shared := sorted(tables[0] & tables[1])):
            return []
        [left, right] = [next(unit for unit in side if self.units[unit].source == shared[0]) for side in sides]
        sentence = f"Both are in {shared[0]}, which holds every person once."
        return [Obstacle("one_record_per", sentence, (left, right))]

    def _one_row(self, one: int, other: int) -> list[Obstacle]:
        for units in self.rows:
            if {self.cluster[unit] for unit in units} == {one, other}:
                return [Obstacle("one_row", "One row names both, in two roles.", units)]
        return []

    def _never(self, link: Link) -> Obstacle:
        never = link.waterfall.never[0]
        [step] = [each for each in link.waterfall.steps if each.comparison == never]
        found = {each.comparison: each.level for each in link.waterfall.steps}
        lifting = [
            " or ".join(sorted(f"{name} {' or '.join(levels)}" for name, levels in each.unless.items()))
            for each in self.state.spec.constraints.never
            if each.comparison == never and step.level in each.levels
            if each.unless and not any(found[name] in levels for name, levels in each.unless.items())
        ]
        unless = f" Only {', and '.join(lifting)} would outweigh that." if lifting else ""
        return Obstacle("never", f"{never}: {step.sentence} That is never one person.{unless}", link.units, step.bits)

    def _beside(self, one: int, other: int) -> float:
        """Bits that two clusters lose to known persons of yet other clusters, whom any of their units may be."""
        here = {one, other}
        return _rival_bits(
            [each for each in self.rivals if self.cluster[each.unit_id] in here and each.cluster not in here]
        )

    def _doubts(self, best: Link, worst: Link | None, support: float, beside: float) -> list[Obstacle]:
        """What the evidence lacks; one reason, as each makes the next one meaningless."""
        least, waterfall = self.state.least, best.waterfall
        if waterfall.odds < least:
            sentence = "The evidence for the best pair does not reach the threshold."
            return [Obstacle("below_threshold", sentence, best.units, waterfall.odds - least)]
        if waterfall.shared_odds < least:
            return [Obstacle("rivals", self._rivalry(best), best.units, waterfall.rival_bits)]
        if worst and support < least:
            [step] = sorted(worst.waterfall.steps, key=lambda each: each.bits)[:1]
            sentence = f"Two of their records contradict each other; most by {step.comparison}: {step.sentence}"
            return [Obstacle("contradiction", sentence, worst.units, worst.waterfall.ratio)]
        if support + beside < least:
            sentence = "Another of their records may as well be another known person."
            return [Obstacle("rivals", sentence, best.units, beside)]
        if best.kept_odds is None:
            return [Obstacle("not_compared", "No blocking rule brought the best pair together.", best.units)]
        return [
            Obstacle(
                "outgrown", "Each joined those that it fits better, and after that they no longer fit.", best.units
            )
        ]

    def _rivalry(self, best: Link) -> str:
        here = {self.cluster[unit] for unit in best.units}
        if any(each.cluster not in here for each in best.rivals):
            return "One of the two may as well be another known person, and can be one of them only."
        if any(each.cluster == self.cluster[each.unit_id] for each in best.rivals):
            return "One of the two fits a known person of its own better, which leaves little for the other."
        return "One of the two may be either of two known persons, who were found to be one only after that."

    def _joining(self, best: Link, support: float) -> tuple[Change, ...]:
        """Comparisons which, were they equal, would alone put two clusters together."""
        short = self.state.least - support
        return tuple(
            each
            for each in self.changes(best)
            if each.level != MISSING and not each.is_never and 0 < short <= each.odds - best.waterfall.odds
        )


def _rival_bits(rivals: Sequence[Rival]) -> float:
    """What is left of the odds of a pair when others share it (`matching.clustering`)."""
    return 0.0 - float(np.log2(1 + sum(2.0 ** min(each.odds, 60.0) for each in rivals)))


def _lost_bits(odds: float, shared: float) -> float:
    """Odds that a pair lost to rivals, from its probability; near 1 there is too little of it to tell, or to matter."""
    if not 0 < shared < ALMOST_SURE:
        return 0.0
    lost = float(np.log2(shared) - np.log2(1 - shared)) - odds
    return lost if lost < -TRACE else 0.0


def _weakest(
    units: Sequence[int], certain: Sequence[tuple[int, int]], pairs: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], set[int], set[int]] | None:
    """The weakest of the pairs that hold units together, and the parts that it joins.

    Args:
        units: what is held together.
        certain: links that always hold.
        pairs: all others, strongest first.

    Source: Kruskal (1956): the last link of a maximum spanning tree is the strongest across its cut.
    """
    group = {unit: {unit} for unit in units}
    weakest = None
    for one, other in (*certain, *pairs):
        if group[one] is group[other]:
            continue
        weakest = ((one, other), group[one], group[other])
        joined = group[one] | group[other]
        group.update(dict.fromkeys(joined, joined))
    return None if weakest is None or weakest[0] in certain else weakest


def _judgement(row: tuple[Any, ...], *, is_applied: bool) -> Judgement:
    return Judgement(*(*row, is_applied))


def _judged_different(judgements: Sequence[Judgement], one: int) -> list[Obstacle]:
    return [
        Obstacle(
            "judged_different",
            f"Judgement {each.judgement_id} says that they are two persons"
            + ("." if each.is_applied else "; it counts from the next night on."),
            (each.unit_l, each.unit_r) if each.cluster_l == one else (each.unit_r, each.unit_l),
        )
        for each in judgements
        if each.judgement == "negative"
    ]


def _columns(con: duckdb.DuckDBPyConnection, spec: Spec, units: Iterable[int]) -> dict[str, Column]:
    """The columns of units, in the order of their ids; values count as often as when the parameters were learnt."""
    con.register("_explain_asked", pa.table({"unit_id": pa.array(sorted(units), pa.int64())}))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {_ASKED} AS
        SELECT * FROM match_unit_related SEMI JOIN _explain_asked USING (unit_id) ORDER BY unit_id
    """)
    con.unregister("_explain_asked")
    columns = encode_columns(con, _ASKED, dict.fromkeys(each.column for each in spec.comparisons))
    for name in {each.column for each in spec.comparisons if each.frequency}:
        columns[name] = with_frequencies(con, name, columns[name])
    return columns


def _ask(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[tuple[Any, ...]]:
    """The rows of `sql/<name>.sql`."""
    return con.execute(statement(name), parameters).fetchall()
