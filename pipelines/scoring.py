"""A crosswalk and a truth, brought into the shapes that `matching.evaluation` measures."""

from datetime import date
from pathlib import Path

import duckdb

from matching.evaluation import score, ScoreReport
from pipelines.errors import PipelinesError
from warehouse.database import open_published
from warehouse.errors import WarehouseError

COLUMNS = "person_id, department, file, night, row_number, role"
TRUTH_FILE = "records.parquet"
READERS = {".parquet": "read_parquet", ".csv": "read_csv"}

_TRUTH = """
CREATE TABLE truth AS
SELECT department, row_number, role, person_uid, difficulty,
       regexp_replace(file, '^night_[0-9]+/', '') AS file,
       $first_night + regexp_extract(file, '^night_([0-9]+)/', 1)::INTEGER AS night
FROM read_parquet($path)
"""


class ScoringError(PipelinesError):
    """Crosswalk or truth cannot be used."""


def score_crosswalk(crosswalk: Path, truth: Path, first_night: date | None = None) -> ScoreReport:
    """Measure a crosswalk.

    Args:
        crosswalk: a published base, or its crosswalk as Parquet or CSV.
        truth: folder with `records.parquet`, whose files lie below `night_000/`, `night_001/`, …
        first_night: the date of night_000; by default the first of the crosswalk.

    Raises:
        ScoringError: one of the two is missing or has another shape.
    """
    records = truth / TRUTH_FILE if truth.is_dir() else truth
    for path in (crosswalk, records):
        if not path.is_file():
            raise ScoringError(f"{path} not found")
    with duckdb.connect() as con:
        try:
            _load_crosswalk(con, crosswalk)
            night = first_night or _first_night(con)
            con.execute(_TRUTH, {"path": str(records), "first_night": night})
        except (duckdb.Error, WarehouseError) as error:
            raise ScoringError(f"{crosswalk} and {records} do not fit: {type(error).__name__}") from None
        return score(con, "crosswalk", "truth")


def _load_crosswalk(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    if path.suffix in READERS:
        con.execute(f"CREATE TABLE crosswalk AS SELECT {COLUMNS} FROM {READERS[path.suffix]}(?)", [str(path)])
        return
    with open_published(path) as base:
        con.register("crosswalk_arrow", base.sql(f"SELECT {COLUMNS} FROM crosswalk").to_arrow_table())
    con.execute("CREATE TABLE crosswalk AS FROM crosswalk_arrow")


def _first_night(con: duckdb.DuckDBPyConnection) -> date:
    [(first,)] = con.execute("SELECT min(night)::DATE FROM crosswalk").fetchall()
    if not isinstance(first, date):
        raise ScoringError("the crosswalk is empty")
    return first
