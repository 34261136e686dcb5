"""SQL of this room, read from `sql/`."""

from importlib import resources

import duckdb


def statement(name: str, **words: str) -> str:
    """The text of `sql/<name>.sql`, with each `{word}` replaced."""
    text = resources.files("matching").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text


def run(con: duckdb.DuckDBPyConnection, name: str, **words: str) -> None:
    """Run `sql/<name>.sql`, with each `{word}` replaced."""
    con.execute(statement(name, **words))
