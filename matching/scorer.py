"""Scores pairs of units of persons as `match_unit` knows them. Only the units asked for are read."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.columns import Column, encode_columns
from matching.engine import comparer, make_links
from matching.parameters import Floats, Parameters
from matching.records import load_records, RECORDS
from matching.spec import RELATIVES, Spec
from matching.state import with_frequencies
from matching.weights import BATCH, score_pairs, strongest_comparison, THREADS

Ints = NDArray[np.int64]


class Scorer:
    """Units with their columns encoded; weighs pairs of them by one set of parameters."""

    def __init__(self, con: duckdb.DuckDBPyConnection, spec: Spec, parameters: Parameters) -> None:
        """Know how to score; nothing is read yet."""
        self._con, self._spec, self._parameters = con, spec, parameters
        self._units: Ints = np.empty(0, np.int64)
        self._columns: Mapping[str, Column] = {}

    def read(self, units: str, *, with_relatives: bool) -> None:
        """Read the units of a relation (unit_id) of `match_unit`, with what is known of their relatives or without."""
        spec = with_relatives_of(self._spec) if with_relatives else self._spec
        names = dict.fromkeys(each.column for each in spec.comparisons)
        load_records(self._con, spec, unit_tables(self._con, units), names)
        found = self._con.sql(f"SELECT CAST(record_id AS BIGINT) AS u FROM {RECORDS}").to_arrow_table()
        self._units = found["u"].to_numpy()
        self._order = np.argsort(self._units)
        self._sorted = self._units[self._order]
        columns = encode_columns(self._con, RECORDS, names)
        for name in {each.column for each in spec.comparisons if each.frequency}:
            columns[name] = with_frequencies(self._con, name, columns[name])
        self._columns = columns

    def score(self, left: Ints, right: Ints, floor: float) -> pa.Table:
        """Score pairs of units that were read, so many at a time; those below `floor` bits of odds are left out.

        Returns:
            unit_l < unit_r, odds, ratio (bits), strongest: the comparison that says most for the pair.
        """
        parts = (slice(start, start + BATCH) for start in range(0, max(len(left), 1), BATCH))
        with ThreadPoolExecutor(THREADS) as pool:  # most of the work is done outside of the interpreter's lock
            scored = list(pool.map(lambda part: self._score_part(left[part], right[part], floor), parts))
        return pa.concat_tables(scored)

    def _score_part(self, left: Ints, right: Ints, floor: float) -> pa.Table:
        a, b = self._positions(left), self._positions(right)
        pairs = np.minimum(a, b) << 32 | np.maximum(a, b)
        scored = score_pairs(self._spec, self._columns, self._parameters, pairs, floor=floor)
        links = make_links(self._parameters, scored)
        names = pa.array([each.label for each in self._spec.comparisons], pa.string())
        sides = self._units[scored.left], self._units[scored.right]
        return pa.table(
            {
                "unit_l": np.minimum(*sides),
                "unit_r": np.maximum(*sides),
                "odds": links.odds,
                "ratio": links.ratio,
                "strongest": names.take(pa.array(strongest_comparison(self._spec, self._parameters, scored))),
            }
        )

    def compare(self, left: Ints, right: Ints) -> tuple[Floats, Floats]:
        """(odds, ratio) of pairs of units that were read."""
        return comparer(self._spec, self._columns, self._parameters)(self._positions(left), self._positions(right))

    def _positions(self, units: Ints) -> Ints:
        found: Ints = self._order[np.searchsorted(self._sorted, units)]
        return found


def with_relatives_of(spec: Spec) -> Spec:
    """The spec that takes the relatives from the table instead of having none."""
    return spec.model_copy(update={"columns": {**spec.columns, RELATIVES: RELATIVES}})


def unit_tables(con: duckdb.DuckDBPyConnection, units: str) -> str:
    """The tables of the person spec as one relation, restricted to the units of a relation (unit_id)."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW person_unit AS FROM match_unit_related SEMI JOIN {units} USING (unit_id)")
    return "person_unit"


def all_units(con: duckdb.DuckDBPyConnection) -> str:
    """The same with all units, in an order in which samples can be drawn again."""
    con.execute("CREATE OR REPLACE TEMP VIEW person_unit AS FROM match_unit ORDER BY source, unit_id")
    return "person_unit"
