"""Link one FEBRL data set with the Python Record Linkage Toolkit, and write what `popbase link` writes.

    python benchmarks/linkage/recordlinkage_engine.py NAME FOLDER OUT

It keeps every pair as a row of a pandas frame, so only the small data sets are given to it.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import recordlinkage
from clock import Clock
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

BLOCKS = (
    "soc_sec_id",
    "date_of_birth",
    ["surname", "given_name"],
    ["surname", "postcode"],
    ["given_name", "postcode"],
    "address",
    ["suburb", "street_number"],
    ["surname_start", "given_name_start"],
)
LINK = 0.5


def load(folder: Path, source: str) -> pd.DataFrame:
    """One file, with an address of one column and the starts of the names."""
    frame = pd.read_parquet(folder / f"{source}.parquet").set_index("rec_id")
    parts = frame[["address_1", "address_2"]].fillna("")
    frame["address"] = (parts["address_1"] + " " + parts["address_2"]).str.strip().replace("", None)
    for name in ("surname", "given_name"):
        frame[f"{name}_start"] = frame[name].str[:3]
    return frame


def comparison() -> recordlinkage.Compare:
    """How the columns are compared: agree or not, as its ECM classifier needs it."""
    compare = recordlinkage.Compare()
    for column, limit in {"given_name": 0.85, "surname": 0.85, "address": 0.85, "suburb": 0.85}.items():
        compare.string(column, column, method="jarowinkler", threshold=limit, label=column)
    for column in ("date_of_birth", "soc_sec_id", "postcode", "street_number", "state"):
        compare.exact(column, column, label=column)
    return compare


def cluster(files: dict[str, pd.DataFrame], linked: pd.MultiIndex) -> pa.Table:
    """Connected components of the linked pairs, over all records."""
    ids = np.concatenate([frame.index.to_numpy() for frame in files.values()])
    sources = np.concatenate([np.full(len(frame), source) for source, frame in files.items()])
    place = pd.Series(np.arange(len(ids)), index=ids)
    left, right = (place[linked.get_level_values(side)].to_numpy() for side in (0, 1))
    graph = coo_array((np.ones(len(linked)), (left, right)), shape=(len(ids), len(ids)))
    _, labels = connected_components(graph, directed=False)
    return pa.table({"source": sources, "record_id": ids, "cluster_id": labels.astype(np.int64)})


def main() -> None:
    """Run all stages and write report.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    sources = sorted(path.stem for path in options.folder.glob("[ab].parquet"))
    files = {source: load(options.folder, source) for source in sources}
    tables = list(files.values())
    clock.lap("load")
    indexer = recordlinkage.Index()
    for columns in BLOCKS:
        indexer.block(columns)
    candidates = indexer.index(*tables)
    clock.lap("block")
    features = comparison().compute(candidates, *tables)
    clock.lap("score")
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    probability = classifier.prob(features).clip(1e-15, 1 - 1e-15)
    clock.lap("train")
    clusters = cluster(files, probability[probability >= LINK].index)
    clock.lap("cluster")
    pairs = pa.table(
        {
            "source_l": np.full(len(probability), sources[0]),
            "record_id_l": probability.index.get_level_values(0).to_numpy(),
            "source_r": np.full(len(probability), sources[-1]),
            "record_id_r": probability.index.get_level_values(1).to_numpy(),
            "match_weight": np.log2(probability / (1 - probability)).to_numpy(),
            "match_probability": probability.to_numpy(),
            "is_linked": (probability >= LINK).to_numpy(),
        }
    )
    pq.write_table(pairs, options.out / "pairs.parquet")
    pq.write_table(clusters, options.out / "clusters.parquet")
    report = {"records": len(clusters), "pairs_compared": len(candidates), "seconds": clock.seconds}
    (options.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
