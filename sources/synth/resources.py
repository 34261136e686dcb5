"""Reads the tables in `data/`. Shapes only; what the tables mean is in the modules that use them."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@cache
def read_yaml(name: str) -> dict[str, Any]:
    """One YAML table of this package."""
    content: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return content


@cache
def read_csv(name: str) -> tuple[dict[str, str], ...]:
    """One CSV table of this package."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))
