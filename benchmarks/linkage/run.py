"""Link the same files with `popbase link`, Splink and recordlinkage, and write what came out and what it cost.

    python benchmarks/linkage/run.py --work DIR [--only febrl4,chinese_1m] [--engines ours,splink] [--docs DOCS]

DIR keeps the data sets, the outputs of the engines and results.json, to which every run is added at once: one data
set can be run again alone. The report is written from results.json when --docs is given.
"""

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import measure
from datasets import DATASETS
from engines import can_run, command, DEFAULT, ENGINES, HERE
from report import write_report


def main() -> None:
    """Run what is asked for, one engine after the other on each data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default=",".join(DATASETS), help="data sets, with commas")
    parser.add_argument("--engines", default=",".join(DEFAULT), help=f"of {', '.join(ENGINES)}, with commas")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each, of which the fastest counts")
    parser.add_argument("--limit-seconds", type=float, default=1800)
    parser.add_argument("--docs", type=Path, help="folder for linkage.md and its plots")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.only.split(",") if options.only else []:
        # In a process of its own, so that this one stays small: a child's peak memory counts from its parent's.
        subprocess.run([sys.executable, HERE / "datasets.py", "--work", options.work, name], check=True)
        for engine in (engine for engine in options.engines.split(",") if can_run(engine, name)):
            keep(options.work, name, engine, fastest(options, name, engine))
    if options.docs:
        write_report(json.loads(results_file(options.work).read_text(encoding="utf-8")), options.docs)


def fastest(options: argparse.Namespace, name: str, engine: str) -> dict:
    """The result of the fastest of some runs."""
    results = [link(options, name, engine) for _ in range(options.repeat)]
    return min(results, key=lambda result: (result["cost"]["exit_code"] != 0, result["cost"]["wall_seconds"]))


def link(options: argparse.Namespace, name: str, engine: str) -> dict:
    """One run: its cost, the engine's own report, and its quality."""
    folder = options.work / (DATASETS[name].folder or name)
    out = options.work / "out" / name / engine
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    cost = measure.run(command(engine, name, folder, out), out / "log.txt", options.limit_seconds)
    result = {"cost": asdict(cost)}
    if cost.exit_code == 0:
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        result |= {key: report[key] for key in ("records", "pairs_compared", "seconds")}
        result["quality"] = evaluate(out, folder / "truth.parquet")
    print(f"{name:20}{engine:15}{summary(result)}", flush=True)
    return result


def evaluate(out: Path, truth: Path) -> dict:
    """The figures of evaluate.py, in a process of its own."""
    files = [out / "pairs.parquet", out / "clusters.parquet", truth]
    shown = subprocess.run([sys.executable, HERE / "evaluate.py", *files, "--json"], check=True, capture_output=True)
    return json.loads(shown.stdout)


def summary(result: dict) -> str:
    """One line for the terminal."""
    cost = result["cost"]
    line = f"{cost['wall_seconds']:8.1f} s {cost['peak_mib']:8,.0f} MiB"
    if "quality" not in result:
        return f"{line}   failed with exit code {cost['exit_code']}, see its log.txt"
    f1 = " ".join(f"{result['quality'][key]['f1']:.4f}" for key in ("best", "at_threshold", "clustered"))
    return f"{line} {result['pairs_compared']:12,} pairs   F1 best, .95, clusters: {f1}"


def results_file(work: Path) -> Path:
    """Where all results are kept."""
    return work / "results.json"


def keep(work: Path, name: str, engine: str, result: dict) -> None:
    """Add one result to those kept."""
    path = results_file(work)
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results.setdefault(name, {})[engine] = result
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
