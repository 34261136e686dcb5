"""An explanation as one HTML page with charts that needs no network."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from matching.waterfall import Waterfall
from pipelines.explaining import PairReport, PersonReport
from pipelines.show_explain import (
    Bar,
    Block,
    describe,
    Fall,
    Grid,
    Heading,
    neutral_words,
    waterfall_bars,
    Words,
)
from pipelines.vega import vega_script

FOR, AGAINST, TOTAL = "for one person", "against it", "sum"
COLOURS: Final = {FOR: "#0a7e8c", AGAINST: "#d9730d", TOTAL: "#5f6b76"}
"""Green-blue and orange: told apart by all kinds of colour vision, and in print."""


def write_page(path: Path, report: PersonReport | PairReport) -> None:
    """Write an explanation as one HTML file, for its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    page = page_html(describe(report))
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(page, encoding="utf-8")


def waterfall_chart(waterfall: Waterfall, least: float) -> Any:  # noqa: ANN401 - altair is imported only for a page
    """A waterfall as an altair chart: bits to the right speak for one person, bits to the left against it."""
    import altair as alt

    bars = waterfall_bars(waterfall)
    rows = [_chart_row(bar) for bar in bars]
    order = [row["part"] for row in rows]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y(
            "part:N", sort=order, title=None, axis=alt.Axis(labelLimit=320, ticks=False, domain=False, labelPadding=8)
        )
    )
    axis = alt.Axis(grid=True, tickCount=12)
    boxes = base.mark_bar(height={"band": 0.72}, cornerRadius=1).encode(
        x=alt.X(
            "start:Q", title="bits: log2 of the odds that it is one person", axis=axis, scale=alt.Scale(padding=44)
        ),
        x2="end:Q",
        color=alt.Color(
            "sign:N",
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
            legend=alt.Legend(title=None, orient="bottom"),
        ),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("part", "bits", "odds so far", "values", "says")],
    )
    labels = [
        base.transform_filter(f"datum.side == '{side}'")
        .mark_text(align="left" if dx > 0 else "right", dx=dx, baseline="middle", fontSize=11, color="#222")
        .encode(x="edge:Q", text="label:N")
        for side, dx in (("right", 4), ("left", -4))
    ]
    marks = alt.Chart(alt.InlineData(values=[{"least": least, "zero": 0, "text": f"one person from {least:+.1f}"}]))
    rules = [
        marks.mark_rule(color="#999").encode(x="zero:Q"),
        marks.mark_rule(strokeDash=[5, 4], color="#222").encode(x="least:Q"),
        marks.mark_text(align="center", baseline="bottom", fontSize=11).encode(
            x="least:Q", y=alt.value(-4), text="text:N"
        ),
    ]
    return (
        alt.layer(rules[0], boxes, *labels, *rules[1:])
        .properties(width=620, height=alt.Step(24))
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridColor="#e6e6e6")
    )


def _chart_row(bar: Bar) -> dict[str, Any]:
    """Labels stand where the bar points to."""
    label = f"{bar.bits:+.1f}".replace("-", "\N{MINUS SIGN}")
    sign = TOTAL if bar.kind == "sum" else FOR if bar.bits >= 0 else AGAINST
    return {
        "part": bar.label, "start": bar.start, "end": bar.end, "sign": sign, "edge": bar.end,
        "side": "right" if bar.end >= bar.start else "left", "label": label, "bits": f"{bar.bits:+.2f}",
        "odds so far": f"{bar.end:+.2f}", "values": bar.values, "says": bar.sentence,
    }  # fmt: skip


def page_html(blocks: Sequence[Block]) -> str:
    """Blocks as one HTML page. Scripts are in it, and its own policy keeps it from loading anything."""
    body: list[str] = []
    charts: list[Any] = []
    for block in blocks:
        if isinstance(block, Fall):
            body.append(f'<div id="chart{len(charts)}" class="chart"></div>')
            charts.append(waterfall_chart(block.waterfall, block.least).to_dict())
        body.append(_html(block))
    specs = json.dumps(charts, ensure_ascii=True).replace("<", "\\u003c")
    title = next((escape(block.text) for block in blocks if isinstance(block, Heading)), "")
    return _PAGE.format(title=title, body="\n".join(body), script=vega_script(), specs=specs)


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Words):
        return f'<p class="{"dim" if block.is_dim else "words"}">{escape(block.text)}</p>'
    if isinstance(block, Grid):
        return _html_table(block)
    rows = tuple(
        ("" if bar.kind == "sum" else f"{bar.bits:+.2f}", f"{bar.end:+.2f}", bar.label, bar.values, bar.sentence)
        for bar in waterfall_bars(block.waterfall)
    )
    table = Grid(("bits", "sum", "evidence", "values", "what it says"), rows, frozenset({"bits", "sum"}))
    neutral = neutral_words(block.waterfall)
    return _html_table(table) + (f'\n<p class="dim">{escape(neutral)}</p>' if neutral else "")


def _html_table(grid: Grid) -> str:
    classes = [' class="right"' if name in grid.right else "" for name in grid.columns]
    head = "".join(f"<th{style}>{escape(name)}</th>" for name, style in zip(grid.columns, classes, strict=True))
    rows = (
        "".join(f"<td{style}>{escape(text)}</td>" for text, style in zip(row, classes, strict=True))
        for row in grid.rows
    )
    return f"<table><tr>{head}</tr>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1060px; margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #ccc }}
h3 {{ font-size: 1rem; margin-bottom: .3rem }}
table {{ border-collapse: collapse; margin: .5rem 0 1rem }}
th, td {{ text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #e6e6e6; vertical-align: top }}
th {{ font-weight: 600 }} .right {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }}
.dim {{ color: #666; font-size: .9rem }} .chart {{ margin: .5rem 0 }}
</style>
</head>
<body>
{body}
<script>{script}</script>
<script>
const specs = {specs};
const options = {{actions: false, renderer: "svg"}};
specs.forEach((spec, at) => vegaEmbed("#chart" + at, spec, options).catch(console.error));
</script>
</body>
</html>
"""
