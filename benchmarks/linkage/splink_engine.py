"""Link one data set with Splink, and write pairs, clusters and times as `popbase link` does.

python benchmarks/linkage/splink_engine.py NAME FOLDER OUT [--pairs-for-u N]
"""

import argparse
import json
import logging
from pathlib import Path

import duckdb
from clock import Clock
from splink import DuckDBAPI, Linker
from splink.internals.splink_dataframe import SplinkDataFrame
from splink_settings import Model, model_for

FLOOR = 0.001
"""Pairs of a lower match probability are not written: the same floor in all engines."""

SEED = 1


def open_linker(model: Model, folder: Path, sources: list[str]) -> tuple[Linker, duckdb.DuckDBPyConnection]:
    """Load the tables into an in-memory database and give them to Splink."""
    database = duckdb.connect()
    for source in sources:
        database.execute(f"CREATE TABLE {source} AS SELECT {model.prepare} FROM '{folder / source}.parquet'")
    api = DuckDBAPI(database)
    tables = [api.register(source, dataset_display_name=source) for source in sources]
    return Linker(tables if len(tables) > 1 else tables[0], model.settings, log_level=logging.ERROR), database


def train(linker: Linker, model: Model, pairs_for_u: float) -> None:
    """Prior from deterministic rules, u from random pairs, m by EM over several blockings."""
    linker.training.estimate_probability_two_random_records_match(model.deterministic, recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs_for_u, seed=SEED)
    for rule in model.expectation:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)


def cluster(linker: Linker, model: Model, pairs: SplinkDataFrame, sources: list[str]) -> SplinkDataFrame:
    """Connected components, or single best links where each file is without duplicates."""
    if model.one_to_one:
        return linker.clustering.cluster_using_single_best_links(
            pairs, duplicate_free_datasets=sources, threshold_match_probability=model.link
        )
    return linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=model.link)


def write_results(
    database: duckdb.DuckDBPyConnection, model: Model, pairs: SplinkDataFrame, clusters: SplinkDataFrame, out: Path
) -> None:
    """Write pairs.parquet and clusters.parquet in the columns of `popbase link`."""
    key = model.settings.unique_id_column_name
    linking = model.settings.link_type != "dedupe_only"
    left, right, own = ("source_dataset_l", "source_dataset_r", "source_dataset") if linking else ("'a'",) * 3
    database.execute(
        f"COPY (SELECT {left} AS source_l, {key}_l AS record_id_l, {right} AS source_r, {key}_r AS record_id_r, "
        f"match_weight, match_probability, match_probability >= {model.link} AS is_linked FROM {pairs.physical_name}) "
        f"TO '{out / 'pairs.parquet'}'"
    )
    database.execute(
        f"COPY (SELECT {own} AS source, {key} AS record_id, dense_rank() OVER (ORDER BY cluster_id) AS cluster_id "
        f"FROM {clusters.physical_name}) TO '{out / 'clusters.parquet'}'"
    )


def main() -> None:
    """Run all stages and write report.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs-for-u", type=float, default=2e6, help="random pairs from which u is estimated")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model, clock = model_for(options.name), Clock()
    sources = sorted(path.stem for path in options.folder.glob("[ab].parquet"))
    linker, database = open_linker(model, options.folder, sources)
    clock.lap("load")
    train(linker, model, options.pairs_for_u)
    clock.lap("train")
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    [(compared,)] = database.execute(f"SELECT count(*) FROM {blocked.physical_name}").fetchall()
    clock.lap("block")
    pairs = linker.inference.predict(threshold_match_probability=FLOOR)
    blocked.drop_table_from_database_and_remove_from_cache()
    clock.lap("score")
    clusters = cluster(linker, model, pairs, sources)
    clock.lap("cluster")
    write_results(database, model, pairs, clusters, options.out)
    clock.lap("write")
    [(records,)] = database.execute(f"SELECT count(*) FROM {clusters.physical_name}").fetchall()
    report = {"records": records, "pairs_compared": compared, "seconds": clock.seconds}
    (options.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    linker.misc.save_model_to_json(str(options.out / "parameters.json"), overwrite=True)


if __name__ == "__main__":
    main()
