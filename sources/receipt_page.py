"""A receipt as a page to open in a browser: numbers, reasons, rows, what to do. It needs no network and no script."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from sources.reasons import REASONS

MOST_ROWS: Final = 200
"""Rows that the page shows; the CSV has all."""

STATUS: Final = {
    "accepted": "已接收",
    "refused": "未接收：整个文件退回",
    "duplicate": "未处理：内容与以前报送的文件相同",
}
_COUNTS: Final = {
    "delivered": "收到的行", "accepted": "采用的行", "repaired": "其中自动更正的行", "quarantined": "不可用的行",
    "non_data": "非数据行（标题、表头、合计、空行）",
}  # fmt: skip


def receipt_page(
    summary: Mapping[str, Any], header: Sequence[str], lines: Sequence[Sequence[str]], lines_in_all: int
) -> str:
    """The page of a receipt.

    Args:
        summary: of `sources.receipt.receipt_summary`.
        header: of the receipt's CSV.
        lines: the first of the same, values masked.
        lines_in_all: lines of the CSV.
    """
    title = f"回执 {summary['file']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="status {summary["status"]}">{STATUS[summary["status"]]}</p>',
        f"<p>部门 {escape(str(summary['department'] or '—'))} · 批次 {summary['night']}</p>",
    ]
    if summary["reason"]:
        parts.append(f"<p><b>{escape(summary['reason'])}</b> {escape(summary['how_to_fix'] or '')}</p>")
    if summary["extract"]:
        counts = [(word, f"{summary['rows'][name]:,}") for name, word in _COUNTS.items()]
        parts.append(table(("项目", "行数"), counts, numbers=True))
        parts.append("<p>收到的行 = 采用的行 + 不可用的行 + 非数据行</p>")
    if summary["quarantined_by_reason"]:
        reasons = [(*_told(code), f"{count:,}") for code, count in summary["quarantined_by_reason"].items()]
        parts.append("<h2>为什么有些行不可用</h2>" + table(("原因", "怎么办", "行数"), reasons))
    if summary["warnings"]:
        items = "".join(f"<li>{escape(text)}</li>" for text in summary["warnings"].values())
        parts.append(f"<h2>提示</h2><ul>{items}</ul>")
    if lines:
        parts.append("<h2>逐行说明</h2>")
        if lines_in_all > len(lines):
            parts.append(f"<p>共 {lines_in_all:,} 条，此处列出前 {len(lines)} 条，其余见同名 CSV 文件。</p>")
        parts.append(table(header, lines))
    return page(title, parts)


def _told(code: str) -> tuple[str, str]:
    reason = REASONS.get(code)
    return (reason.title_zh, reason.how_to_fix_zh) if reason else (code, "")


def page(title: str, parts: Iterable[str]) -> str:
    """A page for a department; its parts are HTML already."""
    return _PAGE.format(title=escape(title), body="\n".join(parts))


def table(header: Sequence[str], lines: Sequence[Sequence[str]], *, numbers: bool = False) -> str:
    """A table of texts; with `numbers`, all columns but the first are set as such."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    kind = ' class="number"' if numbers else ""
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind if place else ''}>{escape(cell)}</td>" for place, cell in enumerate(line)) + "</tr>"
        for line in lines
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape("、".join(header))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


_PAGE: Final = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #222; --paper: #fff; --soft: #f2f4f6; --line: #d5dade }}
@media (prefers-color-scheme: dark) {{
:root {{ --ink: #e8e8e8; --paper: #16191c; --soft: #23282d; --line: #3b434a }} }}
body {{ font: 16px/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 960px;
  margin: 1rem auto; padding: 0 1rem; overflow-wrap: anywhere }}
h1 {{ font-size: 1.25rem }} h2 {{ font-size: 1.05rem; margin-top: 1.6rem }}
.status {{ background: var(--soft); border-left: 5px solid #0a7e8c; padding: .4rem .8rem; font-weight: 600 }}
.status.refused {{ border-color: #b3261e }} .status.duplicate {{ border-color: #d9730d }}
.wide {{ overflow-x: auto }} table {{ border-collapse: collapse }}
th, td {{ text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top }}
.number {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
