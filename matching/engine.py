"""Linking any tables by a spec: the order of work. Each step is a module.

records → columns → candidate pairs → parameters → match weights → clusters
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.blocks import Pairs
from matching.candidates import apart_tables, Candidates, columns_of, find_candidates, NO_CANDIDATES
from matching.clustering import Bounds, cluster, Clusters, Compare, Links
from matching.collective import relatives_column, store_relatives
from matching.columns import Column, encode_columns
from matching.errors import SpecError
from matching.functions import register_functions
from matching.levels import compare_pairs
from matching.parameters import Floats, Parameters
from matching.records import load_records, RECORDS, relation_of, Tables
from matching.spec import RELATIVES, Rule, Spec
from matching.training import train
from matching.weights import (
    AnyWeights,
    are_forbidden,
    fit_priors,
    forbid,
    log_ratios,
    posterior_odds,
    probability,
    score_pairs,
    Scored,
    weigh_pairs,
    Weights,
)

ENOUGH_PAIRS: Final = 2_000_000
"""Candidate pairs from which the share of matches can be told; of many more, some are taken all over."""


@dataclass(frozen=True)
class Linkage:
    """What a linkage found. Records are numbered as they stand in the tables, in the order of the spec."""

    spec: Spec
    parameters: Parameters
    records: int
    candidates: Candidates
    scored: Scored
    probability: Floats
    """of each scored pair, shared among rivals"""
    cluster: NDArray[np.int64]
    """for each record the smallest record number of its cluster"""
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def link(
    tables: Tables,
    spec: Spec,
    *,
    con: duckdb.DuckDBPyConnection | None = None,
    parameters: Parameters | None = None,
) -> Linkage:
    """Link or de-duplicate tables.

    Args:
        tables: those that the spec gives no path; relations are those of `con`.
        spec: what to link and how.
        con: where temporary tables are made; a connection in memory when omitted.
        parameters: learnt before; when omitted they are learnt from these tables.

    Raises:
        SpecError: the spec does not fit the tables, or the parameters do not fit the spec.
        InputError: record ids are missing or come twice.
        ConstraintError: constraints contradict each other.
    """
    con = con or duckdb.connect()
    register_functions(con)
    if parameters:
        parameters.check_fits(spec)
    learnt = parameters or learn_parameters(spec, tables, con) if spec.relations else parameters
    run = _Run(con, spec, learnt)
    learnt = run.prepare(tables)
    scored = run.weigh(learnt, score_pairs)
    learnt = run.fit(learnt, scored)
    clusters = run.cluster(scored, learnt)
    return Linkage(
        spec, learnt, run.records, run.candidates, scored, probability(clusters.shared), clusters.label,
        _warnings(spec, run.columns, run.candidates, learnt), run.clock.seconds,
    )  # fmt: skip


def learn_parameters(spec: Spec, tables: Tables | None, con: duckdb.DuckDBPyConnection) -> Parameters:
    """Learn the parameters of a spec from tables, with all that is known once relatives are.

    Raises:
        SpecError: the spec does not fit the tables.
        InputError: record ids are missing or come twice.
    """
    run = _Run(con, spec, None)
    learnt = run.prepare(tables)
    pairs = run.candidates.pairs
    some = pairs[:: max(len(pairs) // ENOUGH_PAIRS, 1)]
    weights = weigh_pairs(spec, run.columns, learnt, some)
    return fit_priors(learnt, weights, round(run.candidates.possible * len(some) / max(len(pairs), 1)))


def split_rules(spec: Spec) -> tuple[list[Rule], list[Rule]]:
    """Rules that can be used at once, and those that need the relatives."""
    late = [rule for rule in spec.blocking.rules if RELATIVES in columns_of(rule, spec.column_names)]
    return [rule for rule in spec.blocking.rules if rule not in late], late


class _Run:
    """One linkage under way: what is loaded, and the candidates so far."""

    def __init__(self, con: duckdb.DuckDBPyConnection, spec: Spec, given: Parameters | None) -> None:
        self.con, self.spec, self.given = con, spec, given
        self.candidates = NO_CANDIDATES
        self.clock = _Clock()

    def prepare(self, tables: Tables | None) -> Parameters:
        """All candidates, and the parameters by which they are decided; relatives are those of early clusters."""
        with self.clock.time("load"):
            self.load(tables)
        early, late = split_rules(self.spec)
        self.block(early)
        learnt = self.learn()
        if self.spec.relations:
            weights = self.weigh(learnt, weigh_pairs)
            clusters = self.cluster(weights, self.fit(learnt, weights))
            self.relate(clusters.label, tables)
            self.block(late)
            learnt = self.learn()
        return learnt

    def load(self, tables: Tables | None) -> None:
        self.records = load_records(self.con, self.spec, tables)
        self.columns = encode_columns(self.con, RECORDS, {each.column: None for each in self.spec.comparisons})
        self.bounds = _bounds(self.con, self.spec, tables)

    def block(self, rules: list[Rule]) -> None:
        with self.clock.time("block"):
            self.candidates = find_candidates(self.con, self.spec, rules, self.candidates)

    def learn(self) -> Parameters:
        with self.clock.time("train"):
            return self.given or train(self.spec, self.columns, self.candidates, self.records, self.bounds.group)

    def weigh(
        self, learnt: Parameters, how: Callable[[Spec, dict[str, Column], Parameters, Pairs], AnyWeights]
    ) -> AnyWeights:
        with self.clock.time("score"):
            return how(self.spec, self.columns, learnt, self.candidates.pairs)

    def fit(self, learnt: Parameters, weights: Weights) -> Parameters:
        with self.clock.time("fit"):
            return self.given or fit_priors(learnt, weights, self.candidates.possible)

    def cluster(self, weights: Weights, learnt: Parameters) -> Clusters:
        with self.clock.time("cluster"):
            compare = comparer(self.spec, self.columns, learnt)
            return cluster(make_links(learnt, weights), self.bounds, self.spec.thresholds.link, lambda _: compare)

    def relate(self, clusters: NDArray[np.int64], tables: Tables | None) -> None:
        with self.clock.time("relate"):
            relations = _pairs(self.con, self.spec, tables, "relations", self.spec.relations)
            self.columns[RELATIVES] = relatives_column(self.records, relations, clusters)
            store_relatives(self.con, self.columns[RELATIVES])


class _Clock:
    """Wall seconds of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def time(self, step: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds[step] = round(self.seconds.get(step, 0.0) + perf_counter() - began, 3)


def make_links(parameters: Parameters, weights: Weights) -> Links:
    """Weighed pairs as links for clustering."""
    odds = posterior_odds(parameters, weights.match, weights.household)
    sides = weights.left.astype(np.int64), weights.right.astype(np.int64)
    return Links(*sides, *forbid(weights.is_forbidden, odds, weights.match))


def comparer(spec: Spec, columns: Mapping[str, Column], parameters: Parameters) -> Compare:
    """Scores pairs of record numbers as (odds, ratio)."""

    def compare(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[Floats, Floats]:
        compared = compare_pairs(spec, columns, left.astype(np.int32), right.astype(np.int32))
        match, household = log_ratios(spec, parameters, compared)
        odds = posterior_odds(parameters, match, household)
        return forbid(are_forbidden(spec, compared.levels), odds, match)

    return compare


def _bounds(con: duckdb.DuckDBPyConnection, spec: Spec, tables: Tables | None) -> Bounds:
    apart = apart_tables(spec)
    names = con.sql(f"SELECT source FROM {RECORDS}").to_arrow_table().column(0).combine_chunks().dictionary_encode()
    number = np.array([apart.index(name) if name in apart else -1 for name in names.dictionary.to_pylist()], np.int64)
    differs = encode_columns(con, RECORDS, spec.constraints.differs)
    if several := [name for name, column in differs.items() if column.offsets is not None]:
        raise SpecError(spec.spec, f"differs: {', '.join(several)} holds several values for one record")
    named = {"must_link": spec.constraints.must_link, "cannot_link": spec.constraints.cannot_link}
    pairs = [_pairs(con, spec, tables, name, given) for name, given in named.items()]
    group = number[names.indices.to_numpy()]
    return Bounds(group, _known(spec, names), tuple(c.codes.astype(np.int64) for c in differs.values()), *pairs)


def _known(spec: Spec, names: pa.DictionaryArray) -> NDArray[np.int64]:
    """Known persons: those of either table of a link, or of the tables that the spec says hold them."""
    tables = list(spec.tables) if spec.task == "link" else list(spec.constraints.known_persons)
    one_kind = spec.task != "link"
    number = [
        -1 if name not in tables else 0 if one_kind else tables.index(name) for name in names.dictionary.to_pylist()
    ]
    known: NDArray[np.int64] = np.array(number, np.int64)[names.indices.to_numpy()]
    return known


def _pairs(
    con: duckdb.DuckDBPyConnection, spec: Spec, tables: Tables | None, what: str, given: str | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of record numbers from a table of pairs of record ids; pairs of records that are not here are left out."""
    if given is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    named = tables if isinstance(tables, Mapping) else {}
    relation = relation_of(con, spec.spec, what, named.get(given, given))
    query = f"""
        SELECT DISTINCT least(l.record, r.record) AS l, greatest(l.record, r.record) AS r FROM {relation} c
        JOIN {RECORDS} l ON l.source = c.source_l AND l.record_id = CAST(c.record_id_l AS VARCHAR)
        JOIN {RECORDS} r ON r.source = c.source_r AND r.record_id = CAST(c.record_id_r AS VARCHAR)
        WHERE l.record <> r.record ORDER BY ALL
    """
    try:
        found = con.execute(query).fetchnumpy()
    except duckdb.Error:
        raise SpecError(spec.spec, f"{what}: no table of source_l, record_id_l, source_r, record_id_r") from None
    return found["l"].astype(np.int64), found["r"].astype(np.int64)


def _warnings(
    spec: Spec, columns: dict[str, Column], candidates: Candidates, parameters: Parameters
) -> tuple[str, ...]:
    empty = [f"column {name} has no value; it is neutral" for name, column in columns.items() if column.is_empty]
    skipped = [
        f"rule {plan.rule}: {plan.blocks_skipped} blocks of {plan.records_skipped} records skipped, "
        f"each over {plan.limit} records ({plan.pairs_skipped} pairs)"
        for plan in candidates.plan
        if plan.blocks_skipped
    ]
    untrained = [
        f"comparison {each.comparison}: every blocking rule fixes its column; m is the default"
        for each in parameters.comparisons
        if not each.is_trained
    ]
    return (*empty, *skipped, *untrained)
