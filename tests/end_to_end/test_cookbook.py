"""Every query of docs/cookbook.md runs, and gives what the page shows.

POPBASE_WRITE_COOKBOOK=1 writes the page anew instead of comparing.
"""

import os
import re
from pathlib import Path
from types import NoneType

import pytest

from pipelines.home import Home
from sources.synth.generate import generate
from warehouse.database import open_published

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
PEOPLE, NIGHTS = 1_500, 2
RECIPE = re.compile(r"```sql\n(?P<query>.*?)\n```\n(?P<shown>(?:\n\|[^\n]*)*)\n*", re.DOTALL)


@pytest.fixture(scope="module")
def base(tmp_path_factory, end_to_end):
    folder = tmp_path_factory.mktemp("cookbook")
    generate(PEOPLE, 5, NIGHTS, folder / "city", end_to_end.NIGHTS[0])
    home = Home(folder / "home").prepare()
    for number in range(NIGHTS):
        end_to_end.deliver(folder / "city", home, number)
        end_to_end.run(home, end_to_end.NIGHTS[number])
    with open_published(home.base) as con:
        yield con


def answer(con, query):
    """The rows of a query as a Markdown table."""
    found = con.execute(query)
    lines = [[column[0] for column in found.description], *found.fetchall()]
    shown = [["" if value is None else str(value) for value in line] for line in lines]
    columns = zip(*lines[1:], strict=True)
    head = ["---:" if {type(value) for value in column} <= {int, float, NoneType} else "---" for column in columns]
    return "".join("\n| " + " | ".join(line) + " |" for line in (shown[0], head, *shown[1:]))


def test_the_page_shows_what_the_queries_give(base):
    page = PAGE.read_text(encoding="utf-8")
    recipes = list(RECIPE.finditer(page))
    assert len(recipes) >= 20
    written = RECIPE.sub(lambda found: f"```sql\n{found['query']}\n```\n{answer(base, found['query'])}\n\n", page)
    written = written.rstrip() + "\n"
    if os.environ.get("POPBASE_WRITE_COOKBOOK"):
        PAGE.write_text(written, encoding="utf-8")
    assert written == PAGE.read_text(encoding="utf-8"), "set POPBASE_WRITE_COOKBOOK=1 once, and read what changed"
    assert all(
        found["shown"].count("\n") > 1 for found in RECIPE.finditer(written)
    )  # a query that finds nothing shows nothing
