"""The data sets of the benchmark by name. Each is written into a folder of its own, and not written twice."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chinese import make_chinese
from city import make_city
from febrl import make_fake, make_febrl


@dataclass(frozen=True)
class Dataset:
    """What a data set is: spec and settings go by `kind`; `folder` is that of another data set, if it shares it."""

    kind: str
    sources: tuple[str, ...]
    make: Callable[[Path], None]
    records: int
    folder: str = ""


TWO, ONE = ("a", "b"), ("a",)
SIZES = {"100k": 100_000, "1m": 1_000_000, "5m": 5_000_000}
DATASETS: dict[str, Dataset] = {
    "febrl1": Dataset("febrl3", ONE, partial(make_febrl, name="febrl1"), 1_000),
    "febrl2": Dataset("febrl3", ONE, partial(make_febrl, name="febrl2"), 5_000),
    "febrl3": Dataset("febrl3", ONE, partial(make_febrl, name="febrl3"), 5_000),
    "febrl4": Dataset("febrl4", TWO, partial(make_febrl, name="febrl4"), 10_000),
    "fake_1000": Dataset("fake_1000", ONE, make_fake, 1_000),
    **{
        f"chinese_{size}": Dataset("chinese", TWO, partial(make_chinese, records=records, hard=False), records)
        for size, records in SIZES.items()
    },
    **{
        f"chinese_hard_{size}": Dataset("chinese", TWO, partial(make_chinese, records=records, hard=True), records)
        for size, records in SIZES.items()
    },
    "chinese_1m_loose": Dataset(
        "chinese_loose", TWO, partial(make_chinese, records=1_000_000, hard=False), 1_000_000, folder="chinese_1m"
    ),
    **{
        f"city_{size}": Dataset("city", ONE, partial(make_city, mentions=records), records)
        for size, records in SIZES.items()
    },
}


def prepare(name: str, work: Path) -> Path:
    """The folder of a data set, written first if it is not there."""
    folder = work / (DATASETS[name].folder or name)
    if not (folder / "truth.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        DATASETS[name].make(folder)
    return folder


def main() -> None:
    """Write the data sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("names", nargs="*", default=list(DATASETS), choices=[*DATASETS, []])
    options = parser.parse_args()
    for name in options.names or DATASETS:
        print(name, prepare(name, options.work))


if __name__ == "__main__":
    main()
