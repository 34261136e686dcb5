"""The frozen types of a data contract. What fits together is checked in `sources.contract_rules`."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sources.header_text import fold_header, normalise_header
from sources.tables import Attribute

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Header = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Rank = Annotated[int, Field(ge=1, le=99)]
ColumnType = Literal[
    "text", "citizen_id", "person_name", "date", "phone", "address", "organisation_code", "code", "number"
]
Sensitivity = Literal["direct_identifier", "quasi_identifier", "sensitive", "none"]
RelationName = Literal[
    "spouse",
    "former_spouse",
    "child_of",
    "guardian_of",
    "next_of_kin_of",
    "household_member_of",
    "co_owner_of",
    "tenant_of",
    "shareholder_of",
]

DEFAULT_RANK = 50
"""The trust rank of an attribute on which a contract says nothing."""


class Frozen(BaseModel):
    """A value: immutable, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """One column of an extract: how it may be headed, what it holds, why we hold it.

    `required`: a file without this header is refused. `filled`: a row without this value is
    quarantined. `codes`: delivered value → label or code of the code list; others pass unchanged. Where it is
    asked who is named, `*` in a value stands for any characters.
    `keep: false`: recognised, and dropped at intake. `fill_down`: a cell that is blank, 〃 or 同上 says what the one
    above says, as merged cells are exported.
    """

    name: Identifier
    headers: tuple[Header, ...] = Field(min_length=1)
    type: ColumnType = "text"
    code_list: Identifier | None = None
    codes: dict[str, str] = {}
    required: bool = False
    filled: bool = False
    null_tokens: tuple[str, ...] = ()
    sensitivity: Sensitivity = "none"
    purpose: str = ""
    keep: bool = True
    fill_down: bool = False

    @property
    def tells_age(self) -> bool:
        """Whether an age may stand here in the place of a date: one of the headers says so."""
        return any("年龄" in header for header in self.headers)


class Split(Frozen):
    """Several persons in one cell, in the same order in each of `columns`.

    Each character of `separator` separates. Columns not listed hold one value for all of them;
    without `columns`, those of the name and the citizen number are split.
    `usually_one`: the cell names one person as a rule, who has the role without a number (owner, owner2, owner3). Where
    it names no more, no cell of the row is split.
    """

    separator: str = Field(min_length=1)
    most: int = Field(ge=1, le=20)
    columns: tuple[Identifier, ...] = ()
    usually_one: bool = False

    @property
    def between(self) -> str:
        """What stands between two persons, as a regular expression of DuckDB."""
        return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in self.separator) + "]"


class Mention(Frozen):
    """One person named in a row. With `split`, its roles are numbered from 1 (co_owner1, co_owner2).

    An attribute is read from its column; if that is empty, from the `fallbacks` in order; if those are,
    from `constants`. `codes` translates within this mention only, and what is not listed becomes null.
    `assumed` lists attributes that the row states of another of its persons (a child's address is its mother's): they
    help to find this one, and come last when it is asked where it lives. `needs` names a column without which the
    attribute does not count (an employer's name without an employer's code). `only_when` and `except_when` list
    column values for which the person is named or not: meanings of the column's `codes` or codes of its code list stand
    for all their labels. A value that both of these do not know, where `only_when` asks, makes the row unusable.
    """

    role: Identifier
    attributes: dict[Attribute, Identifier]
    constants: dict[Attribute, str] = {}
    fallbacks: dict[Attribute, tuple[Identifier, ...]] = {}
    codes: dict[Attribute, dict[str, str]] = {}
    needs: dict[Attribute, Identifier] = {}
    assumed: tuple[Attribute, ...] = ()
    split: Split | None = None
    only_when: dict[Identifier, tuple[str, ...]] = {}
    except_when: dict[Identifier, tuple[str, ...]] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """The role names that this mention can yield, in order."""
        if self.split is None:
            return (self.role,)
        numbered = tuple(f"{self.role}{n}" for n in range(1, self.split.most + 1))
        return (self.role, *numbered[1:]) if self.split.usually_one else numbered

    @property
    def further_roles(self) -> tuple[str, ...]:
        """Those of its roles that rows seldom have (`usually_one`)."""
        return self.roles[1:] if self.split and self.split.usually_one else ()

    @property
    def split_columns(self) -> tuple[str, ...]:
        """The columns whose cells hold several persons; none without `split`."""
        if self.split is None:
            return ()
        identifying: tuple[Attribute, ...] = ("name", "citizen_id")
        return self.split.columns or tuple(self.attributes[a] for a in identifying if a in self.attributes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that this mention reads, each once, in order of first use."""
        fallbacks = [name for names in self.fallbacks.values() for name in names]
        conditions = [*self.needs.values(), *self.only_when, *self.except_when, *self.split_columns]
        return tuple(dict.fromkeys([*self.attributes.values(), *fallbacks, *conditions]))


class Relation(Frozen):
    """A relation that the row states between two of its mentions.

    `only_when` and `except_when` look at standard values (columns of STD_MENTION) of `from_role`.
    A role of a split mention stands for each of its persons; between these, the later one is `from_role`.
    """

    from_role: Identifier
    relation: RelationName
    to_role: Identifier
    only_when: dict[Identifier, tuple[str, ...]] = {}
    except_when: dict[Identifier, tuple[str, ...]] = {}


class Delivery(Frozen):
    """What arrives, and what it means that a record does not arrive."""

    mode: Literal["full", "incremental"]
    absence: Literal["unchanged", "ended"] = "unchanged"
    rhythm: Literal["nightly", "weekly", "monthly", "termly", "by_batch"] = "nightly"
    deduplicated: bool = False


class Example(Frozen):
    """A fictitious row, by column name, and what it must become: one of the two outcomes."""

    title: str
    row: dict[Identifier, str]
    mentions: dict[str, dict[str, str | None]] = {}
    reason_code: str | None = None


class Extract(Frozen):
    """One kind of file of a department. `header: none`: its files have none, cells are the columns in their order."""

    extract: Identifier
    title: str
    files: tuple[str, ...] = Field(min_length=1)
    delimiter: Literal[",", "\t", "|", ";", "，", "；"] = ","
    header: Literal["row", "none"] = "row"
    delivery: Delivery
    natural_key: tuple[Annotated[tuple[Identifier, ...], Field(min_length=1)], ...] = Field(min_length=1)
    record_date: Identifier | None = None
    unknown_columns: Literal["discard_value", "freeze"] = "discard_value"
    columns: tuple[Column, ...] = Field(min_length=1)
    mentions: tuple[Mention, ...] = Field(min_length=1)
    relations: tuple[Relation, ...] = ()
    trust: dict[Attribute, Rank] = {}
    examples: tuple[Example, ...] = ()

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """All role names, in the order that numbers them: the further ones last, so that they renumber no other."""
        further = [role for mention in self.mentions for role in mention.further_roles]
        return (*(role for mention in self.mentions for role in mention.roles if role not in further), *further)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """The columns by each header that they may carry, in its normalised form."""
        return {normalise_header(header): column for column in self.columns for header in column.headers}

    @cached_property
    def by_folded_header(self) -> dict[str, Column]:
        """The columns by the folded form of their headers, where only one column has it (`fold_header`)."""
        named: dict[str, list[Column]] = {}
        for header, column in self.by_header.items():
            named.setdefault(fold_header(header), []).append(column)
        return {folded: columns[0] for folded, columns in named.items() if len({c.name for c in columns}) == 1}

    def column_headed(self, normalised: str) -> Column | None:
        """The column of a normalised header, or the one that alone has a synonym of it."""
        return self.by_header.get(normalised) or self.by_folded_header.get(fold_header(normalised))

    @property
    def registers_residents(self) -> bool:
        """Whether the rows say in which division a person is registered."""
        return any("registered_division" in mention.attributes for mention in self.mentions)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The names of the columns that pass the intake, in contract order."""
        return tuple(column.name for column in self.columns if column.keep)


class Contract(Frozen):
    """What one department delivers, on what ground, and how far it is trusted (rank 1 is best)."""

    department: Identifier
    title: str
    purpose: str
    legal_basis: str
    retention_days: int = Field(ge=1)
    trust: dict[Attribute, Rank]
    extracts: tuple[Extract, ...] = Field(min_length=1)

    def rank(self, extract: str, attribute: Attribute) -> int:
        """The trust rank of an attribute from an extract: the extract's own, else the department's."""
        own = next((e.trust for e in self.extracts if e.extract == extract), {})
        return own.get(attribute, self.trust.get(attribute, DEFAULT_RANK))
