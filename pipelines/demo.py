"""`make demo`: a small fictitious city, merged night by night, and a first query."""

import shutil
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from pipelines.home import Home
from pipelines.progress import run_with_progress
from pipelines.query import run_query
from pipelines.show import show_night
from pipelines.synth import write_extracts
from sources.synth.generate import FIRST_NIGHT

MARKER = ".popbase-demo"
QUERY = """
SELECT residence_town AS town, count(*) AS people, count(*) FILTER (is_floating) AS registered_elsewhere,
       count(*) FILTER (birth_month < '1966-11') AS aged_60_and_over
FROM person WHERE NOT is_deceased AND residence_town IS NOT NULL
GROUP BY town ORDER BY people DESC, town LIMIT 8
"""


def run_demo(folder: Path, people: int, seed: int, nights: int, out: Console, err: Console) -> int:
    """Make extracts and merge them; 0: every night was published, 1: one was not, 2: the folder is no demo."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        err.print(f"[red]error:[/] {folder} is not empty and no demo; give another folder", highlight=False)
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    extracts, home = folder / "extracts", Home((folder / "home").absolute())
    write_extracts(people, seed, nights, extracts, FIRST_NIGHT, err, out)
    for number in range(nights):
        shutil.copytree(extracts / f"night_{number:03}", home.intake, dirs_exist_ok=True)
        report = run_with_progress(home, FIRST_NIGHT + timedelta(days=number), err)
        show_night(out, home, report)
        if report.status != "published":
            return 1
    out.rule("an example query", align="left")
    out.print(QUERY.strip(), style="cyan", highlight=False)
    run_query(home, QUERY, "table", 0, out)
    _say_what_next(home, out)
    return 0


def _say_what_next(home: Home, out: Console) -> None:
    out.print(f'your turn:  .venv/bin/popbase sql --home {home.root} "SELECT * FROM person LIMIT 5"', soft_wrap=True)
    out.print(f"the graph:  POPBASE_HOME={home.root} DAGSTER_HOME={home.dagster} .venv/bin/dagster dev", soft_wrap=True)
