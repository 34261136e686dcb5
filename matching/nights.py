"""The linkage of the population base, night by night: the cost follows what came, the result is that of a full run.

records → units → blocks → pairs → early clusters → relatives → pairs again → clusters

Each step works on what the step before it changed. The first run changes everything and learns the parameters.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.candidates import columns_of, key_sql
from matching.clustering import Bounds, cluster, Clusters, Compare, Comparer, Links, not_joined, without_contradiction
from matching.engine import learn_parameters, split_rules
from matching.errors import InputError
from matching.functions import register_functions
from matching.judgements import (
    apart_records,
    cannot_pairs,
    check_consistent,
    create_judgements,
    current_judgements,
    judged_units,
    must_pairs,
)
from matching.parameters import Drift, measure_drift, Parameters, scaled
from matching.parameters import load_parameters as read_parameters
from matching.persons import describe_units, HOUSEHOLD_MEMBERS, make_units
from matching.records import load_records, RECORDS
from matching.scorer import all_units, Scorer, unit_tables, with_relatives_of
from matching.sets import distinct, is_among
from matching.spec import load_spec, Rule, Spec
from matching.state import (
    at_rest,
    count,
    create_state,
    drop_temporaries,
    find_changes,
    forget,
    is_made_on,
    load_parameters,
    mark_made_on,
    store_parameters,
)
from matching.statements import run
from matching.weights import FLOOR, probability

PERSON_SPEC = Path(__file__).parent / "models" / "person.yml"
PERSON_PARAMETERS = PERSON_SPEC.with_suffix(".json")
"""Learnt from a fictitious city (`benchmarks/person_parameters.py`), for bases too small to learn from."""

LEAST_UNITS = 5_000
"""Units from which on a base learns its own parameters."""

GROWTH = 2
"""So many times as many units as the parameters were learnt from, or so much fewer, and they are learnt anew: among
twice as many people a chance agreement is twice as likely."""

Ints = NDArray[np.int64]

# A unit is certain, not probable; these figures are what such a rule is worth.
_MACROS = """
CREATE OR REPLACE TEMP MACRO hash_of(text) AS CASE WHEN text IS NOT NULL THEN hash(text) END;
CREATE OR REPLACE TEMP MACRO unit_probability(match_rule) AS CASE match_rule
    WHEN 'same_citizen_id_and_name' THEN 0.99999 WHEN 'same_citizen_id_similar_name' THEN 0.9995 ELSE 0.9999 END
"""


@dataclass(frozen=True)
class LinkCounts:
    """How much there is: records, units, clusters; and how much had to be done: units made anew, pairs compared."""

    records: int
    units: int
    clusters: int
    units_changed: int
    pairs: int


def link_records(
    con: duckdb.DuckDBPyConnection,
    *,
    records: str,
    relations: str,
    record_ids: str | None = None,
    basis: str = "",
    spec: Spec | None = None,
    parameters: Parameters | None = None,
) -> LinkCounts:
    """Link what came or went since the last time to everything there is.

    Args:
        con: connection that keeps the state (`sql/state.sql`), in a transaction of its own. A full linkage ends it and
            begins another between its steps, as DuckDB gives the space of temporary tables back at the end of one; if
            it is cut off, the next run begins it anew. A second run finds nothing left to do.
        records: name of a relation of shape `matching.tables.RECORD`.
        relations: name of a relation of shape `matching.tables.RELATION`.
        record_ids: name of a relation (record_id) of all records, when that is cheaper to ask than `records`.
        basis: what the records depend on besides their ids; when it is not what it was, all is linked anew.
        spec: how to compare and decide; the packaged one when omitted; another one than last time links all anew.
        parameters: learnt before; by default those of the state, which the first run learns, and any run that finds
            the base outgrown. Other parameters than last time: all is linked anew.

    Returns:
        Counts. `match_cluster` (CLUSTER) and the temporary `match_link_new` (LINK) and `match_skipped_block` hold the
        result; until `state.forget_news`, `match_judged_anew` (record_id) names the records that new judgements are
        about, and `match_placed_anew` those whose lines of `match_cluster` were written.

    Raises:
        InputError: a column is missing, or a record_id comes twice.
        ConstraintError: judgements contradict each other.
    """
    spec = spec or load_spec(PERSON_SPEC)
    register_functions(con)
    create_state(con)
    create_judgements(con)
    con.execute(_MACROS)
    sizes = [spec.blocking.size_of(rule) for rule in spec.blocking.rules]
    for name, value in (("household_members", HOUSEHOLD_MEMBERS), ("block_sizes", sizes)):
        con.execute(f"SET VARIABLE {name} = {value}")
    known = load_parameters(con)
    basis = f"{spec.model_dump_json()} {basis}"
    is_full = not is_made_on(con, basis)
    if is_full:
        forget(con)
        con.commit()  # what is deleted takes memory until then
        con.begin()
    night = _Night(con, spec, is_full=is_full)
    if night.read(record_ids or records, records):
        night.make_units(relations)
        night.learn(parameters, known[0] if known and known[1] == spec else None)
        night.link_units()
    drop_temporaries(con)
    mark_made_on(con, basis)
    run(con, "state_links")
    run(con, "state_skipped")
    [(clusters,)] = con.execute("SELECT count(DISTINCT cluster) FROM match_place").fetchall()
    return LinkCounts(count(con, "match_record"), count(con, "match_unit"), clusters, night.units_changed, night.pairs)


def retrain(con: duckdb.DuckDBPyConnection, spec: Spec | None = None) -> tuple[Drift, ...]:
    """Learn the parameters anew from the units there are; the next run links everything by them.

    Args:
        con: connection with the state of a linkage.
        spec: the packaged one when omitted.

    Returns:
        How far each level moved, greatest change first; nothing moved when there were no parameters before.

    Raises:
        InputError: there are fewer than `LEAST_UNITS` units to learn from.
    """
    spec = spec or load_spec(PERSON_SPEC)
    register_functions(con)
    create_state(con)
    units, before = count(con, "match_unit"), load_parameters(con)
    if units < LEAST_UNITS:
        raise InputError("match_unit", f"{units} units are too few to learn from; {LEAST_UNITS} are needed")
    run(con, "state_relation")
    learnt = learn_parameters(spec, all_units(con), con)
    store_parameters(con, spec, learnt)
    con.execute("DELETE FROM match_basis")
    return measure_drift(before[0], learnt) if before else ()


_KEPT = (
    "_renewed", "_gone", "_before", "_changed", "_vanished", "_judgement_in_force", "_must_touched",
    "_kin_touched",
)  # fmt: skip
"""What the making of units hands on to the steps behind it."""

_KEPT_LATE = (*_KEPT, "_pairing", "_touched", "_moved")
"""The same, and what the early clusters hand on."""


@dataclass(frozen=True)
class _Stage:
    """Where pairs are kept, which of their columns, and where units go by them."""

    pairs: str
    places: str
    kept: str


_EARLY = _Stage("match_early_pair", "match_early_place", "unit_l, unit_r, odds, ratio")
_LATE = _Stage("match_pair", "match_place", "*")


class _Night:
    """One run: temporary tables hand the changes from step to step."""

    def __init__(self, con: duckdb.DuckDBPyConnection, spec: Spec, *, is_full: bool) -> None:
        self.con, self.spec, self.is_full = con, spec, is_full
        self.units_changed = self.pairs = 0

    def read(self, record_ids: str, records: str) -> bool:
        self._judge()
        return find_changes(self.con, record_ids, records)

    def _judge(self) -> None:
        """Take the judgements in force, and the records about which they say something new."""
        check_consistent(self.con)
        current_judgements(self.con)
        must_pairs(self.con)
        cannot_pairs(self.con)
        run(self.con, "state_judged")

    def make_units(self, relations: str) -> None:
        self.con.execute("CREATE OR REPLACE TEMP TABLE _judged_apart (record_id BIGINT, apart_id BIGINT)")
        make_units(self.con)
        apart = apart_records(self.con, "_unit_record")
        if apart:
            self.con.execute("INSERT INTO _judged_apart SELECT id, id FROM (SELECT unnest($1) AS id)", [apart])
            run(self.con, "persons_apart")
            make_units(self.con)
        run(self.con, "state_records_write")
        describe_units(self.con)
        run(self.con, "state_units")
        self.units_changed = count(self.con, "_changed")
        self.con.execute("CREATE OR REPLACE TEMP TABLE _renewed AS SELECT record_id FROM _record")
        self._rest((*_KEPT, "_household_left"))
        run(self.con, "state_kin", relations=relations)
        self._rest(_KEPT)

    def learn(self, given: Parameters | None, known: Parameters | None) -> None:
        """Take the parameters given, or those known unless the base has outgrown them, or learn them."""
        units = count(self.con, "match_unit")
        if known and not known.records / GROWTH <= units <= known.records * GROWTH:
            known = None
        learnt = given or known or self._learn(units)
        learnt.check_fits(self.spec)
        if learnt != known:
            store_parameters(self.con, self.spec, learnt)
            run(self.con, "state_anew")
        self.scorer = Scorer(self.con, self.spec, learnt)
        self._rest(_KEPT)

    def _learn(self, units: int) -> Parameters:
        if units < LEAST_UNITS:
            return scaled(read_parameters(PERSON_PARAMETERS), units)
        run(self.con, "state_relation")
        return learn_parameters(self.spec, all_units(self.con), self.con)

    def _rest(self, kept: Collection[str]) -> None:
        """Drop the temporary tables that no later step needs. A full linkage also gets their space back."""
        drop_temporaries(self.con, kept=kept)
        pa.default_memory_pool().release_unused()
        if self.is_full:
            self.con.commit()
            self.con.begin()

    def link_units(self) -> None:
        early, late = (self._numbers(rules) for rules in split_rules(self.spec))
        self._pairs_anew("SELECT unit_id FROM _changed", early, _EARLY)
        self._touch("""
            SELECT unit_id FROM _changed UNION SELECT unit_id FROM _vanished UNION SELECT unit_id FROM _must_touched
            UNION SELECT unit_id FROM match_record SEMI JOIN match_judged_anew USING (record_id)
            UNION SELECT unit_id FROM _before
            UNION SELECT unit_id FROM match_record SEMI JOIN _renewed USING (record_id)
        """)
        self._place(_EARLY)
        self._rest(_KEPT_LATE)
        run(self.con, "state_relatives")
        self._pairs_anew("SELECT unit_id FROM _pairing UNION SELECT unit_id FROM _related", late, _LATE)
        self._touch("SELECT unit_id FROM _touched UNION SELECT unit_id FROM _pairing")
        self._place(_LATE)
        self.con.execute("DELETE FROM match_judged")
        self.con.execute("INSERT INTO match_judged FROM _judgement WHERE judgement <> 'unsure' ORDER BY ALL")
        run(self.con, "state_result")

    def _numbers(self, rules: list[Rule]) -> dict[int, Rule]:
        return {number: rule for number, rule in enumerate(self.spec.blocking.rules) if rule in rules}

    def _touch(self, query: str) -> None:
        """Units whose part has to be placed anew: those given, and all whose pairs came, went, or weigh otherwise.

        Judgements and rows speak of records: a unit of other records is among those given, though it looks the same.
        """
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE _touched AS {query} UNION SELECT unit_id FROM _pair_touched")

    def _lay_blocks(self, units: str, rules: dict[int, Rule]) -> bool:
        """Put units into blocks anew; whether others are in blocks of these rules.

        Leaves `_pairing`: these units, and those in blocks that have become too large to compare, or small enough.
        """
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE _pairing AS {units}")
        numbers = ", ".join(map(str, rules))
        stale = (
            f"rule IN ({numbers}) AND unit_id IN (SELECT unit_id FROM _pairing UNION ALL SELECT unit_id FROM _vanished)"
        )
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE _block_left AS SELECT rule, k FROM match_block WHERE {stale}")
        self.con.execute(f"DELETE FROM match_block WHERE {stale}")
        [(others,)] = self.con.execute(f"SELECT count(*) FROM match_block WHERE rule IN ({numbers})").fetchall()
        spec = with_relatives_of(self.spec)
        names = frozenset().union(*(columns_of(rule, spec.column_names) for rule in rules.values()))
        load_records(self.con, spec, unit_tables(self.con, "_pairing"), names)
        laid = " UNION ALL ".join(
            f"SELECT {number}::SMALLINT AS rule, {key_sql(self.con, spec, rule)} AS k, "
            f"CAST(record_id AS BIGINT) AS unit_id, source = 'backbone' AS is_backbone FROM {RECORDS}"
            for number, rule in rules.items()
        )
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE _block_laid AS SELECT * FROM ({laid}) WHERE k IS NOT NULL")
        self.con.execute("INSERT INTO match_block FROM _block_laid")
        if others:
            run(self.con, "state_flipped")
            self.con.execute("INSERT INTO _pairing SELECT unit_id FROM _flipped ANTI JOIN _pairing USING (unit_id)")
        return bool(others)

    def _pairs_anew(self, units: str, rules: dict[int, Rule], stage: _Stage) -> None:
        """Lay the blocks of some units anew, and let their pairs take the place of those there were."""
        others = self._lay_blocks(units, rules)
        self._drop_pairs(stage)
        self.con.execute("CREATE OR REPLACE TEMP TABLE _found (unit_l BIGINT, unit_r BIGINT)")
        for number in rules:  # one at a time: the blocks of one rule fit into memory
            run(self.con, "state_pairs" if others else "state_pairs_whole", rule=str(number))
        if stage is _LATE:
            run(self.con, "state_pairs_again")
        self.con.execute("CREATE OR REPLACE TEMP TABLE _asking AS SELECT DISTINCT unit_l, unit_r FROM _found")
        self.pairs += count(self.con, "_asking")
        self.con.register("_scored", self._score("_asking", with_relatives=stage is _LATE))
        self.con.execute(f"INSERT INTO {stage.pairs} BY NAME SELECT {stage.kept} FROM _scored")
        self.con.execute("INSERT INTO _pair_touched SELECT unnest([unit_l, unit_r]) FROM _scored")
        self.con.unregister("_scored")

    def _drop_pairs(self, stage: _Stage) -> None:
        stale = """
            unit_l IN (SELECT unit_id FROM _pairing UNION ALL SELECT unit_id FROM _vanished)
            OR unit_r IN (SELECT unit_id FROM _pairing UNION ALL SELECT unit_id FROM _vanished)
        """
        # In DuckDB 2.0.0 a table that CREATE … AS made empty shows no row of a large INSERT in the same transaction.
        self.con.execute("CREATE OR REPLACE TEMP TABLE _pair_touched (unit_id BIGINT)")
        self.con.execute(f"INSERT INTO _pair_touched SELECT unnest([unit_l, unit_r]) FROM {stage.pairs} WHERE {stale}")
        self.con.execute(f"DELETE FROM {stage.pairs} WHERE {stale}")

    def _score(self, pairs: str, *, with_relatives: bool) -> pa.Table:
        """Pairs of units that are worth keeping: unit_l, unit_r, odds, ratio, strongest."""
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE _scoring AS
            SELECT unit_l AS unit_id FROM {pairs} UNION SELECT unit_r FROM {pairs}
        """)
        self.scorer.read("_scoring", with_relatives=with_relatives)
        asked = self.con.execute(f"SELECT unit_l, unit_r FROM {pairs} ORDER BY ALL").fetchnumpy()
        with at_rest(self.con):
            return self.scorer.score(asked["unit_l"], asked["unit_r"], FLOOR)

    def _place(self, stage: _Stage) -> None:
        """Cluster the part of the pairs that was touched, and keep where its units went."""
        while True:
            units, asked, edges, found = self._cluster_region(stage)
            beyond = units[is_among(found.component, found.component[asked]) & ~asked]
            if not len(beyond):
                break
            self._reach(beyond)
        places = {"unit_id": units, "component": units[found.component], "cluster": units[found.label]}
        self.con.register("_placed", pa.table({name: column[asked] for name, column in places.items()}))
        self.con.register(
            "_shared", edges.select(["unit_l", "unit_r"]).append_column("p", pa.array(probability(found.shared)))
        )
        run(self.con, "state_place", places=stage.places)
        if stage is _LATE:
            run(self.con, "state_probability")
        for name in ("_placed", "_shared"):
            self.con.unregister(name)

    def _cluster_region(self, stage: _Stage) -> tuple[Ints, NDArray[np.bool_], pa.Table, Clusters]:
        """Units of the touched region and of its pairs, which of them are of the region, its pairs, its clusters."""
        run(self.con, "state_region", pairs=stage.pairs, places=stage.places)
        edges = self.con.sql("SELECT * FROM _edge ORDER BY unit_l, unit_r").to_arrow_table()
        region = self.con.sql("SELECT unit_id FROM _region ORDER BY unit_id").to_arrow_table()["unit_id"].to_numpy()
        left, right = (edges[side].to_numpy() for side in ("unit_l", "unit_r"))
        units = distinct(region, left, right)
        links = Links(
            np.searchsorted(units, left), np.searchsorted(units, right),
            edges["odds"].to_numpy(), edges["ratio"].to_numpy(),
        )  # fmt: skip
        asked = is_among(units, region)
        comparer = self._comparer(units, with_relatives=stage is _LATE)
        return units, asked, edges, cluster(links, self._bounds(units), self.spec.thresholds.link, comparer, asked)

    def _reach(self, units: Ints) -> None:
        """Touch units that a component has grown to: they were in others, which are placed with it."""
        self.con.register("_reached", pa.table({"unit_id": units}))
        self.con.execute("INSERT INTO _touched FROM _reached")
        self.con.unregister("_reached")

    def _bounds(self, units: Ints) -> Bounds:
        self.con.register("_bound", pa.table({"unit_id": units}))
        sources = self.con.execute("""
            SELECT CASE source WHEN 'backbone' THEN 0 ELSE -1 END AS backbone,
                   CASE source WHEN 'unproven' THEN -1 ELSE 0 END AS known
            FROM _bound LEFT JOIN match_unit USING (unit_id) ORDER BY unit_id
        """).fetchnumpy()
        certain = self._unit_pairs(units, "SELECT unit_l, unit_r FROM match_must")
        same, different = (
            self._unit_pairs(units, judged_units(view)) for view in ("_judged_same", "_judged_different")
        )
        run(self.con, "state_apart")
        roles = self._unit_pairs(units, "SELECT unit_l, unit_r FROM _row_apart")
        self.con.unregister("_bound")
        certain = without_contradiction(len(units), certain, same, different)
        must = np.concatenate((certain[0], same[0])), np.concatenate((certain[1], same[1]))
        # What is certain, or was judged, is more than that a row names two.
        roles = not_joined(len(units), roles, must)
        cannot = np.concatenate((different[0], roles[0])), np.concatenate((different[1], roles[1]))
        return Bounds(sources["backbone"].astype(np.int64), sources["known"].astype(np.int64), must=must, cannot=cannot)

    def _unit_pairs(self, units: Ints, query: str) -> tuple[Ints, Ints]:
        found = self.con.execute(f"""
            SELECT DISTINCT unit_l, unit_r FROM ({query})
            WHERE unit_l IN (SELECT unit_id FROM _bound) AND unit_r IN (SELECT unit_id FROM _bound) AND unit_l <> unit_r
            ORDER BY ALL
        """).fetchnumpy()
        return np.searchsorted(units, found["unit_l"]), np.searchsorted(units, found["unit_r"])

    def _comparer(self, units: Ints, *, with_relatives: bool) -> Comparer:
        """Scores pairs that blocking did not bring together; they are few, and so are their units."""

        def comparer(records: Ints) -> Compare:
            self.con.register("_comparing", pa.table({"unit_id": units[records]}))
            self.scorer.read("_comparing", with_relatives=with_relatives)
            self.con.unregister("_comparing")
            return lambda left, right: self.scorer.compare(units[left], units[right])

        return comparer
