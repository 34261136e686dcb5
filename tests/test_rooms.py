"""What import-linter, which holds who may import whom, does not see."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_database_files_are_opened_in_one_place():
    opening = [
        path.relative_to(ROOT).as_posix()
        for room in ("matching", "pipelines", "quality", "sources", "warehouse")
        for path in (ROOT / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "duckdb.connect(" in line and "duckdb.connect()" not in line and '":memory:"' not in line
    ]
    assert set(opening) == {"warehouse/database.py"}
