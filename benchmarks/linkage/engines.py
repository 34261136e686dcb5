"""The engines side by side: the command line of each, for a data set."""

import sys
from pathlib import Path

from datasets import DATASETS

HERE = Path(__file__).resolve().parent
POPBASE = HERE.parents[1] / ".venv" / "bin" / "popbase"
ENGINES = ("ours", "splink", "splink_1e7", "recordlinkage")
DEFAULT = ("ours", "splink", "recordlinkage")
LABELS = {
    "ours": "popbase link",
    "splink": "Splink 5.0.0",
    "splink_1e7": "Splink 5.0.0, u from 10⁷ pairs",
    "recordlinkage": "recordlinkage 0.16",
}


def can_run(engine: str, name: str) -> bool:
    """Whether an engine is asked for a data set: recordlinkage only for FEBRL, ours only where there is a spec."""
    if engine == "recordlinkage":
        return name.startswith("febrl")
    return engine != "ours" or (POPBASE.exists() and spec_of(name).exists())


def spec_of(name: str) -> Path:
    """Our spec of a data set."""
    return HERE / "specs" / f"{DATASETS[name].kind}.yml"


def command(engine: str, name: str, folder: Path, out: Path) -> list[str]:
    """The command that links a data set and writes pairs, clusters and report.json into `out`."""
    if engine == "ours":
        tables = [
            part for source in DATASETS[name].sources for part in ("--table", f"{source}={folder / source}.parquet")
        ]
        return [str(POPBASE), "link", str(spec_of(name)), "--out", str(out), *tables]
    script = "recordlinkage_engine.py" if engine == "recordlinkage" else "splink_engine.py"
    options = ["--pairs-for-u", "1e7"] if engine == "splink_1e7" else []
    return [sys.executable, str(HERE / script), name, str(folder), str(out), *options]
