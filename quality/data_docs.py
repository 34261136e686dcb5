"""Data Docs of Great Expectations for a night: each suite with each expectation, in numbers; no value of a person.

Its pages load scripts, styles and a logo from elsewhere; these are taken out, so that pages open without a network and
nobody is told who reads them.
"""

import re
from collections.abc import Sequence
from datetime import date
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import duckdb

from quality.engine import checking
from quality.rules import Suite
from sources.whole_files import write_text

INDEX: Final = "index.html"
_REMOTE: Final = re.compile(
    r'<script[^>]*\bsrc="http[^>]*>\s*</script>|<link[^>]*\bhref="http[^>]*>|<img[^>]*\bsrc="http[^>]*>'
)
_CTA: Final = re.compile(r'<a[^>]*\bhref="(?:http|\.\./)[^>]*>.*?</a>', re.DOTALL)
_STYLE: Final = (
    "<style>body{font:15px/1.5 system-ui,sans-serif;margin:1rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .5rem;text-align:left}</style>"
)


def write_data_docs(con: duckdb.DuckDBPyConnection, suites: Sequence[Suite], night: date, folder: Path) -> Path:
    """Run suites as of a night and write a page for each, and an index.

    Args:
        con: the open warehouse; see `quality.engine.run_suites`.
        suites: of distinct names.
        night: the night being checked.
        folder: made if missing; pages of the same names are replaced.

    Returns:
        The index.
    """
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    with checking(con, suites, night) as validation:
        for suite in suites:
            with validation.view(suite):
                result = validation.told(suite)
            result.meta = _run(night)
            html = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result))  # type: ignore[no-untyped-call]
            write_text(folder / f"{suite.name}.html", _alone(html))
            lines.append((suite, result.statistics))
    write_text(folder / INDEX, _index(night, lines))
    return folder / INDEX


def _run(night: date) -> dict[str, Any]:
    """What the renderer wants to know of a run."""
    return {
        "run_id": {"run_name": night.isoformat(), "run_time": f"{night.isoformat()}T00:00:00+00:00"},
        "great_expectations_version": metadata.version("great-expectations"),
        "active_batch_definition": {},
        "batch_spec": {},
    }


def _alone(html: str) -> str:
    return _CTA.sub("", _REMOTE.sub("", html)).replace("</head>", f"{_STYLE}</head>", 1)


def _index(night: date, lines: Sequence[tuple[Suite, dict[str, Any]]]) -> str:
    rows = "\n".join(
        f'<tr><td><a href="{suite.name}.html">{suite.name}</a></td><td>{escape(suite.title)}</td>'
        f"<td>{told['successful_expectations']}</td><td>{told['unsuccessful_expectations']}</td></tr>"
        for suite, told in lines
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>Data Docs {night}</title>{_STYLE}</head>'
        f"<body><h1>Data Docs {night}</h1><table><thead><tr><th>suite</th><th>of</th><th>met</th><th>not met</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></body></html>"
    )
