"""What reviewers decided about pairs of records: kept, taken back, free of contradictions, handed to a linkage.

Not here: which pairs are worth a look, and how good the linkage is (`matching.review`). The tables are in
`sql/review_state.sql`.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from matching.errors import ConstraintError, MatchingError
from matching.sets import distinct
from matching.statements import run

Answer = Literal["positive", "negative", "unsure"]
Ints = NDArray[np.int64]

MUST: Final = "_judged_same"
CANNOT: Final = "_judged_different"


_JUDGED_BEFORE: Final = """
    SELECT j.record_id_l, j.record_id_r FROM _judgement_in_force j
    JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
    WHERE (l.unit_id = $1 AND r.unit_id = $2) OR (l.unit_id = $2 AND r.unit_id = $1)
    ORDER BY j.judgement_id DESC LIMIT 1
"""


class JudgementError(MatchingError):
    """A judgement that cannot be recorded as it was given."""


class UnknownRecordError(JudgementError):
    """Records that the linkage does not know; `record_ids` lists them."""

    def __init__(self, record_ids: list[int]) -> None:
        """Name the records by their ids."""
        super().__init__(f"no such record in the linkage: {', '.join(map(str, record_ids))}; take ids from the queue")
        self.record_ids = record_ids


class UnknownJudgementError(JudgementError):
    """A judgement that is not there or no longer in force; `judgement_id` says which."""

    def __init__(self, judgement_id: int, fault: str) -> None:
        """Say what is wrong with it."""
        super().__init__(f"judgement {judgement_id} {fault}")
        self.judgement_id = judgement_id


class ContradictionError(ConstraintError):
    """Judgements that cannot all be true; `judgement_ids` lists those in force that take part."""

    def __init__(self, pairs: int, judgement_ids: list[int], message: str) -> None:
        """Say how many pairs contradict, and which judgements."""
        super().__init__(pairs, message)
        self.judgement_ids = judgement_ids


_NEW: Final = 0
_UNIT: Final = -1


@dataclass(frozen=True)
class _Said:
    """Pairs of records and the judgements that say so: _NEW is about to be recorded, _UNIT is no judgement."""

    left: Ints
    right: Ints
    ids: Ints


def create_judgements(con: duckdb.DuckDBPyConnection, *, temporary: bool = False) -> None:
    """Make the tables of the review where they are not there yet.

    Args:
        con: the connection that keeps the linkage's state.
        temporary: for this connection alone, when the database is open for reading.
    """
    for table, script in (("match_judgement", "review_state"), ("match_stand_in", "stand_in_state")):
        if not _has_table(con, table):
            run(con, script, temp="TEMP" if temporary else "")


def record_judgement(
    con: duckdb.DuckDBPyConnection,
    record_id_l: int,
    record_id_r: int,
    judgement: Answer,
    *,
    decided_by: str,
    reason: str,
    decided_at: datetime,
) -> int:
    """Append a judgement about two records; it takes the place of an earlier one about the same pair.

    Records of different units stand for their units (`represent_pair`). A pair within one unit can be judged negative:
    that splits the unit.

    Args:
        con: the connection that keeps the linkage's state, with `create_judgements` done.
        record_id_l: one record.
        record_id_r: the other.
        judgement: positive (one person), negative (two persons), unsure.
        decided_by: who decided.
        reason: why.
        decided_at: when.

    Returns:
        The id of the judgement.

    Raises:
        UnknownRecordError: the linkage has no such record.
        JudgementError: the pair is one record, or is one unit already and was judged positive.
        ContradictionError: other judgements in force say the contrary.
    """
    left, right = represent_pair(con, record_id_l, record_id_r)
    if judgement == "positive" and _is_one_unit(con, left, right) and not _is_judged(con, left, right):
        raise JudgementError(f"records {left} and {right} are one person for certain already; nothing to decide")
    _refuse_contradiction(con, left, right, judgement)
    return _append(con, left, right, judgement, decided_by, reason, decided_at)


def withdraw_judgement(
    con: duckdb.DuckDBPyConnection, judgement_id: int, *, decided_by: str, reason: str, decided_at: datetime
) -> int:
    """Take a judgement in force back: the pair is then not judged at all, whatever was said before.

    Returns:
        The id of the withdrawal.

    Raises:
        UnknownJudgementError: there is no such judgement, or it is no longer in force.
    """
    current_judgements(con)
    found = con.execute(
        "SELECT record_id_l, record_id_r FROM _judgement_in_force WHERE judgement_id = $1", [judgement_id]
    ).fetchall()
    if found:
        [(left, right)] = found
        return _append(con, left, right, "withdrawn", decided_by, reason, decided_at)
    known = con.execute("SELECT count(*) FROM match_judgement WHERE judgement_id = $1", [judgement_id]).fetchall()
    raise UnknownJudgementError(
        judgement_id, "is not there" if known == [(0,)] else "is no longer in force; a later one took its place"
    )


def current_judgements(con: duckdb.DuckDBPyConnection) -> str:
    """Look up what is in force: the newest judgement of each pair, unless that is a withdrawal.

    Pairs are told by the records that stand for those judged (`matching.stand_ins`).

    Returns:
        Name of a temporary view (record_id_l, record_id_r, judgement: positive, negative, unsure), as of now.
        `_judgement_in_force` has all columns of `match_judgement`, as has `_judgement_told`, in force or not.
    """
    run(con, "review_judgement")
    return "_judgement"


def must_pairs(con: duckdb.DuckDBPyConnection) -> str:
    """Name of a temporary view (record_id_l, record_id_r) of pairs judged to be one person, as of now."""
    current_judgements(con)
    return MUST


def cannot_pairs(con: duckdb.DuckDBPyConnection) -> str:
    """Name of a temporary view (record_id_l, record_id_r) of pairs judged to be two persons, as of now."""
    current_judgements(con)
    return CANNOT


def judged_units(view: str) -> str:
    """SQL for the pairs (unit_l, unit_r) of units that a view of judged records means today, unit_l < unit_r."""
    return f"""
        SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r FROM {view} j
        JOIN match_record l ON l.record_id = j.record_id_l JOIN match_record r ON r.record_id = j.record_id_r
    """


def check_consistent(con: duckdb.DuckDBPyConnection) -> None:
    """Make sure that no two records are judged different which chains of positive judgements put together.

    Raises:
        ContradictionError: some are.
    """
    current_judgements(con)
    negative = _said(con, "negative")
    broken = _is_together(_said(con, "positive"), negative)
    if broken.any():
        raise ContradictionError(
            int(broken.sum()), negative.ids[broken].tolist(),
            "are judged to be two persons, though other judgements chain them to one: "
            f"judgements {_listed(negative.ids[broken].tolist())}; withdraw one of each chain",
        )  # fmt: skip


def apart_records(con: duckdb.DuckDBPyConnection, units: str) -> list[int]:
    """Records to be set apart from their unit, so that units contradict no judgement.

    Two records judged different may lie in one unit, or in two units that positive judgements chain together. Of the
    two the later one is set apart, if its unit holds another judged record; else the earlier one.

    Args:
        con: the connection that keeps the linkage's state; its judgements are consistent in themselves.
        units: relation (record_id, unit_id): units as rules alone would make them, *before* anything was set apart;
            else what is set apart in one night would come together again in the next.

    Returns:
        Record ids in order.
    """
    current_judgements(con)
    positive, negative = _said(con, "positive"), _said(con, "negative")
    unit_of = _units_of(con, units)
    apart: set[int] = set()
    while True:
        broken = _is_together(_joined(positive, _unit_pairs(unit_of, apart)), negative)
        sharing = _sharing(unit_of, apart)
        pairs = zip(negative.left[broken].tolist(), negative.right[broken].tolist(), strict=True)
        ends = [sharing.intersection(pair) for pair in pairs]
        chosen = {max(each) for each in ends if each} or (sharing if ends else set())
        if not chosen:
            return sorted(apart)
        apart |= chosen


def represent_pair(con: duckdb.DuckDBPyConnection, record_id_l: int, record_id_r: int) -> tuple[int, int]:
    """The pair that a judgement about two records is kept under, in order.

    Within one unit the records themselves. Else the pair under which the two units were judged last, so that the new
    judgement takes its place; else the smallest record of each unit.

    Raises:
        UnknownRecordError: the linkage has no such record.
        JudgementError: both are one record.
    """
    current_judgements(con)
    if record_id_l == record_id_r:
        raise JudgementError("a pair is two records; one was given twice")
    rows = con.execute(
        """
        SELECT record_id, unit_id, (SELECT min(u.record_id) FROM match_record u WHERE u.unit_id = r.unit_id)
        FROM match_record r WHERE record_id IN ($1, $2) ORDER BY record_id
        """,
        [record_id_l, record_id_r],
    ).fetchall()
    if len(rows) < 2:
        raise UnknownRecordError(sorted({record_id_l, record_id_r} - {row[0] for row in rows}))
    (low, low_unit, low_first), (high, high_unit, high_first) = rows
    if low_unit == high_unit:
        return low, high
    judged = con.execute(_JUDGED_BEFORE, [low_unit, high_unit]).fetchall()
    left, right = judged[0] if judged else (low_first, high_first)
    return min(left, right), max(left, right)


def _append(
    con: duckdb.DuckDBPyConnection, left: int, right: int, judgement: str, decided_by: str, reason: str, at: datetime
) -> int:
    values = {"record_id_l": left, "record_id_r": right, "judgement": judgement, "decided_by": decided_by,
              "reason": reason, "decided_at": at}  # fmt: skip
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = $1", [value])
    run(con, "review_append")
    for name in values:
        con.execute(f"RESET VARIABLE {name}")
    [(judgement_id,)] = con.execute("SELECT max(judgement_id) FROM match_judgement").fetchall()
    return int(judgement_id)


def _refuse_contradiction(con: duckdb.DuckDBPyConnection, left: int, right: int, judgement: Answer) -> None:
    positive, negative = (_said(con, kind, but=(left, right)) for kind in ("positive", "negative"))
    new = _Said(np.array([left]), np.array([right]), np.array([_NEW]))
    if judgement == "positive":
        positive = _joined(new, positive)
    if judgement == "negative":
        negative = _joined(new, negative)
    unit_of = _units_of(con, "match_record")
    if unit_of.get(left, left) != unit_of.get(right, right):
        positive = _joined(positive, _unit_pairs(unit_of, set()))
    for at in np.flatnonzero(_is_together(positive, negative)):
        chain = {*_chain(positive, int(negative.left[at]), int(negative.right[at])), int(negative.ids[at])}
        if _NEW not in chain:  # not of this judgement's making
            continue
        ids = sorted(chain - {_NEW, _UNIT})
        raise ContradictionError(1, ids, f"contradict judgements {_listed(ids)}; withdraw one of them first")


def _said(con: duckdb.DuckDBPyConnection, judgement: str, but: tuple[int, int] = (0, 0)) -> _Said:
    """Judgements in force of one kind, but for those about one pair."""
    found = con.execute(
        """
        SELECT record_id_l, record_id_r, judgement_id FROM _judgement_in_force
        WHERE judgement = $1 AND NOT (record_id_l = $2 AND record_id_r = $3) ORDER BY judgement_id
        """,
        [judgement, *but],
    ).fetchnumpy()
    return _Said(found["record_id_l"], found["record_id_r"], found["judgement_id"])


def _joined(one: _Said, other: _Said) -> _Said:
    return _Said(
        np.concatenate((one.left, other.left)),
        np.concatenate((one.right, other.right)),
        np.concatenate((one.ids, other.ids)),
    )


def _units_of(con: duckdb.DuckDBPyConnection, units: str) -> dict[int, int]:
    """The units of judged records, of those that are still there."""
    found = con.execute(f"""
        SELECT record_id, unit_id FROM {units}
        SEMI JOIN (SELECT unnest([record_id_l, record_id_r]) AS record_id FROM _judgement) USING (record_id)
    """)
    return dict(found.fetchall())


def _unit_pairs(unit_of: dict[int, int], apart: set[int]) -> _Said:
    """A pair for each judged record that is not the first judged one of its unit."""
    first: dict[int, int] = {}
    held = [(first.setdefault(unit_of[record], record), record) for record in sorted(unit_of) if record not in apart]
    left, right = np.array(held, np.int64).reshape(-1, 2).T
    return _Said(left, right, np.full(len(left), _UNIT))


def _sharing(unit_of: dict[int, int], apart: set[int]) -> set[int]:
    """Judged records that share their unit with another judged record."""
    members: dict[int, set[int]] = {}
    for record in unit_of.keys() - apart:
        members.setdefault(unit_of[record], set()).add(record)
    return set().union(*(each for each in members.values() if len(each) > 1))


def _is_together(positive: _Said, negative: _Said) -> NDArray[np.bool_]:
    """For each negative judgement whether chains of positive ones put its two records together."""
    records = distinct(positive.left, positive.right, negative.left, negative.right)
    if not len(negative.left):
        return np.zeros(0, bool)
    left, right = (np.searchsorted(records, side) for side in (positive.left, positive.right))
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(len(records), len(records)))
    label = connected_components(graph, directed=False)[1]
    together: NDArray[np.bool_] = (
        label[np.searchsorted(records, negative.left)] == label[np.searchsorted(records, negative.right)]
    )
    return together


def _chain(positive: _Said, start: int, end: int) -> list[int]:
    """The ids of the judgements on a shortest chain between two records that are chained together."""
    steps: dict[int, list[tuple[int, int]]] = {}
    columns = (side.tolist() for side in (positive.left, positive.right, positive.ids))
    for left, right, judgement_id in zip(*columns, strict=True):
        steps.setdefault(left, []).append((right, judgement_id))
        steps.setdefault(right, []).append((left, judgement_id))
    chains: dict[int, list[int]] = {start: []}
    waiting = deque([start])
    while end not in chains:
        record = waiting.popleft()
        for other, judgement_id in steps.get(record, ()):
            if other not in chains:
                chains[other] = [*chains[record], judgement_id]
                waiting.append(other)
    return chains[end]


def _is_one_unit(con: duckdb.DuckDBPyConnection, left: int, right: int) -> bool:
    query = "SELECT count(DISTINCT unit_id) FROM match_record WHERE record_id IN ($1, $2)"
    return con.execute(query, [left, right]).fetchall() == [(1,)]


def _is_judged(con: duckdb.DuckDBPyConnection, left: int, right: int) -> bool:
    query = "SELECT count(*) FROM _judgement WHERE record_id_l = $1 AND record_id_r = $2"
    return con.execute(query, [left, right]).fetchall() != [(0,)]


def _has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    here = "table_name = $1 AND (temporary OR database_name = current_database())"
    return con.execute(f"SELECT count(*) FROM duckdb_tables() WHERE {here}", [name]).fetchall() != [(0,)]


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))
