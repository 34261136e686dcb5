"""Rows that must not be used although their shape is right, and how their values are shown outside.

Here: the value-based row checks as one query, and masking. Not here: rows of the wrong shape
(`sources.faults`), values that are wrong without spoiling the row (`sources.standardise`).
"""

from collections.abc import Iterator

from sources.contract import Column, Extract, Mention
from sources.mentions import clean_cell, literal, NULL_TOKENS, person_missing_sql, quoted, undecided_columns
from sources.reasons import Reason, REASONS, Scope

__all__ = ["REASONS", "Reason", "Scope", "mask_value", "row_problems_sql", "suspects_sql"]

_TEST_NAME = "^(测试|样例|示例|TEST)(员|用户|人员|数据|姓名|账号|记录|样例|[0-9A-Z_一二三四五六七八九十甲乙丙丁])*$"
_TEST_NUMBER = "^(" + "|".join([*(f"{digit}{{15,18}}" for digit in range(10)), "123456789012345(678)?"]) + ")$"
_MOJIBAKE = "锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|[ä-é][\\x{80}-\\x{BF}\\x{152}-\\x{2122}]{2}"
_ILLEGIBLE = "^[?？\\x{FFFD}□■]{2,}$"
_ODD_NAME = f"测试|样例|示例|TEST|{_MOJIBAKE}|{_ILLEGIBLE.strip('^$')}"
_ODD_NUMBER = "|".join([*(f"{digit}{{15}}" for digit in range(10)), "123456789012345"])
_PLAIN_VALUE = "[0-9A-Za-z\\x{4E00}-\\x{9FFF}]+"
_NEARLY_EMPTY_CELLS = 3
_LONGEST_MASK = 20


def row_problems_sql(extract: Extract, rows_relation: str) -> str:
    """The query (row_number, column_name, reason_code) for rows that cannot be used, one line for each.

    Args:
        extract: whose rows they are.
        rows_relation: a relation with ROWS and the kept columns, cells as delivered.
    """
    checks = "\nUNION ALL\n".join(
        f"SELECT row_number, {rank} AS rank, {column} AS column_name, '{code}' AS reason_code\n"
        f"FROM {source} WHERE {condition}"
        for rank, (code, column, source, condition) in enumerate(_checks(extract, rows_relation))
    )
    return (
        f"WITH cells AS MATERIALIZED ({_cells_sql(extract, rows_relation)})\n"
        "SELECT row_number, arg_min(column_name, rank) AS column_name, arg_min(reason_code, rank) AS reason_code\n"
        f"FROM (\n{checks}\n)\nGROUP BY row_number ORDER BY row_number"
    )


def suspects_sql(extract: Extract, rows_relation: str) -> str:
    """The query for the few rows in which `row_problems_sql` can find anything; it is cheap, that one is not.

    Its condition looks at cells as delivered and holds wherever one of the exact checks does.
    """
    # Who is named although the mention does not apply makes nobody due: there is no other, or all must apply.
    is_any_enough = len(extract.mentions) == 1 or all(mention.split for mention in extract.mentions)
    always_named = [
        _says_something(extract, name)
        for mention in extract.mentions
        if is_any_enough or not (mention.only_when or mention.except_when)
        for name in _identifying(mention)
    ]
    conditions = [f"NOT coalesce({' OR '.join(always_named) or 'false'}, false)"]
    conditions += [f"regexp_matches({quoted(n)}, '{_ODD_NAME}', 'i')" for n in _columns_of(extract, "name")]
    conditions += [f"regexp_matches({quoted(n)}, '{_ODD_NUMBER}')" for n in _columns_of(extract, "citizen_id")]
    conditions += [condition for *_, condition in _split_checks(extract, "")]
    filled = [column.name for column in extract.columns if column.filled and column.keep]
    conditions += [f"NOT coalesce({_says_something(extract, name)}, false)" for name in filled]
    conditions += undecided_columns(extract).values()
    return f"SELECT * FROM {rows_relation} WHERE " + "\n  OR ".join(conditions)


def _says_something(extract: Extract, name: str) -> str:
    """True only where the cleaned cell is surely not null: letters, digits and Chinese that are no null token."""
    tokens = sorted({token.upper() for token in (*NULL_TOKENS, *extract.by_name[name].null_tokens)})
    plain = f"regexp_full_match({quoted(name)}, '{_PLAIN_VALUE}')"
    return f"({plain} AND upper({quoted(name)}) NOT IN ({', '.join(map(literal, tokens))}))"


def _cells_sql(extract: Extract, rows_relation: str) -> str:
    """The cells that the checks look at, cleaned, and how many cells of the row are filled."""
    needed = {name for mention in extract.mentions for name in _identifying(mention)}
    needed |= {column.name for column in extract.columns if column.filled and column.keep}
    needed |= undecided_columns(extract).keys()
    cells = [f"{clean_cell(extract, name)} AS {quoted(name)}" for name in extract.kept if name in needed]
    filled = " + ".join(f"(coalesce(trim({quoted(name)}), '') <> '')::INTEGER" for name in extract.kept)
    return f"SELECT row_number, {', '.join([*cells, f'{filled} AS _filled'])} FROM {rows_relation}"


def _checks(extract: Extract, rows_relation: str) -> Iterator[tuple[str, str, str, str]]:
    """(reason code, column expression, relation, condition), the most telling reason first."""
    for name in _columns_of(extract, "name"):
        sure, likely = f"regexp_matches(upper({quoted(name)}), '{_TEST_NAME}')", f"upper({quoted(name)}) LIKE '%测试%'"
        yield "test_record", f"'{name}'", "cells", f"{sure} OR (_filled <= {_NEARLY_EMPTY_CELLS} AND {likely})"
    for name in _columns_of(extract, "citizen_id"):
        condition = f"_filled <= {_NEARLY_EMPTY_CELLS} AND regexp_matches({quoted(name)}, '{_TEST_NUMBER}')"
        yield "test_record", f"'{name}'", "cells", condition
    missing = person_missing_sql(extract, rows_relation)
    yield "person_missing", _first_identifying(extract), f"({missing})", "true"
    for name, condition in undecided_columns(extract).items():
        yield "kind_unknown", f"'{name}'", "cells", condition
    yield from _illegible_checks(extract)
    yield from _split_checks(extract, rows_relation)
    for column in extract.columns:
        if column.filled and column.keep:
            yield "value_missing", f"'{column.name}'", "cells", f"{quoted(column.name)} IS NULL"


def _illegible_checks(extract: Extract) -> Iterator[tuple[str, str, str, str]]:
    for name in _columns_of(extract, "name"):
        yield "mojibake", f"'{name}'", "cells", f"regexp_matches({quoted(name)}, '{_MOJIBAKE}')"
    first = extract.mentions[0].attributes
    if "name" in first:
        number = f"{quoted(first['citizen_id'])} IS NULL" if "citizen_id" in first else "true"
        condition = f"regexp_matches({quoted(first['name'])}, '{_ILLEGIBLE}') AND {number}"
        yield "mojibake", f"'{first['name']}'", "cells", condition


def _split_checks(extract: Extract, rows_relation: str) -> Iterator[tuple[str, str, str, str]]:
    for mention in extract.mentions:
        if mention.split is not None and "name" in mention.attributes:
            name = mention.attributes["name"]
            split = f"string_split_regex({quoted(name)}, {literal(mention.split.between)})"
            parts = f"len(list_filter({split}, lambda part: trim(part) <> ''))"
            yield "persons_too_many", f"'{name}'", rows_relation, f"{parts} > {mention.split.most}"


def _identifying(mention: Mention) -> list[str]:
    return [name for attribute, name in mention.attributes.items() if attribute in ("name", "citizen_id")]


def _columns_of(extract: Extract, attribute: str) -> list[str]:
    """The columns from which any mention takes the attribute, each once."""
    return list(dict.fromkeys(c for m in extract.mentions for a, c in m.attributes.items() if a == attribute))


def _first_identifying(extract: Extract) -> str:
    return f"'{_identifying(extract.mentions[0])[0]}'"


def mask_value(value: str, column: Column | None = None) -> str:
    """A value of which at most a third can be read: 王**, 370************34; addresses and texts keep nothing.

    Args:
        value: as delivered.
        column: its column; without one nothing is shown but the length.
    """
    text = " ".join(value.split())
    budget = len(text) // 3
    kind = column.type if column else "text"
    if kind == "person_name":
        ahead, behind = min(1, budget), 0
    elif kind in ("citizen_id", "phone", "organisation_code"):
        behind = min(2, budget // 3)
        ahead = min(3, budget - behind)
    else:
        ahead, behind = 0, 0
    hidden = min(len(text) - ahead - behind, _LONGEST_MASK)
    return text[:ahead] + "*" * hidden + (text[-behind:] if behind else "")
