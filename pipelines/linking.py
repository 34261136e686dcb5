"""`popbase link`: any tables linked by a spec, results written as files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from matching.engine import link
from matching.parameters import load_parameters, measure_drift, save_parameters
from matching.results import cluster_table, pair_table, report
from matching.spec import load_spec

PAIRS, CLUSTERS, PARAMETERS, REPORT = "pairs.parquet", "clusters.parquet", "parameters.json", "report.json"


def link_files(
    spec_file: Path, out_dir: Path, tables: Mapping[str, Path], parameters_file: Path | None, *, retrain: bool
) -> dict[str, Any]:
    """Link the tables of a spec, and write pairs, clusters, parameters and report into a folder.

    Args:
        spec_file: the spec.
        out_dir: made when it is not there.
        tables: files in place of those that the spec names.
        parameters_file: parameters learnt before, to be used as they are.
        retrain: learn anew, and report how far the parameters moved from those of `parameters_file`.

    Returns:
        The report that was written.

    Raises:
        MatchingError: in its kinds: the spec, the tables or the constraints cannot be used.
        OSError: the folder cannot be written.
    """
    spec = load_spec(spec_file)
    before = load_parameters(parameters_file) if parameters_file else None
    with duckdb.connect() as con:
        linkage = link(dict(tables), spec, con=con, parameters=None if retrain else before)
        out_dir.mkdir(parents=True, exist_ok=True)
        pq.write_table(pair_table(con, linkage), out_dir / PAIRS)
        pq.write_table(cluster_table(con, linkage), out_dir / CLUSTERS)
    save_parameters(linkage.parameters, out_dir / PARAMETERS)
    written = report(linkage)
    if before and retrain:
        written["drift"] = [
            drift.model_dump() | {"change": drift.change} for drift in measure_drift(before, linkage.parameters)
        ]
    (out_dir / REPORT).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return written
