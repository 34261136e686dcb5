"""Two files of fictitious persons, each without duplicates, most persons in both."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from population import make_population
from records import Quality, write_records

OVERLAP = 0.7
EASY = Quality()
HARD = Quality(
    without_id=0.60,
    slips=0.35,
    masked_id=0.02,
    family_phone=0.7,
    gaps=(0.03, 0.10, 0.08, 0.02),
    manners=(0.5, 0.3, 0.2),
)
MOVED = {False: 0.05, True: 0.15}


def make_chinese(folder: Path, records: int, *, hard: bool, seed: int = 1) -> None:
    """Write a.parquet, b.parquet and truth.parquet with `records` records in all; people move before file b."""
    rng = np.random.default_rng((seed, records, hard))
    each = records // 2
    shared = round(each * OVERLAP)
    people = make_population(2 * each - shared, rng, twin_rate=0.016 if hard else 0.0)
    order = rng.permutation(len(people))
    files = {"a": order[:each], "b": rng.permutation(order[each - shared :])}
    quality = HARD if hard else EASY
    truth = []
    for source, chosen in files.items():
        kept = Quality(**{**vars(quality), "moved": MOVED[hard] if source == "b" else 0.0})
        table = write_records(people, chosen, kept, rng)
        ids = number_records(source, len(chosen))
        pq.write_table(table.add_column(0, "record_id", ids), folder / f"{source}.parquet")
        truth.append(truth_table(source, ids, chosen))
    pq.write_table(pa.concat_tables(truth), folder / "truth.parquet")


def number_records(source: str, count: int) -> pa.Array:
    """Record ids that say nothing of the person."""
    return pa.array(np.char.add(source, np.arange(1, count + 1).astype("U8")), pa.string())


def truth_table(source: str, ids: pa.Array, person: NDArray[np.int64]) -> pa.Table:
    """Source, record_id, person."""
    return pa.table({"source": pa.repeat(pa.scalar(source), len(ids)), "record_id": ids, "person": pa.array(person)})
