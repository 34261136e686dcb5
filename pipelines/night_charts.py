"""The charts of a night's page, as Vega-Lite of small tables. Colours suit a light and a dark page."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

Rows = Sequence[dict[str, Any]]
Spec = dict[str, Any]

ONE, OTHER, QUIET = "#0a7e8c", "#d9730d", "#8a94a0"
"""Green-blue, orange and grey: told apart by all kinds of colour vision, on white and on black."""
WIDTH: Final = 340
MOST_COMBINATIONS: Final = 15


def pyramid(rows: Rows) -> Spec:
    """Residents by age band and sex; `rows`: age_band, sex (male, female), count (null where hidden)."""
    bands = sorted({row["age_band"] for row in rows}, reverse=True)
    data = [{**row, "shown": (row["count"] or 0) * (-1 if row["sex"] == "male" else 1)} for row in rows]
    chart: Any = _chart(data, "Residents by age and sex; hidden counts are left out").mark_bar().encode(
        y=alt.Y("age_band:N", sort=bands, title=None),
        x=alt.X("shown:Q", title="男 male · 女 female", axis=alt.Axis(format="~s", labelExpr="abs(datum.value)")),
        color=alt.Color("sex:N", scale=alt.Scale(domain=["male", "female"], range=[ONE, OTHER]), legend=None),
    )  # fmt: skip
    spec: Spec = chart.to_dict()
    return spec


def combinations(rows: Rows) -> Spec:
    """An UpSet chart of the commonest combinations of departments; `rows`: departments (a + b), count.

    Source: Lex, Gehlenborg, Strobelt, Vuillemot & Pfister (2014), UpSet: Visualization of Intersecting Sets.
    """
    told = sorted((row for row in rows if row["count"]), key=lambda row: -row["count"])[:MOST_COMBINATIONS]
    order = [row["departments"] for row in told]
    names = sorted({name for row in told for name in row["departments"].split(" + ")})
    dots = [
        {"departments": each, "department": name, "held": name in each.split(" + ")} for each in order for name in names
    ]
    x = alt.X("departments:N", sort=order, axis=None)
    bars = _chart(told, "Persons by combination of departments that know them").mark_bar(color=ONE).encode(
        x=x, y=alt.Y("count:Q", title="人数 persons", axis=alt.Axis(format="~s"))
    )  # fmt: skip
    matrix = _chart(dots, "").mark_circle(size=55, opacity=1).encode(
        x=x,
        y=alt.Y("department:N", sort=names, title=None),
        color=alt.Color("held:N", scale=alt.Scale(domain=[True, False], range=[ONE, "#c8ced4"]), legend=None),
    )  # fmt: skip
    chart: Any = alt.vconcat(bars.properties(height=130), matrix.properties(height=14 * len(names)), spacing=4)
    spec: Spec = chart.to_dict()
    return spec


def weights(rows: Rows, link: float, review: float) -> Spec:
    """Compared pairs by odds; `rows`: bits, pairs. The rules stand at the odds of review and of linking, in bits."""
    bars = _chart(rows, "Compared pairs by match weight, in bits of odds").mark_bar(color=ONE, size=12).encode(
        x=alt.X("bits:Q", title="匹配权重 match weight (bits)"),
        y=alt.Y("pairs:Q", title="对数 pairs", axis=alt.Axis(format="~s")),
    )  # fmt: skip
    marks = [{"at": review, "name": "review"}, {"at": link, "name": "link"}]
    rules = _chart(marks, "").mark_rule(color=OTHER, strokeDash=[4, 3]).encode(x="at:Q")
    chart: Any = alt.layer(bars, rules)
    spec: Spec = chart.to_dict()
    return spec


def history(rows: Rows, value: str, title: str, number_format: str) -> Spec:
    """A small line for each department over the nights; `rows`: night, department and the value."""
    chart: Any = (
        _chart(rows, title)
        .mark_line(color=ONE, point=alt.OverlayMarkDef(size=14, color=ONE))
        .encode(
            x=alt.X("night:T", title=None, axis=alt.Axis(format="%m-%d", tickCount=4)),
            y=alt.Y(
                f"{value}:Q",
                title=None,
                axis=alt.Axis(format=number_format, tickCount=3),
                scale=alt.Scale(type="symlog"),  # a first delivery of everything would flatten all others
            ),
        )
        .properties(width=140, height=56)
        .facet(facet=alt.Facet("department:N", title=None), columns=2, spacing=14)
        .resolve_scale(y="independent")
    )
    spec: Spec = chart.to_dict()
    return spec


def agreement(rows: Rows) -> Spec:
    """How often two departments say the same name; `rows`: one, other, name (0 to 1)."""
    both = [*rows, *({**row, "one": row["other"], "other": row["one"]} for row in rows)]
    chart: Any = _chart(both, "Share of shared persons of whom two departments say the same name").mark_rect().encode(
        x=alt.X("one:N", title=None),
        y=alt.Y("other:N", title=None),
        color=alt.Color(
            "name:Q",
            scale=alt.Scale(domain=[0.9, 1], clamp=True, scheme="teals"),
            legend=alt.Legend(title="姓名一致 same name", format=".0%", orient="bottom"),
        ),
    )  # fmt: skip
    spec: Spec = chart.to_dict()
    return spec


def _chart(rows: Rows, description: str) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)), width=WIDTH, description=description)
