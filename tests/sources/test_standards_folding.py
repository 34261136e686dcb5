"""Folding of characters, a whole column at a time."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sources.errors import FoldingError, SourcesError
from sources.standards.characters import name_table, PLAIN, text_table
from sources.standards.folding import fold_texts, SEPARATOR


def fold(texts, table, **options):
    con = duckdb.connect()
    con.execute("CREATE TABLE delivered AS SELECT unnest($1::VARCHAR[]) AS raw", [texts])
    fold_texts(con, "SELECT raw FROM delivered", "folded", table, **options)
    return dict(con.execute("FROM folded").fetchall())


def test_every_text_comes_back_to_its_own_place():
    texts = [f"第{n}行　Ａ{n}" for n in range(1000)]
    assert fold(texts, text_table()) == {text: text.replace("　", " ").replace("Ａ", "A") for text in texts}


def test_nothing_gives_nothing():
    assert fold([], text_table()) == {}


def test_a_separator_inside_a_text_is_no_separator():
    assert fold([f"a{SEPARATOR}b", "c"], text_table()) == {f"a{SEPARATOR}b": "a b", "c": "c"}


def test_plain_texts_are_not_sent():
    assert fold(["12", "１２"], {ord("1"): "one", ord("１"): "one"}, plain="[0-9]*") == {"12": "12", "１２": "one２"}


def test_plain_texts_are_left_as_they_are():
    texts = [chr(code) for code in range(1, 0x30000) if not 0xD800 <= code < 0xE000]
    plain = pa.array(texts).filter(pc.match_substring_regex(pa.array(texts), f"^(?:{PLAIN})$")).to_pylist()
    assert len(plain) > 20_000
    assert {text for text in plain if text.translate(text_table()) != text} == set()


def test_a_table_that_folds_the_separator_is_an_error():
    with pytest.raises(FoldingError) as error:
        fold(["a", "b"], {ord(SEPARATOR): ""})
    assert (error.value.expected_count, error.value.found_count) == (2, 1)
    assert isinstance(error.value, SourcesError)


@pytest.mark.parametrize(
    ("table", "character", "folded"),
    [
        (text_table, "（", "("),
        (text_table, "【", "("),
        (text_table, "Ｘ", "X"),
        (text_table, "－", "-"),
        (text_table, "\u00a0", " "),
        (text_table, "\u200b", ""),
        (text_table, "\u202e", ""),
        (text_table, "國", "國"),
        (name_table, "國", "国"),
        (name_table, "喆", "哲"),
        (name_table, "〇", "〇"),
        (name_table, "\ue81e", "\u9fb4"),
        (name_table, "\ue123", "□"),
        (name_table, "😀", "□"),
        (name_table, "\U000e0100", ""),
    ],
)
def test_characters_are_folded(table, character, folded):
    assert character.translate(table()) == folded
