"""The page of a night in a real browser: drawn without errors, without the network, and accessible (axe)."""

import os
import shutil
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import sync_playwright

from pipelines.letter import letter_html
from pipelines.night_page import index_html
from tests.pipelines.test_night_page import FIGURES, page, REPORT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
ALL_DRAWN = "document.querySelectorAll('figure svg').length == document.querySelectorAll('figure').length"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

PAGES = {
    "night": page,
    "index": lambda: index_html([REPORT]),
    "letter": lambda: letter_html("grid", REPORT.night, FIGURES),
}


@pytest.fixture(scope="module")
def browser():
    given = os.environ.get("POPBASE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert given, "no Chromium found: make browser installs it, or POPBASE_CHROMIUM names one"
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=given, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
@pytest.mark.parametrize("name", ["night", "index", "letter"])
def test_a_page_is_drawn_without_errors_and_accessible(browser, tmp_path, name, scheme, width):
    file = tmp_path / f"{name}.html"
    file.write_text(PAGES[name](), encoding="utf-8")
    tab = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    if name == "night":
        tab.wait_for_function(ALL_DRAWN)
        assert tab.locator("figure svg").count() >= 6
    found = tab.evaluate(f"{AXE}; axe.run()")
    assert [(each["id"], len(each["nodes"])) for each in found["violations"]] == []
    assert (said, [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]) == ([], [])
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()
