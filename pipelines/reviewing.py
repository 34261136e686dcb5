"""Clerical review of a home: pairs with their values and origins, judgements taken down one by one or from a sheet.

Not here: which pairs are asked about (`matching.review`), what a judgement may say (`matching.judgements`), nor how
pairs are shown on a terminal or in a sheet (`pipelines.show_review`).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, UTC
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from matching.errors import MatchingError
from matching.judgements import Answer, create_judgements, current_judgements, record_judgement, represent_pair
from matching.review import compare_units, Finding, review_queue, sample_queue
from matching.spec import Spec
from matching.state import has_state, load_parameters
from pipelines.errors import PipelinesError
from pipelines.home import Home
from pipelines.writer import hold_reader, hold_writer
from warehouse.database import transaction, warehouse_session
from warehouse.file_names import shown_file

PATIENCE_SECONDS: Final = 15.0
"""How long to wait for others who look something up, or take a judgement down."""

ANSWERS: Final[Mapping[str, Answer]] = {
    "same": "positive", "s": "positive", "positive": "positive", "同一人": "positive", "同": "positive",
    "different": "negative", "d": "negative", "negative": "negative", "不同人": "negative", "不同": "negative",
    "unsure": "unsure", "u": "unsure", "不确定": "unsure",
}  # fmt: skip
"""What a reviewer may write → the judgement that it means."""

JUDGEMENT_COLUMNS: Final = ("judgement", "decided_by", "reason")
PAIR_COLUMN: Final = "pair"
_PAIR: Final = re.compile(r"'?(\d+)~(\d+)")


class ReviewingError(PipelinesError):
    """A review that cannot go on; the message says what to do."""


class SheetError(ReviewingError):
    """A sheet that cannot be taken in. `line` is the line of the file, 0 for the whole of it."""

    def __init__(self, file: str, line: int, fault: str) -> None:
        """Say where, what is wrong, and what to do."""
        super().__init__(f"{file}{f', line {line}' if line else ''}: {fault}; nothing of the file was recorded")
        self.line = line


class Origin(NamedTuple):
    """Where a record was delivered."""

    department: str
    file: str
    row_number: int


@dataclass(frozen=True)
class ReviewPair:
    """A pair to judge: the row of QUEUE, what is known of both sides, and where it comes from."""

    record_id_l: int
    record_id_r: int
    probability: float
    is_linked: bool
    records: int | None
    findings: tuple[Finding, ...]
    origins_l: tuple[Origin, ...]
    origins_r: tuple[Origin, ...]


class Imported(NamedTuple):
    """What became of the rows of a sheet."""

    recorded: int
    known: int
    blank: int


@contextmanager
def reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for looking things up.

    Raises:
        ReviewingError: nothing was linked yet.
        WriterBusyError: a run is writing this home.
        DatabaseFileError: another process has it open, or it cannot be read.
    """
    _check_home(home)
    with hold_reader(home, wait_seconds=PATIENCE_SECONDS), _session(home, read_only=True) as con:
        create_judgements(con, temporary=True)
        yield con


@contextmanager
def writing(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for taking judgements down, in one transaction.

    Raises:
        ReviewingError: nothing was linked yet.
        WriterBusyError: a run is writing this home.
        DatabaseFileError: another process has it open, or it cannot be read.
    """
    _check_home(home)
    with (
        hold_writer(home, wait_seconds=PATIENCE_SECONDS),
        _session(home, read_only=False) as con,
        transaction(con),
    ):
        create_judgements(con)
        yield con


def read_pairs(con: duckdb.DuckDBPyConnection, limit: int, *, sampled: bool) -> list[ReviewPair]:
    """Pairs to judge, of the queue or of the newest sample, with all that can be shown of them."""
    known = load_parameters(con)
    if known is None:
        raise ReviewingError("no linkage is kept yet; run a night first: popbase run")
    parameters, spec, _ = known
    queue = sample_queue(con, limit) if sampled else review_queue(con, spec, limit)
    rows = queue.to_pylist()
    units = [(row["unit_l"], row["unit_r"]) for row in rows]
    findings = compare_units(con, spec, parameters, units) if units else []
    origins = _read_origins(con, {unit for pair in units for unit in pair})
    return [
        ReviewPair(
            row["record_id_l"], row["record_id_r"], row["probability"], row["is_linked"], row["records"],
            tuple(found), origins.get(row["unit_l"], ()), origins.get(row["unit_r"], ()),
        )
        for row, found in zip(rows, findings, strict=True)
    ]  # fmt: skip


def spec_in_use(con: duckdb.DuckDBPyConnection) -> Spec:
    """The spec that the linkage was made with."""
    known = load_parameters(con)
    if known is None:
        raise ReviewingError("no linkage is kept yet; run a night first: popbase run")
    return known[1]


def count_waiting(con: duckdb.DuckDBPyConnection) -> int:
    """Pairs whose judgement the linkage does not know yet: given or taken back since the last run."""
    current_judgements(con)
    [(waiting,)] = con.execute("""
        WITH said AS (
            SELECT record_id_l, record_id_r, judgement FROM _judgement WHERE judgement <> 'unsure'
        ), applied AS (
            SELECT record_id_l, record_id_r, judgement FROM match_judged WHERE judgement <> 'unsure'
        )
        SELECT count(DISTINCT (record_id_l, record_id_r)) FROM (
            (FROM said EXCEPT FROM applied) UNION ALL (FROM applied EXCEPT FROM said))
    """).fetchall()
    return int(waiting)


def read_log(con: duckdb.DuckDBPyConnection, limit: int) -> list[dict[str, Any]]:
    """The newest judgements, newest first: rows of `match_judgement` by the records that are there, with `state`.

    States: waiting (for the next run), applied, open (unsure), replaced (by a later one), withdrawn, withdrawal, lapsed
    (a record is gone, and none stands for it).
    """
    current_judgements(con)
    found: list[dict[str, Any]] = con.sql(f"""
        WITH held AS (
            SELECT mention_id FROM std_mention WHERE mention_id IN (SELECT now_id FROM _judged_record)
        ), judged AS (
            SELECT DISTINCT now_id AS record_id, now_id NOT IN (FROM held) AS gone FROM _judged_record
        )
        SELECT j.*, CASE WHEN j.judgement = 'withdrawn' THEN 'withdrawal'
                         WHEN f.judgement_id IS NULL AND n.judgement = 'withdrawn' THEN 'withdrawn'
                         WHEN f.judgement_id IS NULL AND j.record_id_l < j.record_id_r THEN 'replaced'
                         WHEN j.record_id_l = j.record_id_r OR l.gone OR r.gone THEN 'lapsed'
                         WHEN j.judgement = 'unsure' THEN 'open'
                         WHEN a.judgement IS NOT NULL THEN 'applied' ELSE 'waiting' END AS state
        FROM _judgement_told j
        LEFT JOIN _judgement_in_force f USING (judgement_id)
        JOIN judged l ON l.record_id = j.record_id_l JOIN judged r ON r.record_id = j.record_id_r
        LEFT JOIN _judgement_told n ON n.judgement_id = (
            SELECT min(k.judgement_id) FROM _judgement_told k WHERE k.judgement_id > j.judgement_id
            AND k.record_id_l = j.record_id_l AND k.record_id_r = j.record_id_r)
        LEFT JOIN match_judged a
          ON (a.record_id_l, a.record_id_r, a.judgement) = (j.record_id_l, j.record_id_r, j.judgement)
        ORDER BY j.judgement_id DESC LIMIT {limit:d}
    """).to_arrow_table().to_pylist()  # fmt: skip
    return found


def import_sheet(
    con: duckdb.DuckDBPyConnection, path: Path, *, decided_by: str, decided_at: datetime, replace: bool
) -> Imported:
    """Take down the judgements of a sheet, all or none; rows without a judgement are passed over.

    Args:
        con: the warehouse, in a transaction.
        path: a CSV file with the columns `pair` and `judgement`, and perhaps `decided_by` and `reason`.
        decided_by: who decided, where the row does not say.
        decided_at: when.
        replace: whether a row may replace what somebody else judged otherwise.

    Raises:
        SheetError: the file, or a line of it, cannot be taken in.
    """
    recorded = known = blank = 0
    for line, row in _read_sheet(path):
        answer = (row.get("judgement") or "").strip().casefold()
        if not answer:
            blank += 1
            continue
        if answer not in ANSWERS:
            raise SheetError(path.name, line, "no judgement; write same, different or unsure")
        try:
            told = _Told(*_pair_of(row), ANSWERS[answer], (row.get("decided_by") or "").strip() or decided_by)
            if _is_news(con, told, replace=replace):
                record_judgement(
                    con, told.left, told.right, told.judgement, decided_by=told.decided_by,
                    reason=(row.get("reason") or "").strip() or path.name, decided_at=decided_at,
                )  # fmt: skip
                recorded += 1
            else:
                known += 1
        except (MatchingError, ValueError) as error:
            raise SheetError(path.name, line, str(error)) from error
    return Imported(recorded, known, blank)


def now() -> datetime:
    """The time at which a judgement is taken down."""
    return datetime.now(UTC)


@contextmanager
def _session(home: Home, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse_session(home.database, read_only=read_only) as con:
        if not has_state(con):
            raise ReviewingError("no linkage is kept yet, or another version kept it; run a night first: popbase run")
        yield con


def _check_home(home: Home) -> None:
    if not home.database.exists():
        raise ReviewingError(f"{home.root} has no warehouse yet; run a night first: popbase run")


def _read_origins(con: duckdb.DuckDBPyConnection, units: set[int]) -> dict[int, tuple[Origin, ...]]:
    con.register("_review_origin", pa.table({"unit_id": pa.array(sorted(units), pa.int64())}))
    rows = con.execute("""
        SELECT r.unit_id, m.department, d.file, m.row_number
        FROM match_record r SEMI JOIN _review_origin USING (unit_id)
        JOIN std_mention m ON m.mention_id = r.record_id JOIN delivery d USING (delivery_id)
        ORDER BY r.unit_id, r.record_id
    """).fetchall()
    con.unregister("_review_origin")
    found: dict[int, tuple[Origin, ...]] = {}
    for unit, department, file, row_number in rows:
        found[unit] = (*found.get(unit, ()), Origin(department, shown_file(file), row_number))
    return found


class _Told(NamedTuple):
    left: int
    right: int
    judgement: Answer
    decided_by: str


def _read_sheet(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    """Rows of a sheet with their line numbers, however a spreadsheet has saved it."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter)
    if missing := {PAIR_COLUMN, "judgement"} - set(reader.fieldnames or ()):
        raise SheetError(path.name, 1, f"columns missing: {', '.join(sorted(missing))}; take a sheet that was exported")
    for row in reader:
        yield reader.line_num, row


def _pair_of(row: Mapping[str, Any]) -> tuple[int, int]:
    found = _PAIR.fullmatch((row.get(PAIR_COLUMN) or "").strip())
    if not found:
        raise ValueError("no pair; leave the column `pair` as it was exported")
    return int(found[1]), int(found[2])


def _is_news(con: duckdb.DuckDBPyConnection, told: _Told, *, replace: bool) -> bool:
    """Whether a judgement says something that is not in force already.

    Raises:
        ValueError: somebody else judged the pair otherwise.
    """
    pair = represent_pair(con, told.left, told.right)
    found = con.execute(
        """
        SELECT judgement, decided_by, judgement_id FROM _judgement_in_force
        WHERE record_id_l = $1 AND record_id_r = $2
        """,
        [*pair],
    ).fetchall()
    if not found:
        return True
    [(judgement, decided_by, judgement_id)] = found
    if (judgement, decided_by) == (told.judgement, told.decided_by):
        return False
    if judgement not in ("unsure", told.judgement) and decided_by != told.decided_by and not replace:
        raise ValueError(f"judgement {judgement_id} by somebody else says {judgement}; settle it, or use --replace")
    return True
