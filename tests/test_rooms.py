"""Who may import whom: the contracts are in pyproject.toml, and held by import-linter."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_rooms_import_only_what_they_may():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_database_files_are_opened_in_one_place():
    opening = [
        path.relative_to(ROOT).as_posix()
        for room in ("matching", "pipelines", "quality", "sources", "warehouse")
        for path in (ROOT / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "duckdb.connect(" in line and "duckdb.connect()" not in line and '":memory:"' not in line
    ]
    assert set(opening) == {"warehouse/database.py"}
