"""Pairs to judge and judgements, as a reviewer sees them: on a terminal, or in a sheet for a spreadsheet.

Values are masked unless a reviewer asks for clear ones. Not here: where they come from (`pipelines.reviewing`).
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from matching.review import Estimate, Finding, Quality
from matching.spec import RELATIVES
from pipelines.reviewing import JUDGEMENT_COLUMNS, Origin, PAIR_COLUMN, ReviewPair

NEXT_RUN: Final = "judgements are applied at the next run (popbase run)"
SHOWN_ORIGINS: Final = 4
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NUMBER: Final = 11
"""Digits beyond which a spreadsheet rounds or writes powers of ten."""
_SHOWN_MASK: Final = 8
_DAY: Final = re.compile(r"-\d\d-\d\d")


def show_pairs(out: Console, pairs: Sequence[ReviewPair], *, clear: bool, blind: bool) -> None:
    """Print a table of pairs: what agrees, what differs. `blind`: without probabilities."""
    table = _table("no.", "records", "probability", "moves", "known as", "agrees", "differs")
    for number, pair in enumerate(pairs, start=1):
        table.add_row(
            str(number),
            f"{pair.record_id_l}\n{pair.record_id_r}",
            "" if blind else f"{pair.probability:.3f}{' linked' if pair.is_linked else ''}",
            "" if pair.records is None else str(pair.records),
            Text("\n".join(_known_as(pair, side, clear=clear) for side in ("left", "right"))),
            _levels(each for each in pair.findings if each.level and each.weight > 0),
            _levels(each for each in pair.findings if each.level and each.weight <= 0),
        )
    out.print(table)


def show_pair(out: Console, pair: ReviewPair, *, clear: bool, blind: bool) -> None:
    """Print two units side by side. `blind`: without probability and weights."""
    linked = "linked now" if pair.is_linked else "not linked now"
    title = f"records {pair.record_id_l} and {pair.record_id_r}"
    out.rule(title if blind else f"{title}: probability {pair.probability:.3f}, {linked}", align="left")
    table = _table("", str(pair.record_id_l), str(pair.record_id_r), "level", *([] if blind else ["bits"]))
    for each in pair.findings:
        values = (Text("\n".join(readable(each, v, clear=clear) for v in side)) for side in (each.left, each.right))
        weight = [] if blind else [f"{each.weight:+.1f}" if each.level else ""]
        table.add_row(each.comparison, *values, each.level, *weight)
    table.add_section()
    table.add_row("delivered by", *(Text(_origins(side)) for side in (pair.origins_l, pair.origins_r)))
    out.print(table)


def show_log(out: Console, rows: Iterable[Mapping[str, Any]], *, clear: bool) -> None:
    """Print judgements, newest first; the reasons, which may name persons, only when `clear`."""
    names = ("id", "decided at", "by", "records", "judgement", "probability", "state", *(["reason"] if clear else []))
    table = _table(*names)
    for row in rows:
        p = row["probability"]
        cells = (
            str(row["judgement_id"]), f"{row['decided_at']:%Y-%m-%d %H:%M}", printable(row["decided_by"]),
            f"{row['record_id_l']}\n{row['record_id_r']}", row["judgement"], "" if p is None else f"{p:.3f}",
            row["state"], *([printable(row["reason"])] if clear else []),
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    out.print(table)


def show_quality(out: Console, quality: Quality) -> None:
    """Print what a judged sample says of the linkage, and what it rests on."""
    table = _table("probability", "", "pairs", "drawn", "judged", "same", "different", "unsure")
    for each in quality.strata:
        counts = (each.pairs, each.drawn, each.judged, each.positive, each.negative, each.unsure)
        band = f"{each.band_low:g} – {each.band_high:g}"
        table.add_row(band, "linked" if each.is_linked else "not linked", *(f"{count:,}" for count in counts))
    out.print(table)
    for name, estimate in (("precision", quality.precision), ("recall", quality.recall)):
        out.print(f"{name}: {_share(estimate)}", highlight=False)
    judged, drawn = (sum(getattr(each, name) for each in quality.strata) for name in ("judged", "drawn"))
    out.print(
        f"from {judged} of {drawn} pairs drawn on {quality.drawn_at:%Y-%m-%d}; pairs of units among those that were "
        "scored: matches that no blocking rule found are not counted",
        highlight=False,
    )


def export_sheet(path: Path, pairs: Sequence[ReviewPair], *, clear: bool) -> None:
    """Write pairs for a spreadsheet: without probabilities, in an order that tells nothing, to be judged blindly.

    Raises:
        FileExistsError: a sheet is never written over; somebody may have filled it in.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123 - a handle, no path
        writer = csv.writer(stream)
        if pairs:
            writer.writerow([PAIR_COLUMN, *_headings(pairs[0]), *JUDGEMENT_COLUMNS])
        for pair in sorted(pairs, key=lambda pair: (pair.record_id_l, pair.record_id_r)):
            cells = [f"{pair.record_id_l}~{pair.record_id_r}", *_cells(pair, clear=clear)]
            writer.writerow([neutralise(cell) for cell in cells] + [""] * len(JUDGEMENT_COLUMNS))


def readable(finding: Finding, value: str, *, clear: bool) -> str:
    """A value as a reviewer reads it; unless `clear`, so that nobody who looks over a shoulder learns it."""
    text = printable(value)
    if finding.column == RELATIVES:
        return f"#{text}"
    if finding.kind == "birth":
        text = _born(text)
    return text if clear else mask_value(finding.kind, text)


def mask_value(kind: str, text: str) -> str:
    """A value of which a third can be read at most: 王**, 370*************34, 1985-**-**; texts keep nothing."""
    if kind == "chinese_name":
        head = text[:3] if text.startswith("曾:") else text[:1]
        return head + "*" * (len(text) - len(head))
    if kind in ("birth", "date"):
        return _DAY.sub("-**-**", text)
    if len(text) < 2:
        return text
    if not text.isascii() or not any(letter.isdigit() for letter in text):
        return "*" * min(len(text), _SHOWN_MASK)
    behind = min(2, len(text) // 9)
    ahead = min(3, len(text) // 3 - behind)
    return text[:ahead] + "*" * (len(text) - ahead - behind) + text[len(text) - behind :]


def neutralise(cell: str) -> str:
    """A cell that a spreadsheet takes neither for a formula nor for a number to be rounded."""
    is_long_number = cell.isdigit() and len(cell) > _LONGEST_NUMBER
    return f"'{cell}" if cell.startswith(_FORMULA) or is_long_number else cell


def printable(text: str) -> str:
    """A text as a terminal may show it: no escapes, no turns of direction."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _known_as(pair: ReviewPair, side: str, *, clear: bool) -> str:
    """The first name of one side."""
    for each in pair.findings:
        if each.kind == "chinese_name" and (values := getattr(each, side)):
            return readable(each, values[0], clear=clear)
    return "?"


def _levels(findings: Iterable[Finding]) -> Text:
    return Text("\n".join(f"{each.comparison}: {each.level.replace('_', ' ')}" for each in findings))


def _origins(origins: Sequence[Origin]) -> str:
    shown = [f"{each.file} row {each.row_number}" for each in origins[:SHOWN_ORIGINS]]
    more = [f"and {len(origins) - SHOWN_ORIGINS} more"] if len(origins) > SHOWN_ORIGINS else []
    return printable(" · ".join([*shown, *more]))


def _share(estimate: Estimate) -> str:
    interval = f"95 % between {estimate.low:.1%} and {estimate.high:.1%}"
    if estimate.value is None:
        return f"unknown, {interval}: no pair of some stratum is judged yet"
    return f"{estimate.value:.1%}, {interval}"


def _headings(pair: ReviewPair) -> Iterator[str]:
    for finding in pair.findings:
        yield from (f"{finding.comparison}_l", f"{finding.comparison}_r", f"{finding.comparison}_level")
    yield from ("departments_l", "departments_r")


def _cells(pair: ReviewPair, *, clear: bool) -> Iterator[str]:
    for finding in pair.findings:
        for side in (finding.left, finding.right):
            yield "; ".join(readable(finding, value, clear=clear) for value in side)
        yield finding.level
    for origins in (pair.origins_l, pair.origins_r):
        yield ", ".join(dict.fromkeys(origin.department for origin in origins))


def _born(text: str) -> str:
    """Dates of birth, or the years between which it lies, of a unit's `birth`."""
    parts = text.split("|")
    if dates := [part for part in dict.fromkeys(parts[:2]) if part]:
        return " / ".join(dates)
    return "–".join(part for part in dict.fromkeys(parts[2:4]) if part)
