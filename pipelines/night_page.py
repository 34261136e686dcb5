"""The report of a night as one HTML page that needs no network, as plain text for mail, and an index of all nights.

Chinese first, English beside it; light and dark; every chart with its table. Counts only: what is shown is a report
(`pipelines.report`), figures (`quality.figures`) and published statistics, in which small counts are hidden.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from pipelines.home import Home
from pipelines.report import CheckLine, NightReport, read_reports
from pipelines.vega import vega_script
from quality.advice import advice
from quality.figures import NightFigures, Rows
from sources.reasons import REASONS
from sources.whole_files import write_text

STATUS: Final = {
    "published": ("已发布", "published"),
    "overridden": ("经人工批准发布", "published on somebody's word, against a check"),
    "blocked": ("未发布：检查未通过，沿用上一批次", "not published: a check failed; the base of before stays"),
    "failed": ("失败：沿用上一批次", "failed; the base of before stays"),
}
CHANGES: Final = {
    "arrival": "新增", "birth": "出生", "death": "死亡", "departure": "离开", "return": "返回", "move": "迁居",
    "marriage": "结婚", "divorce": "离婚", "widowhood": "丧偶", "registration": "户口变动", "correction": "更正",
    "merge": "并入", "restore": "恢复", "split": "分出", "withdrawal": "报送撤回",
}  # fmt: skip
SIGNS: Final = {
    "several_numbers": ("一人多号", "persons with several citizen numbers"),
    "several_births": ("一人多个出生日期", "persons with three birth dates or more"),
    "both_sexes": ("性别不一", "persons with both sexes"),
    "very_many_records": ("记录过多", "persons of more than 30 records"),
    "alike_and_apart": ("疑似一人未合并", "pairs alike in name, birth date and dwelling, and apart"),
}


@dataclass(frozen=True)
class Residents:
    """What the published base says, with small counts hidden: the age pyramid, and combinations of departments."""

    pyramid: Rows
    coverage: Rows


@dataclass(frozen=True)
class Thresholds:
    """The odds, in bits, from which on a pair is linked, and from which on it is reviewed."""

    link: float
    review: float


def write_night_page(
    home: Home, report: NightReport, figures: NightFigures, residents: Residents, thresholds: Thresholds
) -> Path:
    """Write the page and the text of a night, and the index of all nights; the path of the page."""
    page = home.reports / f"night_{report.night}.html"
    write_text(page, night_html(report, figures, residents, thresholds))
    write_text(page.with_suffix(".txt"), night_text(report, figures))
    write_text(home.reports / "index.html", index_html(read_reports(home)))
    return page


def night_text(report: NightReport, figures: NightFigures) -> str:
    """The night in plain text, for mail."""
    chinese, english = STATUS[report.status]
    people = report.persons
    lines = [
        f"人口基础信息库 {report.night}: {chinese} / {english}",
        f"人数 persons {people.get('persons', 0):,} "
        + ", ".join(f"{name} {count:+,}" for name, count in people.items() if name != "persons" and count),
        "变动 changes: " + (", ".join(f"{_change(e['change'])} {e['persons']:,}" for e in figures.events) or "-"),
        "",
        "部门 department: 行 rows, 不可用 unusable",
        *(f"  {s['department']}: {s['rows']:,}, {s['quarantined']:,}" for s in figures.scores if s["files"]),
        "",
        *(f"检查 check {line.check}: {_rules(line)} -> {_advice(line)}" for line in report.checks_failed),
        *(f"异常 drift {_drift(drift)}" for drift in figures.drifts),
    ]
    return "\n".join(lines).rstrip() + "\n"


def index_html(reports: Sequence[NightReport]) -> str:
    """All nights, newest first."""
    rows = [
        (
            f'<a href="night_{each.night}.html">{each.night}</a>',
            f'<span class="status {each.status}">{STATUS[each.status][0]}</span>',
            f"{len(each.files):,}", f"{each.persons.get('persons', 0):,}", f"{len(each.checks_failed):,}",
            f"{each.seconds:.0f}",
        )
        for each in reversed(reports)
    ]  # fmt: skip
    heads = ("批次 night", "状态 status", "文件 files", "人数 persons", "未通过检查 checks failed", "秒 seconds")
    return _page("各批次 · All nights", _table(heads, rows, numbers=4), [])


def night_html(report: NightReport, figures: NightFigures, residents: Residents, thresholds: Thresholds) -> str:
    """The page of a night."""
    from pipelines import night_charts as charts

    chinese, english = STATUS[report.status]
    body = _Body()
    body.add(f'<p class="status {report.status}">{chinese}<br><span lang="en">{english}</span></p>')
    if report.failure:
        body.add(f"<p>{escape(report.failure)}</p>")
    _changes(body, report, figures)
    _checks(body, report, figures)
    _scorecards(body, figures)
    body.head("趋势", "Trends")
    body.chart("各部门行数", "Rows by department", charts.history(figures.history, "rows", "Rows by department", "~s"))
    shares = [row for row in figures.history if row["quarantined"] is not None]
    body.chart("不可用行占比", "Share of unusable rows", charts.history(shares, "quarantined", "Unusable rows", ".0%"))
    body.table(("批次 night", "部门 department", "行 rows", "不可用 unusable"), [
        (row["night"], row["department"], _count(row["rows"]), _share(row["quarantined"])) for row in figures.history
    ])  # fmt: skip
    body.head("人口", "Population")
    if residents.pyramid:
        body.chart("常住人口年龄金字塔", "Residents by age and sex", charts.pyramid(residents.pyramid))
        body.table(("年龄 age", "性别 sex", "人数 persons"), [
            (row["age_band"], row["sex"], _count(row["count"])) for row in residents.pyramid
        ])  # fmt: skip
    if any(row["count"] for row in residents.coverage):
        body.chart("部门覆盖组合", "Who knows whom", charts.combinations(residents.coverage))
        body.table(("部门组合 departments", "人数 persons"), [
            (row["departments"], _count(row["count"])) for row in residents.coverage[:50]
        ])  # fmt: skip
    _linkage(body, figures, thresholds)
    return _page(f"人口基础信息库 · {report.night}", "\n".join(body.parts), body.charts)


def _changes(body: "_Body", report: NightReport, figures: NightFigures) -> None:
    body.head("今晚变化", "What changed")
    people = report.persons
    names = {"new": "新增 new", "merged": "并入 merged", "split": "分出 split", "withdrawn": "撤回 withdrawn"}
    cells = [("人数 persons", _count(people.get("persons")))]
    cells += [(names[name], _count(people.get(name))) for name in names if people.get(name) is not None]
    cells += [(_change(event["change"]), _count(event["persons"])) for event in figures.events]
    body.add('<dl class="tiles">' + "".join(f"<div><dt>{n}</dt><dd>{v}</dd></div>" for n, v in cells) + "</dl>")


def _checks(body: "_Body", report: NightReport, figures: NightFigures) -> None:
    body.head("检查", "Checks")
    body.add(f"<p>{report.checks_passed:,} 项通过 passed · {len(report.checks_failed):,} 项未通过 failed</p>")
    if report.checks_failed:
        body.add(_table(
            ("检查 check", "未通过规则 failed rules", "怎么办 what to do"),
            [(("⛔ " if c.is_blocking else "⚠ ") + escape(c.check), escape(_rules(c)), escape(_advice(c)))
             for c in report.checks_failed],
        ))  # fmt: skip
    if figures.drifts:
        body.add(_table(("与往常不同 unlike other nights",), [(escape(_drift(drift)),) for drift in figures.drifts]))


def _scorecards(body: "_Body", figures: NightFigures) -> None:
    body.head("各部门", "Departments")
    heads = (
        "部门 department", "文件 files", "行 rows", "不可用 unusable", "有效人数 persons", "仅此部门 alone",
        "与他部门矛盾 denied", "关联率 linked", "主要原因 reasons",
    )  # fmt: skip
    body.add(_table(heads, [
        (s["department"], _count(s["files"]), _count(s["rows"]), _count(s["quarantined"]), _count(s["persons"]),
         _count(s["alone"]), _count(s["conflicts"]), _share(s["linked"]), _reasons(figures.reasons, s["department"]))
        for s in figures.scores
    ], numbers=7))  # fmt: skip


def _linkage(body: "_Body", figures: NightFigures, thresholds: Thresholds) -> None:
    from pipelines import night_charts as charts

    body.head("关联质量", "Linkage")
    if figures.weights:
        chart = charts.weights(figures.weights, thresholds.link, thresholds.review)
        body.chart("匹配权重分布与门限", "Match weights and thresholds", chart)
        body.table(("权重 bits", "对数 pairs"), [(str(row["bits"]), _count(row["pairs"])) for row in figures.weights])
    body.add(_table(
        ("分组 group", "对数 pairs", "误匹配率 wrong (95 %)", "漏匹配率 missed (95 %)"),
        [(f"{e['group_kind']}: {e['group_name']}", _count(e["pairs"]), _interval(e, "false_match"),
          _interval(e, "missed_match")) for e in figures.errors],
        numbers=1,
    ))  # fmt: skip
    body.add(_table(("疑似问题 signs", "数量 found"), [
        (f"{SIGNS[c['sign']][0]} <span lang='en'>{SIGNS[c['sign']][1]}</span>", _count(c["found"]))
        for c in figures.clusters
    ], numbers=1))  # fmt: skip
    body.add(_table(("部门 department", "疑点 signs", "人数 persons"), [
        (d["department"], SIGNS[d["sign"]][0], _count(d["persons"])) for d in figures.doubts
    ]))  # fmt: skip
    if figures.agreement:
        body.chart("部门间姓名一致率", "Agreement of departments", charts.agreement(figures.agreement))
        body.table(("部门 one", "部门 other", "共有 persons", "姓名 name", "出生 birth", "号码 number"), [
            (a["one"], a["other"], _count(a["persons"]), _share(a["name"]), _share(a["birth_date"]),
             _share(a["citizen_id"])) for a in figures.agreement
        ])  # fmt: skip


class _Body:
    """The parts of a page, and its charts in their order."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.charts: list[dict[str, Any]] = []

    def add(self, html: str) -> None:
        self.parts.append(html)

    def head(self, chinese: str, english: str) -> None:
        self.add(f'<h2>{chinese} <span lang="en">{english}</span></h2>')

    def chart(self, chinese: str, english: str, spec: dict[str, Any]) -> None:
        """A chart with its title; its table should follow."""
        place = f'<div id="chart{len(self.charts)}"></div>'
        self.add(
            f'<figure><figcaption>{chinese} <span lang="en">{english}</span></figcaption>'
            f'<div class="wide" tabindex="0" role="region" aria-label="{english}">{place}</div></figure>'
        )
        self.charts.append(spec)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """The figures of a chart, folded away."""
        self.add(f"<details><summary>数据 figures</summary>{_table(heads, list(rows))}</details>")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """A table whose `numbers` columns from the second on stand right; it scrolls by itself on a narrow page."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    lines = (
        "".join(
            f'<td class="number">{cell}</td>' if 0 < n <= numbers else f"<td>{cell}</td>" for n, cell in enumerate(row)
        )
        for row in rows
    )
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{", ".join(heads)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _interval(row: dict[str, Any], name: str) -> str:
    """A rate with its interval; few pairs give none."""
    rate, low, high = (row[f"{name}_{part}"] for part in ("rate", "low", "high"))
    return "–" if None in (rate, low, high) else f"{rate:.2%} ({low:.2%}–{high:.2%})"


def _change(name: str) -> str:
    return f"{CHANGES[name]} {name}"


def _drift(row: dict[str, Any]) -> str:
    place = "/".join(filter(None, (row["department"], row["extract"], row["item"])))
    return f"{row['metric']} {place}: {row['value']:.4g}, 往常 usual {row['usual']:.4g} ({row['nights']})"


def _reasons(rows: Rows, department: str) -> str:
    own = ((row["reason_code"], row["rows"]) for row in rows if row["department"] == department)
    return "; ".join(f"{escape(REASONS[code].title_zh if code in REASONS else code)} {count:,}" for code, count in own)


def _rules(line: CheckLine) -> str:
    return ", ".join(f"{name} ({found})" for name, found in line.failed_rules.items())


def _advice(line: CheckLine) -> str:
    return advice(line.check, is_blocking=line.is_blocking)


def _page(title: str, body: str, charts: Sequence[dict[str, Any]]) -> str:
    script = ""
    if charts:
        specs = json.dumps(charts, ensure_ascii=True).replace("<", "\\u003c")
        script = f"<script>{vega_script()}</script>\n<script>{_DRAW.replace('SPECS', specs)}</script>"
    return _PAGE.format(title=title, body=body, script=script)


_DRAW: Final = """
const specs = SPECS;
const dark = matchMedia("(prefers-color-scheme: dark)");
function draw() {
  const ink = dark.matches ? "#e8e8e8" : "#222", line = dark.matches ? "#555" : "#ccc";
  const config = {
    background: "transparent", view: {stroke: null},
    axis: {labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, labelLimit: 160},
    legend: {labelColor: ink, titleColor: ink}, header: {labelColor: ink, titleColor: ink},
  };
  const options = {actions: false, renderer: "svg", config: config};
  specs.forEach((spec, at) => vegaEmbed("#chart" + at, spec, options).catch(console.error));
}
draw();
dark.addEventListener("change", draw);
"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #222; --paper: #fff; --soft: #f2f4f6; --line: #d5dade; --dim: #555e67 }}
@media (prefers-color-scheme: dark) {{
:root {{ --ink: #e8e8e8; --paper: #16191c; --soft: #23282d; --line: #3b434a; --dim: #aab3bb }} }}
body {{ font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px;
  margin: 1.2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.35rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid var(--line) }}
[lang=en] {{ color: var(--dim); font-weight: 400; font-size: .92em }}
.status {{ background: var(--soft); border-left: 5px solid #0a7e8c; padding: .5rem .8rem }}
.status.blocked, .status.failed {{ border-color: #b3261e }} .status.overridden {{ border-color: #d9730d }}
span.status {{ padding: .1rem .5rem }}
a {{ color: inherit }}
.tiles {{ display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0 }}
.tiles div {{ background: var(--soft); padding: .4rem .8rem; border-radius: 4px; min-width: 6.5rem }}
.tiles dt {{ color: var(--dim); font-size: .85rem }}
.tiles dd {{ margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums }}
.wide {{ overflow-x: auto; margin: .6rem 0 }}
table {{ border-collapse: collapse; font-size: .92rem }}
th, td {{ text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }}
figure {{ margin: 1rem 0 .3rem }} figcaption {{ font-weight: 600 }}
details {{ margin-bottom: 1rem }} summary {{ cursor: pointer; color: var(--dim) }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
{script}
</body>
</html>
"""
