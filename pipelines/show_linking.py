"""What `popbase link` found, for a person at a terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show_linkage(out: Console, folder: Path, report: Mapping[str, Any]) -> None:
    """Print counts, the plan of the blocking, warnings, and where the results are."""
    seconds = ", ".join(f"{step} {took:.1f} s" for step, took in report["seconds"].items())
    out.print(
        f"{report['records']:,} records → {report['clusters']:,} clusters; "
        f"{report['pairs_compared']:,} of {report['pairs_possible']:,} pairs compared"
    )
    plan = Table("blocking rule", "blocks", "pairs", "split", "skipped")
    for rule in report["blocking"]:
        counts = (f"{rule[name]:,}" for name in ("blocks", "pairs", "blocks_split", "blocks_skipped"))
        plan.add_row(escape(rule["rule"]), *counts)
    out.print(plan)
    for warning in report["warnings"]:
        out.print(f"[yellow]note:[/] {escape(warning)}", highlight=False)
    out.print(f"{seconds}\nresults in {folder}", highlight=False)
