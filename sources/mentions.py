"""Accepted rows → mentions of persons and the relations between them, by contract.

Here: trimming, null tokens, local codes, who is named in a row, and the record's key. Not here: what a
value means (`sources.standardise`), nor which rows are usable (`sources.quarantine`). The functions build SQL;
the caller runs it. Names in it come from contracts, literals are quoted by `literal`, values stay in DuckDB.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, get_args

from sources.contract import Column, Extract, Mention, Relation, Split
from sources.standards.code_lists import load_code_list
from sources.tables import Attribute

# fmt: off
NULL_TOKENS = (
    "NULL", "(NULL)", "<NULL>", "[NULL]", "\\N", "NIL", "NONE", "NAN", "N/A",
    "#N/A", "#NULL!", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!",
    "无", "暂无", "空", "不详", "未知", "不明", "未填", "未填写", "未登记", "未提供", "未采集", "拒答", "待补",
    "待核实",
    "/", "//", "\\", "-", "--", "---", "－", "—", "——", "―", "_", "*", "**", "***", ".", "。", "?", "？",
)
# fmt: on
"""What departments write for "not recorded", upper case; a column may add its own (`null_tokens`)."""

_BLANK = r"[\s\x0b\x{85}\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]"
"""Characters that are no part of a value at its ends, as a class of DuckDB's regular expressions."""

_CLEAN = r"[0-9A-Za-z\x{4e00}-\x{9fff}](?:.*[0-9A-Za-z\x{4e00}-\x{9fff}])?"
"""Cells that begin and end with what is surely part of their value; most do, and a look is cheaper than a cut."""

_WIDE, _NARROW = "（）－：．０１２３４５６７８９", "()-:.0123456789"
_CODE_AHEAD = "([0-9A-Z]{1,3}[-:._、]+)?"
"""A code that stands before its label (1-自然人股东), as a regular expression."""

_ORGANISATION = "公司|有限|政府|委员会|合作社|银行|医院|学校|中心|局|厂"
"""What names of organisations hold, and names of persons do not."""

_IDENTIFYING: Final[tuple[Attribute, ...]] = ("name", "citizen_id")

_KEY_SEPARATOR = "chr(31)"

_SHORTENED = r"'[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}'"
"""Long numbers as spreadsheets write them; many have the same."""


def raw_mentions_sql(department: str, extract: Extract, rows_relation: str) -> str:
    """The query that turns rows of an extract (ROWS and its kept columns) into RAW_MENTION."""
    cells = cells_sql(department, extract, rows_relation)
    selects = "\nUNION ALL BY NAME\n".join(_mention_sql(extract, mention) for mention in extract.mentions)
    present = "name_raw IS NOT NULL OR citizen_id_raw IS NOT NULL"
    return f"WITH cells AS MATERIALIZED (\n{cells}\n)\nSELECT * FROM (\n{selects}\n)\nWHERE {present}"


def person_missing_sql(extract: Extract, rows_relation: str) -> str:
    """The row numbers (`row_number`) of rows that should name a person and name nobody.

    A row in which no mention is due (a company among shareholders, or one that owns a dwelling alone) is complete
    without one.
    """
    cells = cells_sql("", extract, rows_relation)
    due = " OR ".join(f"({_is_due(extract, mention)})" for mention in extract.mentions)
    present = " OR ".join(
        f"({_condition(extract, mention)}) AND ({_is_named(mention)})" for mention in extract.mentions
    )
    return f"SELECT row_number FROM (\n{cells}\n)\nWHERE ({due}) AND NOT coalesce({present}, false)"


def undecided_columns(extract: Extract) -> dict[str, str]:
    """Columns that decide whether a person is named → the condition for values that leave it open.

    Such are those that neither the column's codes nor its code list know; without these, all other values mean nobody.
    """
    undecided = {}
    for mention in extract.mentions:
        for name, meanings in mention.only_when.items():
            column = extract.by_name[name]
            if column.codes or column.code_list:
                known = {*meanings, *column.codes.values(), *_listed(column).values()}
                undecided[name] = f"NOT {_means(column, known)}"
    return undecided


def relations_sql(extract: Extract, mentions_relation: str) -> str:
    """The query that gives STD_RELATION for one extract's standard mentions."""
    if not extract.relations:
        columns = ("from_mention_id", "to_mention_id")
        return f"SELECT {', '.join(f'NULL::BIGINT AS {c}' for c in columns)}, NULL::VARCHAR AS relation WHERE false"
    parts = [_relation_sql(extract, relation, mentions_relation) for relation in extract.relations]
    return "SELECT DISTINCT * FROM (\n" + "\nUNION ALL\n".join(parts) + "\n)"


def cells_sql(department: str, extract: Extract, rows_relation: str) -> str:
    """The rows with each kept cell trimmed and null tokens made null, and the record's key."""
    trimmed = ",\n  ".join(f"{_trimmed(quoted(name))} AS {quoted(name)}" for name in extract.kept)
    rows = f"SELECT row_number, line_number,\n  {trimmed}\nFROM {rows_relation}"
    cells = ",\n  ".join(f"{_said(extract, name, quoted(name))} AS {quoted(name)}" for name in extract.kept)
    said = f"SELECT row_number, line_number,\n  {cells}\nFROM (\n{rows}\n)"
    return f"SELECT *, {_record_key(department, extract)} AS record_key FROM (\n{said}\n)"


def clean_cell(extract: Extract, column: str, value: str | None = None) -> str:
    """SQL for one cell without blanks and spreadsheet wrapping at its ends, or null when it says nothing."""
    return _said(extract, column, _trimmed(value or quoted(column)))


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _trimmed(value: str) -> str:
    """SQL for a value without the spreadsheet's `="…"` or leading `'`, and without blanks at its ends."""
    bare = rf"regexp_replace({value}, '^(?:={_BLANK}*\"(.*)\"|''(.*)){_BLANK}*$', '\1\2', 's')"
    unwrapped = f"CASE WHEN starts_with({value}, '=') OR starts_with({value}, chr(39)) THEN {bare} ELSE {value} END"
    cut = f"regexp_replace({unwrapped}, '^{_BLANK}+|{_BLANK}+$', '', 'g')"
    return f"CASE WHEN regexp_full_match({value}, '{_CLEAN}') THEN {value} ELSE {cut} END"


def _said(extract: Extract, column: str, value: str) -> str:
    tokens = {*NULL_TOKENS, "", *(token.upper() for token in extract.by_name[column].null_tokens)}
    nothing = literal("|".join(map(re.escape, sorted(tokens))))  # IN would be a join for each column
    longest = max(len(token.encode()) for token in tokens)  # longer cells are none of them, and not looked up
    said = f"strlen({value}) > {longest} THEN {value} WHEN NOT regexp_full_match(upper({value}), {nothing})"
    return f"CASE WHEN {said} THEN {value} END"


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(map(literal, texts))


def _record_key(department: str, extract: Extract) -> str:
    """SHA-256 of the first complete natural key, else of the whole row.

    The values are as delivered, only without blanks and spreadsheet wrapping at their ends: standards
    may improve, keys may not change. A number that a spreadsheet shortened names nobody.
    """
    prefix = f"{literal(department)}, {literal(extract.extract)}"
    branches = []
    for names in extract.natural_key:
        complete = " AND ".join(
            f"{quoted(name)} IS NOT NULL AND NOT regexp_full_match({quoted(name)}, {_SHORTENED})" for name in names
        )
        parts = ", ".join(map(quoted, names))
        branches.append(f"WHEN {complete} THEN sha256(concat_ws({_KEY_SEPARATOR}, {prefix}, {parts}))")
    whole = ", ".join(f"coalesce({quoted(name)}, '')" for name in extract.kept)
    return f"CASE {' '.join(branches)} ELSE sha256(concat_ws({_KEY_SEPARATOR}, {prefix}, 'row', {whole})) END"


def _mention_sql(extract: Extract, mention: Mention) -> str:
    role = literal(mention.role)
    source, condition = "cells", _condition(extract, mention)
    if mention.split is not None and mention.split.usually_one:
        source = f"(SELECT *, {_names_several(mention, mention.split)} AS _several FROM cells)"
        role = f"{role} || CASE WHEN _part > 1 THEN _part::VARCHAR ELSE '' END"
        condition = f"({condition}) AND (_part = 1 OR _several)"
    elif mention.split is not None:
        role = f"{role} || _part"
    if mention.split is not None:
        source = f"{source} CROSS JOIN range(1, {mention.split.most + 1}) AS numbers(_part)"
    record_date = quoted(extract.record_date) if extract.record_date else "NULL::VARCHAR"
    values = ",\n  ".join(f"{_attribute_sql(extract, mention, a)} AS {a}_raw" for a in get_args(Attribute))
    head = f"row_number, line_number, {role} AS role, record_key, {record_date} AS record_date_raw"
    return f"SELECT {head},\n  {values}\nFROM {source}\nWHERE {condition}"


def _attribute_sql(extract: Extract, mention: Mention, attribute: Attribute) -> str:
    own = [mention.attributes[attribute]] if attribute in mention.attributes else []
    names = [*own, *mention.fallbacks.get(attribute, ())]
    values = [_coded(_cell(extract, mention, name), extract.by_name[name].codes, closed=False) for name in names]
    value = _first(values)
    if codes := mention.codes.get(attribute):
        value = _coded(value, codes, closed=True)
    if attribute in mention.constants:
        value = _first([*([value] if names else []), literal(mention.constants[attribute])])
    if attribute in mention.needs:
        value = f"CASE WHEN {quoted(mention.needs[attribute])} IS NOT NULL THEN {value} END"
    return value


def _cell(extract: Extract, mention: Mention, name: str) -> str:
    """SQL for what a cell says of a person; a lone 0 is no date, but the age of a baby where ages stand."""
    column = extract.by_name[name]
    value = _part(extract, mention, name)
    return f"nullif({value}, '0')" if column.type == "date" and not column.tells_age else value


def _part(extract: Extract, mention: Mention, name: str) -> str:
    if mention.split is None or name not in mention.split_columns:
        return quoted(name)
    cell = _plain_names(mention.split, name) if name == mention.attributes.get("name") else quoted(name)
    part = clean_cell(extract, name, f"string_split_regex({cell}, {literal(mention.split.between)})[_part]")
    return f"CASE WHEN _several THEN {part} ELSE {quoted(name)} END" if mention.split.usually_one else part


def _names_several(mention: Mention, split: Split) -> str:
    """SQL for whether cells hold more than one person.

    A foreigner's name alone may be written with a comma, a remark may follow a name (王芳,女), and what an organisation
    is called may list its parts.
    """
    name = _plain_names(split, mention.attributes["name"])
    other = "[^" + split.between[1:] + "{2,}"
    several = f"regexp_matches({name}, {literal(f'{other}{split.between}+{other}')})"
    certain = [f"regexp_matches({name}, '\\p{{Han}}')"]
    if number := mention.attributes.get("citizen_id"):
        certain.append(f"coalesce(regexp_matches({quoted(number)}, {literal(split.between)}), false)")
    persons = f"NOT regexp_matches({name}, '{_ORGANISATION}')"
    return f"coalesce({several} AND {persons} AND ({' OR '.join(certain)}), false)"


def _plain_names(split: Split, name: str) -> str:
    """SQL for a cell of names without the brackets that hold a separator: （已故，由子女继承） is no further person."""
    remark = f"[（(\\[【][^）)\\]】]*?{split.between}[^）)\\]】]*([）)\\]】]|$)"
    return f"regexp_replace({quoted(name)}, {literal(remark)}, '', 'g')"


def _coded(value: str, codes: Mapping[str, str], *, closed: bool) -> str:
    if not codes:
        return value
    cases = " ".join(f"WHEN {literal(key)} THEN {literal(code)}" for key, code in codes.items())
    return f"CASE {value} {cases} ELSE {'NULL' if closed else value} END"


def _first(values: list[str]) -> str:
    if not values:
        return "NULL::VARCHAR"
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _condition(extract: Extract, mention: Mention) -> str:
    only = [_means(extract.by_name[name], meanings) for name, meanings in mention.only_when.items()]
    never = [_means(extract.by_name[name], meanings) for name, meanings in mention.except_when.items()]
    return _all(only, never)


def _is_due(extract: Extract, mention: Mention) -> str:
    """SQL for whether a row must name the person: further ones (`split`) only where every other mention applies."""
    needed = extract.mentions if mention.split else (mention,)
    return " AND ".join(f"({_condition(extract, each)})" for each in needed)


def _all(only: Iterable[str], never: Iterable[str]) -> str:
    return " AND ".join([*only, *(f"NOT coalesce({condition}, false)" for condition in never)]) or "true"


def _means(column: Column, meanings: Iterable[str]) -> str:
    """SQL for whether a cell says one of the meanings: itself, or a label of it, with its code ahead or not."""
    wanted = set(meanings)
    said = {label for label, meaning in (*column.codes.items(), *_listed(column).items()) if meaning in wanted}
    labels = {"".join(label.translate(str.maketrans(_WIDE, _NARROW)).upper().split()) for label in wanted | said}
    narrow = f"translate({quoted(column.name)}, {literal(_WIDE)}, {literal(_NARROW)})"
    folded = f"upper(regexp_replace({narrow}, '{_BLANK}+', '', 'g'))"
    either = "|".join(re.escape(label).replace(r"\*", ".*") for label in sorted(labels))
    return f"regexp_full_match({folded}, {literal(f'{_CODE_AHEAD}({either})')})"


def _listed(column: Column) -> Mapping[str, str]:
    return load_code_list(column.code_list).labels() if column.code_list else {}


def _is_named(mention: Mention) -> str:
    names = [mention.attributes[a] for a in _IDENTIFYING if a in mention.attributes]
    return " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)


def _relation_sql(extract: Extract, relation: Relation, mentions: str) -> str:
    roles = {mention.role: mention.roles for mention in extract.mentions}
    from_roles, to_roles = (_literals(roles.get(role, (role,))) for role in (relation.from_role, relation.to_role))
    name = literal(relation.relation)
    one_way = ">" if relation.from_role == relation.to_role else "<>"
    return (
        f"SELECT f.mention_id AS from_mention_id, t.mention_id AS to_mention_id, {name} AS relation\n"
        f"FROM {mentions} AS f JOIN {mentions} AS t USING (delivery_id, row_number)\n"
        f"WHERE f.role IN ({from_roles}) AND t.role IN ({to_roles}) AND f.mention_id {one_way} t.mention_id\n"
        f"AND {_all(_said_of_first(relation.only_when), _said_of_first(relation.except_when))}"
    )


def _said_of_first(values: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"f.{quoted(name)} IN ({_literals(texts)})" for name, texts in values.items()]
