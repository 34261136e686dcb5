"""What must fit together inside a contract, beyond the types of its fields.

Each fault names its field, so that `sources.contract` can name the line, and says what to do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sources.contract_shape import Contract, Extract, Mention
from sources.header_text import normalise_header
from sources.tables import STD_MENTION

CODE_LISTS = Path(__file__).parent / "standards" / "code_lists"
MOST_ROLES = 64
"""A mention id leaves six bits for the role (see `sources.tables.STD_MENTION`)."""

RESERVED = ("row_number", "line_number", "record_key")
"""Names that the tables of rows use themselves."""

Fault = tuple[tuple[str | int, ...], str]


def contract_faults(contract: Contract) -> list[Fault]:
    """All faults of a contract, each as (field, message); empty when it fits."""
    faults: list[Fault] = []
    names = Counter(extract.extract for extract in contract.extracts)
    for position, extract in enumerate(contract.extracts):
        here: tuple[str | int, ...] = ("extracts", position)
        if names[extract.extract] > 1:
            faults.append(((*here, "extract"), f"extract {extract.extract} stands twice; rename one"))
        for rule in (_column_faults, _column_use_faults, _role_faults, _relation_faults, _example_faults):
            faults += [((*here, *field), message) for field, message in rule(extract)]
    return faults


def _column_faults(extract: Extract) -> Iterator[Fault]:
    names = Counter(column.name for column in extract.columns)
    owners: dict[str, str] = {}
    for position, column in enumerate(extract.columns):
        here = ("columns", position)
        if names[column.name] > 1:
            yield (*here, "name"), f"column {column.name} stands twice; rename or merge"
        if column.name in RESERVED:
            yield (*here, "name"), f"column name {column.name} is taken by the row itself; choose another"
        for header in column.headers:
            owner = owners.setdefault(normalise_header(header), column.name)
            if owner != column.name:
                yield (*here, "headers"), f"header {header} belongs to column {owner} already; remove it from one"
        if column.code_list and not (CODE_LISTS / f"{column.code_list}.yml").is_file():
            yield (*here, "code_list"), f"no {column.code_list}.yml in sources/standards/code_lists; add it"


def _column_use_faults(extract: Extract) -> Iterator[Fault]:
    for field, name in _column_uses(extract):
        if name not in extract.by_name:
            yield field, f"no column {name}; add it to columns or correct the name"
        elif not extract.by_name[name].keep:
            yield field, f"column {name} is dropped at intake (keep: false); keep it or do not use it"


def _column_uses(extract: Extract) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for alternative, names in enumerate(extract.natural_key):
        yield from ((("natural_key", alternative), name) for name in names)
    if extract.record_date:
        yield ("record_date",), extract.record_date
    for position, mention in enumerate(extract.mentions):
        yield from ((("mentions", position), name) for name in mention.columns)


def _role_faults(extract: Extract) -> Iterator[Fault]:
    counts = Counter(extract.roles)
    if len(extract.roles) > MOST_ROLES:
        yield ("mentions",), f"more than {MOST_ROLES} roles in one row; lower `most` or split the extract"
    for position, mention in enumerate(extract.mentions):
        for role in mention.roles:
            if counts[role] > 1:
                yield ("mentions", position, "role"), f"role {role} is given twice; rename one"
        yield from ((("mentions", position, *field), message) for field, message in _attribute_faults(mention))


def _attribute_faults(mention: Mention) -> Iterator[Fault]:
    if not {"name", "citizen_id"} & mention.attributes.keys():
        yield ("attributes",), f"role {mention.role} has neither name nor citizen_id; map one of them"
    for part, attributes in _dependent_parts(mention):
        for attribute in attributes:
            if attribute not in mention.attributes:
                yield (part, attribute), f"{attribute} is not among the attributes of role {mention.role}; map it first"


def _dependent_parts(mention: Mention) -> Iterator[tuple[str, Iterable[str]]]:
    yield from (("fallbacks", mention.fallbacks), ("codes", mention.codes), ("needs", mention.needs))
    yield "assumed", mention.assumed


def _relation_faults(extract: Extract) -> Iterator[Fault]:
    roles = {*extract.roles, *(mention.role for mention in extract.mentions)}
    for position, relation in enumerate(extract.relations):
        here = ("relations", position)
        for role in (relation.from_role, relation.to_role):
            if role not in roles:
                yield here, f"no mention has role {role}; add it or correct the name"
        for name in (*relation.only_when, *relation.except_when):
            if name not in STD_MENTION.names:
                yield here, f"{name} is no column of STD_MENTION; use a standard value"


def _example_faults(extract: Extract) -> Iterator[Fault]:
    for position, example in enumerate(extract.examples):
        here = ("examples", position)
        if bool(example.mentions) == bool(example.reason_code):
            yield here, "give either the expected mentions or the expected reason_code"
        for name in example.row:
            if name not in extract.by_name:
                yield (*here, "row"), f"no column {name}; use the names under columns"
        for role, values in example.mentions.items():
            if role not in extract.roles:
                yield (*here, "mentions"), f"no mention has role {role}; the roles are {', '.join(extract.roles)}"
            for name in values:
                if name not in STD_MENTION.names:
                    yield (*here, "mentions", role), f"{name} is no column of STD_MENTION; use a standard value"
