"""Markdown tables of results. A run is what `run.link` returns; runs are {data set: {engine: run}}."""

from collections.abc import Callable

from engines import LABELS


def quality_table(runs: dict) -> str:
    """How well each engine linked each data set."""
    head = (
        "data set",
        "engine",
        "F1 best",
        "F1 at .95",
        "F1 clusters",
        "precision",
        "recall",
        "exact persons",
        "listed",
    )
    return _table(head, runs, _quality_cells)


def _quality_cells(run: dict) -> list[str]:
    quality = run["quality"]
    f1 = [f"{quality[key]['f1']:.4f}" for key in ("best", "at_threshold", "clustered")]
    clustered = [f"{quality['clustered'][key]:.4f}" for key in ("precision", "recall")]
    return [*f1, *clustered, f"{quality['exact_persons']:.4f}", f"{quality['found_rate']:.4f}"]


def cost_table(runs: dict) -> str:
    """What each engine took for each data set."""
    head = (
        "data set",
        "engine",
        "whole run",
        "train",
        "score",
        "cluster",
        "peak memory",
        "pairs",
        "pairs/s",
        "not compared",
    )
    return _table(head, runs, _cost_cells)


def _cost_cells(run: dict) -> list[str]:
    seconds, cost = run["seconds"], run["cost"]
    reduction = 1 - run["pairs_compared"] / run["quality"]["pairs_possible"]
    return [
        f"{cost['wall_seconds']:.1f} s",
        f"{cost['cpu_seconds']:.1f} s",
        *(f"{seconds[stage]:.1f} s" for stage in ("train", "score", "cluster")),
        f"{cost['peak_mib']:,.0f} MiB",
        f"{run['pairs_compared']:,}",
        f"{pairs_per_second(run):,.0f}",
        f"{100 * reduction:.4f} %",
    ]


def pairs_per_second(run: dict) -> float:
    """Pairs by the seconds in which they were found and scored."""
    return run["pairs_compared"] / max(run["seconds"]["block"] + run["seconds"]["score"], 0.01)


def ratio_table(runs: dict) -> str:
    """Ours to Splink's, or nothing where one of them is missing."""
    both = {name: run for name, run in runs.items() if all("quality" in run.get(e, {}) for e in ("ours", "splink"))}
    if not both:
        return ""
    ratios: dict[str, Callable[[dict], float]] = {
        "time": lambda run: run["cost"]["wall_seconds"],
        "processor": lambda run: run["cost"]["cpu_seconds"],
        "memory": lambda run: run["cost"]["peak_mib"],
        "pairs/s": pairs_per_second,
    }
    lines = [
        [name, *(f"{figure(run['ours']) / figure(run['splink']):.2f}" for figure in ratios.values())]
        for name, run in both.items()
    ]
    return _markdown(("ours to Splink", *ratios), lines)


def _table(head: tuple[str, ...], runs: dict, cells: Callable[[dict], list[str]]) -> str:
    lines = []
    for name, engines in runs.items():
        for engine, run in engines.items():
            shown = cells(run) if "quality" in run else ["failed", *[""] * (len(head) - 3)]
            lines.append([name, LABELS[engine], *shown])
    return _markdown(head, lines)


def _markdown(head: tuple[str, ...], lines: list[list[str]]) -> str:
    rule = ["---", "---", *["--:"] * (len(head) - 2)] if "engine" in head else ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [list(head), rule, *lines]) + "\n"
