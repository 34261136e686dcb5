"""A department's quality letter: what others deny in its records, how its deliveries went, why rows were of no use.

It lies beside the receipts, is written anew each night, needs no network, and holds counts alone.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from pipelines.home import Home
from pipelines.night_page import SIGNS
from quality.figures import NightFigures, Rows
from sources.reasons import REASONS
from sources.receipt_page import page, table
from sources.whole_files import write_text
from warehouse.survivorship_rules import load_rules

FILE: Final = "quality.html"
NIGHTS: Final = 14
"""Nights that a letter looks back."""


def write_letters(home: Home, night: str, figures: NightFigures) -> list[Path]:
    """Write the letters of all departments that the base knows, each in place of the one before."""
    written = []
    for department in (score["department"] for score in figures.scores):
        path = home.receipts / department / FILE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        write_text(path, letter_html(department, night, figures))
        written.append(path)
    return written


def letter_html(department: str, night: str, figures: NightFigures) -> str:
    """The letter of a department.

    Args:
        department: one of `figures.scores`.
        night: its label.
        figures: of that night.
    """
    return page(f"数据质量通报 {department} {night}", _parts(department, night, figures))


def _parts(department: str, night: str, figures: NightFigures) -> Iterator[str]:
    [score] = _of(figures.scores, department)
    yield f"<h1>数据质量通报 {escape(department)}</h1><p>批次 {night}</p>"
    share = f"{score['quarantined'] / score['rows']:.1%}" if score["rows"] else "—"
    yield table(("项目", "数量"), [
        ("本批次文件", f"{score['files']:,}"),
        ("本批次数据行", f"{score['rows']:,}"),
        ("其中不可用", f"{score['quarantined']:,}（{share}）"),
        ("库中由本部门记录的人员", f"{score['persons']:,}"),
        ("其中仅本部门记录", f"{score['alone']:,}"),
        ("本批次记录与其他记录关联的比例", f"{score['linked']:.1%}" if score["linked"] is not None else "—"),
    ], numbers=True)  # fmt: skip
    yield from _denials(department, figures)
    if reasons := _of(figures.reasons, department):
        told = [(REASONS[r["reason_code"]], r["rows"]) for r in reasons if r["reason_code"] in REASONS]
        yield "<h2>行不可用的主要原因</h2>"
        yield table(
            ("原因", "怎么办", "行数"), [(each.title_zh, each.how_to_fix_zh or "", f"{n:,}") for each, n in told]
        )
    if doubts := _of(figures.doubts, department):
        yield "<h2>请协助核对</h2><p>下列人员的记录之间有疑点，不一定是贵部门的记录有误。</p>"
        yield table(("疑点", "人数"), [(SIGNS[d["sign"]][0], f"{d['persons']:,}") for d in doubts], numbers=True)
    if drifts := _of(figures.drifts, department):
        yield "<h2>与往常不同</h2>"
        yield table(("指标", "本批次", "往常"), [
            (" ".join(filter(None, (d["metric"], d["extract"], d["item"]))), f"{d['value']:.4g}", f"{d['usual']:.4g}")
            for d in drifts
        ], numbers=True)  # fmt: skip
    if history := _of(figures.history, department)[-NIGHTS:]:
        yield "<h2>近期报送</h2>"
        yield table(("批次", "行数", "不可用"), [
            (h["night"], f"{h['rows'] or 0:,}", f"{h['quarantined'] or 0:.1%}") for h in reversed(history)
        ], numbers=True)  # fmt: skip


def _denials(department: str, figures: NightFigures) -> Iterator[str]:
    called = {attribute: rule.zh for attribute, rule in load_rules().items()}
    yield "<h2>其他部门有不同记载</h2>"
    if not (denials := _of(figures.denials, department)):
        yield "<p>没有。</p>"
        return
    yield "<p>下列记录与其他部门的多数记载不同，未被采用；逐行清单见同一文件夹的 conflicts.csv。请核对。</p>"
    lines = [
        (str(called.get(d["attribute"], d["attribute"])), f"{d['records']:,}", f"{d['persons']:,}") for d in denials
    ]
    yield table(("数据项", "记录数", "人数"), lines, numbers=True)


def _of(rows: Rows, department: str) -> Rows:
    return [row for row in rows if row["department"] == department]
