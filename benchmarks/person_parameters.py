"""Write the parameters that small bases use, from a home that has learnt its own.

popbase synth --people 20000 --seed 5 --nights 1 --out city
cp -r city/night_000/* HOME/intake/ && popbase run --home HOME --night 2026-11-01
python benchmarks/person_parameters.py HOME
"""

import sys
from pathlib import Path

from matching.nights import PERSON_PARAMETERS
from matching.parameters import save_parameters
from matching.state import load_parameters
from warehouse.database import warehouse_session


def main(home: Path) -> None:
    """Copy the newest parameters of the home into `matching/models/person.json`."""
    with warehouse_session(home / "warehouse" / "population.duckdb", read_only=True) as con:
        known = load_parameters(con)
    if not known:
        raise SystemExit("nothing was learnt in this home")
    save_parameters(known[0], PERSON_PARAMETERS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
