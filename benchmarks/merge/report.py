"""The page of the results, written from the measurements alone, and its pictures."""

import math
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402 - after the choice of the backend

PICTURE = "merge_cost.png"
LARGEST_MIB = {1_000_000: 4 * 1024, 5_000_000: 12 * 1024}
"""What a merge of so many people may hold."""

HEAD = """# The nightly merge beside the bare scan

Written by `make bench-merge` from its measurements; do not edit by hand.

Fictitious cities of ten departments, merged from empty by `popbase run`: read, standardised, linked (the parameters are
learnt), history, checks and publication, through Dagster; then a second night, in which few rows differ. The *bare
scan* is DuckDB's own `read_csv` of the same files, as UTF-8, into tables of text, with two threads, in the
same run of the benchmark. Machine: {machine}. Ratios can be compared,
seconds only within a table. Memory is the resident set; DuckDB may hold 2 GiB of it (5.7 GiB for
five million people) and spills the rest to disk.
"""


def write_report(results: dict, docs: Path) -> None:
    """Write merge.md and its picture into a folder."""
    sizes = [results[name] for name in sorted((n for n in results if n.isdigit()), key=int)]
    parts = [HEAD.format(machine=_machine()), _sizes(sizes)]
    if len(sizes) > 1:
        _draw(sizes, docs / PICTURE)
        parts.append(f"![time and memory against people]({PICTURE})\n")
    parts += [_stages(size) for size in sizes]
    if unbounded := results.get("unbounded"):
        parts.append(_unbounded(unbounded))
    parts.append(_targets(sizes))
    (docs / "merge.md").write_text("\n".join(parts), encoding="utf-8")


def _sizes(sizes: Sequence[dict]) -> str:
    head = ("people", "rows", "MB", "bare scan s", "merge s", "× bare", "CPU s", "peak MiB", "rows/s", "MiB written")
    rows = [
        (
            f"{size['people']:,}",
            f"{size['full']['rows']:,}",
            f"{size['megabytes']:.0f}",
            f"{size['bare']:.1f}",
            f"{size['full']['wall']:.0f}",
            f"{size['full']['wall'] / size['bare']:.1f}",
            f"{size['full']['cpu']:.0f}",
            f"{size['full']['peak']:,.0f}",
            f"{size['full']['rows'] / size['full']['wall']:,.0f}",
            f"{size['full']['written']:,.0f}",
        )
        for size in sizes
    ]
    return "## From empty\n\n" + _table(head, rows)


def _stages(size: dict) -> str:
    full, changed = size["full"], size["changed"]
    head = ("stage", "wall s", "share", "× bare", "CPU s", "peak MiB", "rows/s", "MiB written", "next night s")
    rows = [
        (
            name,
            f"{stage['wall']:.1f}",
            f"{stage['wall'] / full['wall']:.0%}",
            f"{stage['wall'] / size['bare']:.1f}",
            f"{stage['cpu']:.1f}",
            f"{stage['peak']:,.0f}",
            f"{full['rows'] / stage['wall']:,.0f}",
            f"{stage['written']:,.0f}",
            f"{changed['stages'][name]['wall']:.1f}" if changed else "",
        )
        for name, stage in full["stages"].items()
    ]
    later = f"{_outside(changed):.1f}" if changed else ""
    rows.append(("outside", f"{_outside(full):.1f}", f"{_outside(full) / full['wall']:.0%}", *[""] * 5, later))
    return (
        f"## {size['people']:,} people, by stage\n\n"
        + _table(head, rows)
        + f"\n*Standardise* includes {full['checks_of_departments']:.1f} s of checks. *Outside* are imports, "
        f"Dagster and the report; between the steps Dagster takes {full['between_steps']:.1f} s. "
        f"{_later(full, changed)}\n"
    )


def _outside(night: dict) -> float:
    return night["wall"] - sum(stage["wall"] for stage in night["stages"].values())


def _later(full: dict, changed: dict | None) -> str:
    if changed is None:
        return "Its next night was not measured."
    return (
        f"Its next night has {changed['rows']:,} rows ({changed['rows'] / full['rows']:.1%}) and takes "
        f"{changed['wall']:.0f} s ({changed['wall'] / full['wall']:.1%}), of which Dagster takes "
        f"{changed['between_steps']:.1f} s between the steps."
    )


def _unbounded(result: dict) -> str:
    bounded, unbounded = result["bounded"], result["unbounded"]
    differ = "no table differs" if not result["differ"] else f"{', '.join(result['differ'])} differ"
    return (
        "## With DuckDB's memory bounded, and not\n\n"
        f"{result['people']:,} people, merged with 2 GiB for DuckDB ({bounded['wall']:.0f} s, {bounded['peak']:,.0f} "
        f"MiB in all) and with as much as it likes ({unbounded['wall']:.0f} s, {unbounded['peak']:,.0f} MiB): of "
        f"{result['tables']} published tables with {result['rows']:,} rows, compared by sums of their rows' hashes, "
        f"{differ}.\n"
    )


def _targets(sizes: Sequence[dict]) -> str:
    rows: list[tuple[str, ...]] = []
    for size in sizes:
        full, changed, people = size["full"], size["changed"], f"{size['people']:,} people"
        checks = full["checks_of_departments"] + full["stages"]["checks"]["wall"]
        rows += [
            (f"{people}: merge", "at most 8 × bare, 15 × at worst", f"{full['wall'] / size['bare']:.1f} ×"),
            (
                f"{people}: next night",
                "at most 4 % of the merge",
                f"{changed['wall'] / full['wall']:.1%}" if changed else "not measured",
            ),
            (f"{people}: publication", "at most 10 %", f"{full['stages']['publish']['wall'] / full['wall']:.1%}"),
            (f"{people}: checks", "at most 15 %", f"{checks / full['wall']:.1%}"),
            (f"{people}: Dagster between the steps", "at most 3 s", f"{full['between_steps']:.1f} s"),
        ]
        if largest := LARGEST_MIB.get(size["people"]):
            rows.append((f"{people}: memory", f"below {largest:,} MiB", f"{full['peak']:,.0f} MiB"))
    if len(sizes) > 1:
        rows.append(("exponent of time", "at most 1.05", f"{_exponent(sizes, 'wall'):.2f}"))
    return "## Against the targets\n\n" + _table(("what", "target", "measured"), rows)


def _exponent(sizes: Sequence[dict], what: str) -> float:
    """The slope of the least squares line through the logarithms of people and cost."""
    points = [(math.log(size["people"]), math.log(size["full"][what])) for size in sizes]
    middle_x, middle_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2 for x, _ in points)


def _draw(sizes: Sequence[dict], path: Path) -> None:
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    people = [size["people"] for size in sizes]
    for axes, what, title in ((panels[0], "wall", "whole merge, seconds"), (panels[1], "peak", "peak memory, MiB")):
        values = [size["full"][what] for size in sizes]
        label = f"exponent {_exponent(sizes, what):.2f}"
        axes.plot(people, values, color="#0b6e4f", marker="o", label=label)
        axes.set(title=title, xlabel="people", xscale="log", yscale="log")
        axes.grid(visible=True, which="both", alpha=0.25)
    panels[0].plot(people, [size["bare"] for size in sizes], color="#c8553d", marker="s", label="bare scan")
    for axes in panels:
        axes.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _machine() -> str:
    return (
        f"{os.cpu_count()} shared cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
