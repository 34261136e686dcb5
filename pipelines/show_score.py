"""A score as tables."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from matching.evaluation import ClusterScore, Score, ScoreReport


def show_score(console: Console, report: ScoreReport) -> None:
    """Print all figures of a report."""
    pairs = ("mentions", "true pairs", "linked pairs", "precision", "recall", "F1")
    _show(console, "Pairs", pairs, [report.overall])
    _show(console, "Pairs by the harder of their mentions", pairs, report.by_difficulty)
    _show(console, "Pairs with a mention of", pairs, report.by_department)
    _show_clusters(console, report.clusters)
    if report.missing_mentions:
        console.print(f"{report.missing_mentions:,} mentions of the truth have no row in the crosswalk", style="yellow")


def _show(console: Console, title: str, names: Sequence[str], scores: Sequence[Score]) -> None:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(min_width=21)
    for name in names:
        table.add_column(name, justify="right")
    for score in scores:
        counts = (score.mentions, score.true_pairs, score.linked_pairs)
        rates = (score.precision, score.recall, score.f1)
        table.add_row(score.group, *(f"{count:,}" for count in counts), *(f"{rate:.5f}" for rate in rates))
    console.print(table)


def _show_clusters(console: Console, clusters: ClusterScore) -> None:
    names = ("persons", "clusters", "exact", "precision", "recall", "F1")
    table = Table(*names, title="Clusters", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    precision, recall = clusters.precision, clusters.recall
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    counts = (clusters.persons, clusters.clusters, clusters.exact)
    table.add_row(*(f"{count:,}" for count in counts), f"{precision:.5f}", f"{recall:.5f}", f"{f1:.5f}")
    console.print(table)
