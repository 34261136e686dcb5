"""Delivered header cells → contract columns.

Here: which cell names which column, and what is left over. Not here: how a header is normalised
(`sources.header_text`), where the header stands in a file and what an unknown column means for it (`sources.layout`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from sources.contract import Contract, Extract
from sources.header_text import normalise_header

__all__ = [
    "HeaderMap",
    "best_extract",
    "is_header",
    "known_share",
    "map_headers",
    "merge_header_rows",
    "normalise_header",
    "propose_headers",
]

LIKE: Final = 0.65
"""Share of characters in common from which on two headers may mean the same."""


@dataclass(frozen=True)
class HeaderMap:
    """How one delivered header row fits an extract.

    `positions` are cell indexes by column name, dropped columns included; `unknown`, `missing`,
    `repeated` are what the receipt tells: delivered headers nobody knows, required columns that did
    not come, columns that came more than once (the first is taken). `further`: cell indexes of other headers that
    mean a column as well, of which the first that says something is taken; the same header twice may name two things.
    `synonyms`: delivered headers that the contract does not list → the listed header that they are a synonym of.
    """

    positions: Mapping[str, int]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)


def map_headers(extract: Extract, cells: Sequence[str]) -> HeaderMap:
    """Match one header row with an extract's columns; blank header cells are passed over.

    A synonym (`fold_header`) is taken only for a column that came under none of its listed headers.
    """
    positions: dict[str, int] = {}
    unknown: list[str] = []
    repeated: list[str] = []
    further: dict[str, tuple[int, ...]] = {}
    synonyms: dict[str, str] = {}
    headers = [normalise_header(cell) for cell in cells]
    listed = {column.name for header in headers if (column := extract.by_header.get(header))}
    for position, (cell, normalised) in enumerate(zip(cells, headers, strict=True)):
        column = extract.by_header.get(normalised)
        if column is None and (meant := extract.column_headed(normalised)) and meant.name not in listed:
            column = meant
            synonyms[cell.strip()] = meant.headers[0]
        if column is None:
            if normalised:
                unknown.append(cell.strip())
        elif column.name in positions:
            repeated.append(column.name)
            known = (positions[column.name], *further.get(column.name, ()))
            if normalised not in {headers[each] for each in known}:
                further[column.name] = (*known[1:], position)
        else:
            positions[column.name] = position
    missing = tuple(column.name for column in extract.columns if column.required and column.name not in positions)
    return HeaderMap(positions, tuple(unknown), missing, tuple(repeated), further, synonyms)


def propose_headers(extract: Extract, columns: HeaderMap) -> dict[str, str]:
    """Unknown header → that of a column that did not come and is spelt much like it: a guess, for people to judge."""
    absent = {
        normalise_header(header): header
        for column in extract.columns
        if column.name not in columns.positions
        for header in column.headers
    }
    found = {header: get_close_matches(normalise_header(header), absent, 1, LIKE) for header in columns.unknown}
    return {header: absent[likely[0]] for header, likely in found.items() if likely}


def known_share(extract: Extract, cells: Sequence[str]) -> float:
    """Which part of a row's filled cells are headers of the extract, 0–1; rows of values give 0."""
    filled = [normalised for cell in cells if (normalised := normalise_header(cell))]
    return sum(extract.column_headed(header) is not None for header in filled) / len(filled) if filled else 0.0


def is_header(extract: Extract, cells: Sequence[str], least_share: float = 0.5) -> bool:
    """Whether a row is the extract's header: at least two of its headers, and half of the filled cells."""
    matched = map_headers(extract, cells).positions
    return len(matched) >= min(2, len(extract.columns)) and known_share(extract, cells) >= least_share


def best_extract(contracts: Iterable[Contract], cells: Sequence[str]) -> tuple[Contract, Extract] | None:
    """Whose header a row is: complete and best known, or None. For deliveries under a wrong name."""
    fitting = [
        (known_share(extract, cells), contract, extract)
        for contract in contracts
        for extract in contract.extracts
        if is_header(extract, cells) and not map_headers(extract, cells).missing
    ]
    if not fitting:
        return None
    _, contract, extract = max(fitting, key=lambda fit: fit[0])
    return contract, extract


def merge_header_rows(extract: Extract, groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """One header row from two: a merged group cell (男方) stands over the names that follow it (姓名).

    A blank name keeps its group's text, a blank group continues the one on its left; a name that was merged downwards
    stands in both rows and counts once. A group that only titles its columns (基本信息) leaves them their names.
    """
    merged: list[str] = []
    group = ""
    for position in range(max(len(groups), len(names))):
        over = groups[position].strip() if position < len(groups) else ""
        name = names[position].strip() if position < len(names) else ""
        group = over or group
        both = group + name
        # A title is told by a listed header below it alone: 身份证 under 父亲 is the father's, if anybody's.
        is_title = extract.column_headed(normalise_header(both)) is None and normalise_header(name) in extract.by_header
        merged.append(name if name == over or is_title else both)
    return merged
