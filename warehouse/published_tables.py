"""The tables of the published base as `published.yml` declares them, and the SQL that they give. Runs nothing."""

import hashlib
from collections.abc import Iterable
from importlib import resources

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field

from warehouse.statements import identifier, literal


class Frozen(BaseModel):
    """A value: immutable, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """A published column: its meaning, and where it is not simply copied, its value."""

    zh: str
    en: str
    value: str | None = None


class Table(Frozen):
    """A published table."""

    zh: str
    en: str
    source: str = Field(alias="from")
    order: str
    columns: dict[str, Column]
    where: str = "true"

    @property
    def query(self) -> str:
        """The rows to publish, always in the same order."""
        columns = ", ".join(
            f"{column.value or identifier(name)} AS {identifier(name)}" for name, column in self.columns.items()
        )
        return f"SELECT {columns} FROM {identifier(self.source)} WHERE {self.where} ORDER BY {self.order}"


class Label(Frozen):
    """A column of the view with labels."""

    code: str
    code_list: str


class Publication(Frozen):
    """All that is published."""

    tables: dict[str, Table]
    labels: dict[str, Label]


def load_publication() -> Publication:
    """What is published, by the packaged declaration."""
    return Publication.model_validate(yaml.safe_load(_text()))


def declaration_sha256() -> str:
    """Digest of the declaration: another meaning of a column is another base."""
    return hashlib.sha256(_text().encode()).hexdigest()


def comments_sql(publication: Publication) -> str:
    """Comments on tables and columns, Chinese and English, for a database in which the tables are."""
    parts = []
    for name, table in publication.tables.items():
        parts.append(f"COMMENT ON TABLE {identifier(name)} IS {literal(f'{table.zh} / {table.en}')};")
        for column_name, column in table.columns.items():
            place, text = f"{identifier(name)}.{identifier(column_name)}", f"{column.zh} / {column.en}"
            parts.append(f"COMMENT ON COLUMN {place} IS {literal(text)};")
    return "\n".join(parts)


def labelled_view_sql(publication: Publication, labels: Iterable[tuple[str, str, str]]) -> str:
    """The view of persons with labels beside the codes.

    The labels stand in the view itself. A join with `code_label` would be shorter, but DuckDB 2.0.0 forgets a LIMIT
    above a left join whose right side it knows to be empty, as a code list that nobody gave would be.

    Args:
        publication: what is published.
        labels: code list, code, label.
    """
    known: dict[str, list[tuple[str, str]]] = {}
    for code_list, code, label in labels:
        known.setdefault(code_list, []).append((code, label))
    columns = [_labelled(name, wanted, known.get(wanted.code_list, [])) for name, wanted in publication.labels.items()]
    return f"CREATE VIEW person_labelled AS SELECT *, {', '.join(columns)} FROM person"


def _labelled(name: str, wanted: Label, labels: list[tuple[str, str]]) -> str:
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(label)}" for code, label in labels)
    value = f"CASE {identifier(wanted.code)} {cases} END" if cases else "NULL::VARCHAR"
    return f"{value} AS {identifier(name)}"


def dictionary(publication: Publication) -> pa.Table:
    """The declaration as a table: position, table_name, column_name, comment_zh, comment_en."""
    lines: list[tuple[str, str | None, str, str]] = []
    for name, table in publication.tables.items():
        lines.append((name, None, table.zh, table.en))
        lines += [(name, column_name, column.zh, column.en) for column_name, column in table.columns.items()]
    names = ("table_name", "column_name", "comment_zh", "comment_en")
    columns = {name: pa.array([line[i] for line in lines], pa.string()) for i, name in enumerate(names)}
    return pa.table({"position": pa.array(range(len(lines)), pa.int32()), **columns})


def _text() -> str:
    return resources.files("warehouse").joinpath("published.yml").read_text(encoding="utf-8")
