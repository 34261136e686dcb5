"""Pictures of the results: cost by size, and how far probabilities can be believed."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402 - after the choice of the backend
from engines import LABELS  # noqa: E402
from matplotlib.ticker import LogLocator, NullFormatter  # noqa: E402

SERIES = {"ours": ("#0b6e4f", "o", "-"), "splink": ("#c8553d", "s", "--")}
SIZES = {"100,000": 100_000, "1 million": 1_000_000, "5 million": 5_000_000}
SIZED = ("chinese_100k", "chinese_1m", "chinese_5m")
BELIEVED = {"chinese_hard_1m": "two files, hard, 1 million records", "city_1m": "one city, 1 million mentions"}
LEAST_PAIRS = 30


def draw_costs(results: dict, path: Path) -> bool:
    """Time and memory against the number of records; says whether there was anything to draw."""
    figure, (time_axes, memory_axes) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    drawn = False
    for engine, (colour, marker, line) in SERIES.items():
        runs = [results[name][engine] for name in SIZED if "quality" in results.get(name, {}).get(engine, {})]
        if not runs:
            continue
        drawn = True
        records = [run["records"] for run in runs]
        style = {"color": colour, "marker": marker, "linestyle": line, "label": LABELS[engine]}
        time_axes.plot(records, [run["cost"]["wall_seconds"] for run in runs], **style)
        memory_axes.plot(records, [run["cost"]["peak_mib"] / 1024 for run in runs], **style)
    for axes, title in ((time_axes, "whole run, seconds"), (memory_axes, "peak memory, GiB")):
        axes.set(title=title, xlabel="records", xscale="log", yscale="log")
        axes.set_xticks(list(SIZES.values()), list(SIZES))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(visible=True, which="both", alpha=0.25)
        axes.legend()
    return _save(figure, path, drawn)


def draw_reliability(results: dict, path: Path) -> bool:
    """Predicted probability against the observed share of true pairs, in 20 bins."""
    figure, panels = plt.subplots(1, len(BELIEVED), figsize=(9, 4.2), layout="constrained")
    drawn = False
    for axes, (name, title) in zip(panels, BELIEVED.items(), strict=True):
        axes.plot([0, 1], [0, 1], color="#888888", linewidth=1, label="as predicted")
        for engine, (colour, marker, line) in SERIES.items():
            quality = results.get(name, {}).get(engine, {}).get("quality")
            if quality is None:
                continue
            drawn = True
            bins = [row for row in quality["reliability"] if row[2] >= LEAST_PAIRS]
            style = {"color": colour, "marker": marker, "linestyle": line, "label": LABELS[engine]}
            axes.plot([row[0] for row in bins], [row[1] for row in bins], markersize=4, **style)
        axes.set(title=title, xlabel="predicted match probability", ylabel="observed share of true pairs")
        axes.grid(visible=True, alpha=0.25)
        axes.legend()
    return _save(figure, path, drawn)


def _save(figure: plt.Figure, path: Path, drawn: bool) -> bool:
    if drawn:
        figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
    return drawn
