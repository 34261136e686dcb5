"""Pages of Great Expectations: every rule in numbers, no value, nothing from elsewhere."""

from dataclasses import replace

from quality.data_docs import write_data_docs
from quality.rules import NoneFound
from tests.quality.test_engine import BROKEN, canaries, CANARY_ID, CANARY_NAME, SUITE, TONIGHT

__all__ = ["canaries"]


def test_each_suite_has_a_page_of_numbers(canaries, tmp_path):
    sound = replace(SUITE, name="sound", rules=SUITE.rules[2:4])
    index = write_data_docs(canaries, [SUITE, BROKEN, sound], TONIGHT, tmp_path / "docs")
    pages = {path.stem: path.read_text(encoding="utf-8") for path in index.parent.glob("*.html")}
    assert set(pages) == {"index", "bird", "broken", "sound"}
    for text in pages.values():
        assert CANARY_NAME not in text and CANARY_ID not in text
        assert 'src="http' not in text and 'href="http' not in text
    assert "name" in pages["bird"] and "unexpected" in pages["bird"].lower()
    assert '<td><a href="sound.html">sound</a></td><td>Birds</td><td>2</td><td>0</td>' in pages["index"]


def test_of_what_cannot_be_run_only_the_kind_of_error_is_told(canaries, tmp_path):
    rule = NoneFound(name="cast", query="SELECT 1 FROM bird WHERE name::INTEGER > 0")
    index = write_data_docs(canaries, [replace(SUITE, rules=(rule,))], TONIGHT, tmp_path)
    text = (index.parent / "bird.html").read_text(encoding="utf-8")
    assert "ConversionException" in text and CANARY_NAME not in text
