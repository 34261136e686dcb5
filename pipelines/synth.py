"""The generator for the terminal: progress, and what was written."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sources.synth.generate import generate


def write_extracts(
    people: int, seed: int, nights: int, folder: Path, first_night: date, err: Console, out: Console
) -> None:
    """Write fictitious extracts and say how much."""
    with err.status("generating") as status:
        summary = generate(people, seed, nights, folder, first_night, lambda words: status.update(words))
    table = Table("department", "rows", title=f"{folder}: {summary.people:,} persons, {summary.files} files")
    for department, rows in summary.rows.items():
        table.add_row(department, f"{rows:,}")
    out.print(table)
    out.print(f"truth for {summary.mentions:,} mentions in {folder / 'truth'}")
