from datetime import date

import duckdb
import pytest

from pipelines.scoring import score_crosswalk, ScoringError

CROSSWALK = """
SELECT * FROM (VALUES
    ('p1', 'tax', 'tax/a.csv', DATE '2026-11-01', 1, 'self'),
    ('p1', 'grid', 'grid/b.csv', DATE '2026-11-01', 1, 'self'),
    ('p2', 'grid', 'grid/b.csv', DATE '2026-11-02', 1, 'self')
) AS t(person_id, department, file, night, row_number, role)
"""
TRUTH = """
SELECT * FROM (VALUES
    ('tax', 'night_000/tax/a.csv', 1, 1, 'self', 7, 'exact_id'),
    ('grid', 'night_000/grid/b.csv', 1, 1, 'self', 7, 'no_id'),
    ('grid', 'night_001/grid/b.csv', 1, 1, 'self', 7, 'no_id')
) AS t(department, file, row_number, line_number, role, person_uid, difficulty)
"""


@pytest.fixture
def folder(tmp_path):
    duckdb.sql(CROSSWALK).write_parquet(str(tmp_path / "crosswalk.parquet"))
    duckdb.sql(CROSSWALK).write_csv(str(tmp_path / "crosswalk.csv"))
    duckdb.sql(TRUTH).write_parquet(str(tmp_path / "records.parquet"))
    return tmp_path


@pytest.mark.parametrize("name", ["crosswalk.parquet", "crosswalk.csv"])
def test_same_file_name_of_two_nights_is_two_files(folder, name):
    report = score_crosswalk(folder / name, folder)
    assert (report.overall.true_pairs, report.overall.linked_pairs, report.overall.shared_pairs) == (3, 1, 1)
    assert report.missing_mentions == 0


def test_first_night_can_be_given(folder):
    assert score_crosswalk(folder / "crosswalk.csv", folder, date(2026, 10, 1)).missing_mentions == 3


def test_what_does_not_fit_is_said(folder):
    with pytest.raises(ScoringError, match="not found"):
        score_crosswalk(folder / "none.csv", folder)
    (folder / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ScoringError, match="do not fit"):
        score_crosswalk(folder / "other.csv", folder)
