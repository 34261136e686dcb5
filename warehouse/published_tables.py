"""The tables of the published base as `published.yml` declares them, and the SQL that they give. Runs nothing."""

import hashlib
from collections.abc import Iterable
from importlib import resources
from typing import Final

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field

from warehouse.file_names import SHOWN
from warehouse.statements import identifier, literal
from warehouse.statistics import load_statistics, Statistic


class Frozen(BaseModel):
    """A value: immutable, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """A published column: its meaning, and where it is not simply copied, its value.

    `id`: published as a pseudonym. `trace`: names the very record.
    """

    zh: str
    en: str
    value: str | None = None
    id: bool = False
    trace: bool = False


FILE: Final = "file"
"""A column of this name is published as `file_names` tells it."""

RECORD: Final = "record_id"
_RECORD: Final = Column(
    zh="记录标识：由 popbase record 查其来源行", en="the record; popbase record tells its file and row"
)


class Table(Frozen):
    """A published table.

    `history`: the key of what has versions; those that differ in nothing published are one. `renewed`: the column by
    which rows are written again when only some may differ: an id, whose rows go together, or `night`.
    """

    zh: str
    en: str
    source: str = Field(alias="from")
    order: str
    columns: dict[str, Column]
    where: str = "true"
    history: tuple[str, ...] = ()
    renewed: str | None = None

    def query(self, among: str = "true") -> str:
        """The rows to publish, always in the same order; ids by `_wh_pseudonym`.

        Args:
            among: a condition over the source `t` that leaves whole groups of rows out.
        """
        if not self.history:
            return f"{self._rows(among)} ORDER BY {self.order}"
        # What never ended has one version, and most never did.
        ended = f"FROM {identifier(self.source)} AS e WHERE e.to_night IS NOT NULL"
        one, other = (", ".join(f"{name}.{identifier(each)}" for each in self.history) for name in "te")
        several = f"({one}) IN (SELECT ({other}) {ended})"
        return f"""
            {self._rows(f"{among} AND NOT {several}")}
            UNION ALL BY NAME {self._merged(self._rows(f"{among} AND {several}"))}
            ORDER BY {self.order}
        """

    def _rows(self, condition: str) -> str:
        """The rows of the source for which a condition holds, as they are published."""
        columns = ", ".join(f"{self._value(name)} AS {identifier(name)}" for name in self.columns)
        joins = "".join(
            f" LEFT JOIN _wh_pseudonym AS {identifier('_' + name)}"
            f" ON {identifier('_' + name)}.id = t.{identifier(name)}"
            for name, column in self.columns.items()
            if column.id
        )
        if RECORD in self.columns:
            joins += " LEFT JOIN _wh_record_pseudonym AS _record USING (file, row_number)"
        return f"SELECT {columns} FROM {identifier(self.source)} AS t{joins} WHERE {self.where} AND {condition}"

    @property
    def untraced(self) -> "Table":
        """The same without what names records; their pseudonyms stand where their row numbers stood."""
        columns = {RECORD if name == "row_number" else name: column for name, column in self.columns.items()}
        kept = {name: column for name, column in columns.items() if name == RECORD or not column.trace}
        return self.model_copy(update={"columns": kept | ({RECORD: _RECORD} if RECORD in kept else {})})

    def _value(self, name: str) -> str:
        if self.columns[name].id:
            return f"{identifier('_' + name)}.pseudonym"
        if name == RECORD:
            return "_record.pseudonym"
        if name == FILE:
            return f"{SHOWN}(t.file)"
        return self.columns[name].value or f"t.{identifier(name)}"

    def _merged(self, rows: str) -> str:
        """Successive versions that are the same as far as they are published, as one."""
        said = [identifier(name) for name in self.columns if name not in ("from_night", "to_night")]
        window = f"(PARTITION BY {', '.join(map(identifier, self.history))} ORDER BY from_night)"
        return f"""
            SELECT {", ".join(said)}, min(from_night) AS from_night,
                CASE WHEN bool_and(to_night IS NOT NULL) THEN max(to_night) END AS to_night
            FROM (
                SELECT *, sum(CASE WHEN is_same THEN 0 ELSE 1 END) OVER {window} AS version FROM (
                    SELECT *, lag(({", ".join(said)})) OVER {window} = ({", ".join(said)})
                        AND lag(to_night) OVER {window} = from_night AS is_same FROM ({rows})))
            GROUP BY {", ".join(said)}, version
        """


class Label(Frozen):
    """A column of the view with labels."""

    code: str
    code_list: str


class View(Frozen):
    """A view of one table: with labels beside its codes, or under the names of a standard's elements."""

    zh: str
    en: str
    table: str
    labels: dict[str, Label] = {}
    elements: dict[str, str] = {}


class Publication(Frozen):
    """All that is published."""

    tables: dict[str, Table]
    views: dict[str, View]


def load_publication(*, traced: bool = True) -> Publication:
    """What is published, by the packaged declarations; with the files and rows that values come from, or without."""
    declared = Publication.model_validate(yaml.safe_load(_text()))
    tables = declared.tables if traced else {name: table.untraced for name, table in declared.tables.items()}
    statistics = {name: _statistic(name, statistic) for name, statistic in load_statistics().statistics.items()}
    return Publication(tables={**tables, **statistics}, views=declared.views)


def _statistic(name: str, statistic: Statistic) -> Table:
    dimensions = {each: Column(zh=meaning.zh, en=meaning.en) for each, meaning in statistic.dimensions.items()}
    counts = {
        "count": Column(zh="数量；小于下限或可由合计推出的为空", en="how many; null where small, or told by a total"),
        "is_hidden": Column(zh="数量是否隐去", en="whether the count is hidden"),
    }
    order = ", ".join(f"{identifier(each)} NULLS FIRST" for each in dimensions)
    return Table.model_validate({
        "zh": f"{statistic.zh}（列为空表示合计）",
        "en": f"{statistic.en}; null means all",
        "from": f"_wh_{name}",
        "order": order,
        "columns": dimensions | counts,
    })  # fmt: skip


def declaration_sha256(publication: Publication) -> str:
    """Digest of the declarations: another meaning of a column is another base."""
    return hashlib.sha256(publication.model_dump_json().encode()).hexdigest()


def comments_sql(publication: Publication) -> str:
    """Comments on tables and columns, Chinese and English, for a database in which the tables are."""
    parts = []
    for name, table in publication.tables.items():
        parts.append(f"COMMENT ON TABLE {identifier(name)} IS {literal(f'{table.zh} / {table.en}')};")
        for column_name, column in table.columns.items():
            place, text = f"{identifier(name)}.{identifier(column_name)}", f"{column.zh} / {column.en}"
            parts.append(f"COMMENT ON COLUMN {place} IS {literal(text)};")
    return "\n".join(parts)


def views_sql(publication: Publication, labels: Iterable[tuple[str, str, str]]) -> str:
    """The views, with their comments.

    Labels stand in the view itself. A join with `code_label` would be shorter, but DuckDB 2.0.0 forgets a LIMIT
    above a left join whose right side it knows to be empty, as a code list that nobody gave would be.

    Args:
        publication: what is published.
        labels: code list, code, label.
    """
    known: dict[str, list[tuple[str, str]]] = {}
    for code_list, code, label in labels:
        known.setdefault(code_list, []).append((code, label))
    parts = []
    for name, view in publication.views.items():
        columns = [_labelled(each, wanted, known.get(wanted.code_list, [])) for each, wanted in view.labels.items()]
        columns = ["*", *columns] if view.labels else columns
        columns += [f"{identifier(column)} AS {identifier(element)}" for element, column in view.elements.items()]
        query = f"SELECT {', '.join(columns)} FROM {identifier(view.table)}"
        parts.append(f"CREATE OR REPLACE VIEW {identifier(name)} AS {query};")
        parts.append(f"COMMENT ON VIEW {identifier(name)} IS {literal(f'{view.zh} / {view.en}')};")
    return "\n".join(parts)


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
    lines += [(name, None, view.zh, view.en) for name, view in publication.views.items()]
    names = ("table_name", "column_name", "comment_zh", "comment_en")
    columns = {name: pa.array([line[i] for line in lines], pa.string()) for i, name in enumerate(names)}
    return pa.table({"position": pa.array(range(len(lines)), pa.int32()), **columns})


def _text() -> str:
    return resources.files("warehouse").joinpath("published.yml").read_text(encoding="utf-8")
