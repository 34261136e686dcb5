"""One file of mentions of the persons of a city, from several departments that keep their records differently well."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from chinese import number_records, truth_table
from population import make_population
from records import Quality, write_records

MENTIONS = np.array([0.12, 0.15, 0.17, 0.17, 0.15, 0.11, 0.08, 0.05])
"""Shares of persons with 1, 2, … 8 mentions; 4 in the mean."""

FLOATING = 0.08
"""Persons who show no citizen number anywhere."""

FAMILY, GAPS = 0.6, (0.03, 0.10, 0.08, 0.02)
DEPARTMENTS = {
    "户籍": (0.25, Quality(0.02, 0.08, gaps=(0.0, 0.40, 0.0, 0.0), manners=(0.9, 0.1, 0.0))),
    "医保": (0.22, Quality(0.10, 0.15, family_phone=FAMILY, gaps=(0.02, 0.05, 0.10, 0.01))),
    "教育": (0.10, Quality(0.35, 0.25, family_phone=0.9, moved=0.05, gaps=GAPS, manners=(0.4, 0.4, 0.2))),
    "社保": (0.18, Quality(0.05, 0.12, masked_id=0.05, moved=0.08, gaps=GAPS)),
    "房产": (0.10, Quality(0.30, 0.20, masked_id=0.05, gaps=(0.60, 0.10, 0.02, 0.30))),
    "社区": (0.15, Quality(0.60, 0.35, family_phone=FAMILY, moved=0.10, gaps=GAPS, manners=(0.2, 0.3, 0.5))),
}


def make_city(folder: Path, mentions: int, *, seed: int = 1) -> None:
    """Write a.parquet (with `department`) and truth.parquet: about `mentions` mentions of a quarter as many persons."""
    rng = np.random.default_rng((seed, mentions))
    people = make_population(mentions // 4, rng)
    count = rng.choice(len(MENTIONS), len(people), p=MENTIONS / MENTIONS.sum()) + 1
    mentioned = rng.permutation(np.repeat(np.arange(len(people)), count))
    floating = rng.random(len(people)) < FLOATING
    weights = np.array([weight for weight, _ in DEPARTMENTS.values()])
    department = rng.choice(len(DEPARTMENTS), len(mentioned), p=weights / weights.sum())
    parts, persons = [], []
    for number, (name, (_, quality)) in enumerate(DEPARTMENTS.items()):
        chosen = mentioned[department == number]
        table = write_records(people, chosen, quality, rng, floating)
        parts.append(table.add_column(0, "department", pa.repeat(pa.scalar(name), len(chosen))))
        persons.append(chosen)
    order = rng.permutation(len(mentioned))
    ids = number_records("a", len(order))
    table = pa.concat_tables(parts).take(pa.array(order))
    pq.write_table(table.add_column(0, "record_id", ids), folder / "a.parquet")
    pq.write_table(truth_table("a", ids, np.concatenate(persons)[order]), folder / "truth.parquet")
