"""An explanation in words, and on a terminal.

What is told is put together once, as blocks, and rendered twice (`pipelines.explain_page`). Nothing here decides what
is masked (`pipelines.explaining`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from matching.explanation import ClusterExplanation, Encounter, Hold, Judgement, Link, Unit
from matching.spec import RELATIVES
from matching.waterfall import Change, Step, Waterfall
from pipelines.explaining import PairReport, PersonReport, SourceRecord, SOURCES
from pipelines.show_review import printable

LEAST_SHOWN: Final = 0.005
"""Bits below which a part is not shown."""


RARITY: Final = {
    True: ("rare", "To share this value says more: few have it."),
    False: ("frequent", "To share this value says less: many have it."),
}


@dataclass(frozen=True)
class Bar:
    """One bar of a waterfall, in bits: from where to where, and what it says."""

    label: str
    start: float
    end: float
    kind: Literal["part", "sum"]
    sentence: str
    values: str = ""

    @property
    def bits(self) -> float:
        """What is added, or the sum itself."""
        return self.end - self.start


@dataclass(frozen=True)
class Heading:
    """The title of what follows."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    is_dim: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of texts. `right`: columns of numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fall:
    """The waterfall of a link, from `least` bits on two are linked."""

    waterfall: Waterfall
    least: float


Block = Heading | Words | Grid | Fall


def show_explanation(out: Console, report: PersonReport | PairReport) -> None:
    """Print an explanation."""
    for block in describe(report):
        _show(out, block)


def show_records(out: Console, records: Sequence[SourceRecord]) -> None:
    """Print where records were delivered."""
    _show(out, _records(records))


def describe(report: PersonReport | PairReport) -> list[Block]:
    """All that is to be told, in order."""
    told = _person(report) if isinstance(report, PersonReport) else _pair(report)
    hint = (
        "Values are masked; --clear shows them."
        if report.is_masked
        else "Values are shown as they are: handle with care."
    )
    return [*told, Words(hint, is_dim=True)]


def waterfall_bars(waterfall: Waterfall) -> tuple[Bar, ...]:
    """A waterfall as bars, top down; comparisons that say nothing have none."""
    bars = [Bar("prior", 0.0, waterfall.prior_bits, "part", "So few of all pairs are one person.")]
    for step in waterfall.steps:
        bars += _bars_of(step, bars[-1].end)
    if waterfall.household_alternative_bits < -LEAST_SHOWN:
        sentence = "Members of one household have some of this in common as well."
        bars.append(_next("household alternative", bars, waterfall.household_alternative_bits, sentence))
    bars.append(Bar("posterior odds", 0.0, waterfall.odds, "sum", _odds_words(waterfall.odds)))
    if waterfall.rival_bits < -LEAST_SHOWN:
        bars.append(_next("rivals", bars, waterfall.rival_bits, "Other known persons fit as well, and share the odds."))
        bars.append(Bar("odds after rivals", 0.0, waterfall.shared_odds, "sum", _odds_words(waterfall.shared_odds)))
    return tuple(bars)


def _bars_of(step: Step, start: float) -> list[Bar]:
    if step.is_neutral:
        return []
    values = " / ".join(_value(step, side) for side in (step.left, step.right))
    bars = [Bar(f"{step.comparison}: {step.level}", start, start + step.match_bits, "part", step.sentence, values)]
    if abs(step.rarity_bits) >= LEAST_SHOWN:
        word, sentence = RARITY[step.rarity_bits > 0]
        bars.append(_next(f"{step.comparison}: {word} value", bars, step.rarity_bits, sentence))
    return bars


def _next(label: str, bars: Sequence[Bar], bits: float, sentence: str) -> Bar:
    return Bar(label, bars[-1].end, bars[-1].end + bits, "part", sentence)


def _odds_words(odds: float) -> str:
    if abs(odds) > 60:
        return "All but certain." if odds > 0 else "All but impossible."
    times = 2.0 ** abs(odds)
    told = f"{times:,.0f}" if times >= 100 else f"{times:.1f}"
    return f"{told} to 1 that it is one person." if odds >= 0 else f"1 to {told} that it is one person."


def _value(step: Step, side: tuple[str, ...]) -> str:
    """The values of one side, as a person writes them."""
    return ", ".join(_readable(step, printable(each)) for each in side) or "\N{EM DASH}"


def _readable(step: Step, value: str) -> str:
    if step.column == RELATIVES:
        return f"#{value}"
    return _birth(value) if step.kind == "birth" else value.removesuffix("!")


def _birth(value: str) -> str:
    day, told, low, high, *_ = (*value.split("|"), "", "", "", "")
    known = day or (low if low == high else f"{low}\N{EN DASH}{high}")
    return f"{known} (told {told})" if told and told != day else known


class _Names:
    """What units and clusters are called: units by their place in the person, clusters by their person."""

    def __init__(self, persons: Mapping[int, str], units: Iterable[int] = ()) -> None:
        self.persons, self.units = persons, {unit: f"unit {at}" for at, unit in enumerate(units, start=1)}

    def unit(self, unit_id: int) -> str:
        return self.units.get(unit_id, f"their unit {unit_id}")

    def units_of(self, units: Iterable[int]) -> str:
        return ", ".join(map(self.unit, units))

    def person(self, cluster: int) -> str:
        return self.persons.get(cluster, f"cluster {cluster}")


def _person(report: PersonReport) -> Iterator[Block]:
    found = report.explanation
    names = _Names(report.persons, (unit.unit_id for unit in found.units))
    records = [record for each in report.records.values() for record in each]
    yield Heading(report.person_id, 1)
    if report.asked != report.person_id:
        yield Words(f"{report.asked} was asked for; it has been merged into {report.person_id}.")
    yield Words(
        f"{_counted(len(records), 'record')} of {_counted(len({each.department for each in records}), 'department')} "
        f"in {_counted(len(found.units), 'unit')}. A unit is records that are certainly one person; match weights link "
        f"units (parameters of version {found.parameters_version})."
    )
    shown: set[tuple[int, int]] = set()
    for unit in found.units:
        yield from _unit(unit, report.records.get(unit.unit_id, ()), names, found.least, shown)
    yield from _certain(found, names)
    yield from _judgements(found.judgements)
    if len(found.units) > 1:
        yield Heading("Where it hangs together least")
        yield from _hold(found.hold, names, found.least, shown)
    yield Heading("Who came near")
    if not found.near:
        yield Words("Nobody: no scored pair leads to another person.")
    for each in found.near:
        yield Heading(names.person(each.cluster_r), 3)
        yield from _encounter(each, names)


def _unit(
    unit: Unit, records: Sequence[SourceRecord], names: _Names, least: float, shown: set[tuple[int, int]]
) -> Iterator[Block]:
    yield Heading(f"{names.unit(unit.unit_id)}: {SOURCES.get(unit.source, unit.source)}", 3)
    yield _records(records)
    if len(records) > 1:
        for rule in dict.fromkeys(record.unit_rule for record in records):
            [sentence, *_] = [record.sentence for record in records if record.unit_rule == rule]
            yield Words(f"{rule}: {sentence}")
    link = unit.strongest
    if link is None:
        return
    [other] = [each for each in link.units if each != unit.unit_id]
    yield Words(
        f"Best linked to {names.unit(other)}: {_chance(link)}{'' if link.units not in shown else ', as told above'}."
    )
    if link.units not in shown:
        shown.add(link.units)
        yield Fall(link.waterfall, least)
        yield from _rivals(link, names)


def _certain(found: ClusterExplanation, names: _Names) -> Iterator[Block]:
    if found.musts:
        yield Heading("Certain links")
        rows = [
            (names.unit(each.unit_l), names.unit(each.unit_r), each.match_rule, each.sentence) for each in found.musts
        ]
        yield Grid(("unit", "unit", "rule", "what it says"), tuple(rows))


def _judgements(judgements: Sequence[Judgement]) -> Iterator[Block]:
    if judgements:
        yield Heading("Judgements")
        rows = [
            (
                str(each.judgement_id), each.judgement, str(each.record_id_l), str(each.record_id_r),
                each.decided_at.date().isoformat(), printable(each.decided_by or "***"),
                printable(each.reason or "***"), _effect(each),
            )
            for each in judgements
        ]  # fmt: skip
        yield Grid(("id", "judgement", "record", "record", "date", "by", "reason", "effect"), tuple(rows))


def _effect(judgement: Judgement) -> str:
    if judgement.judgement == "unsure":
        return "changes nothing"
    return "applied" if judgement.is_applied else "from the next night on"


def _hold(hold: Hold | None, names: _Names, least: float, shown: set[tuple[int, int]]) -> Iterator[Block]:
    if hold is None:
        yield Words("Certain links alone hold it together; only a judgement that they are two persons would split it.")
        return
    yield Words(
        f"Between {names.units_of(hold.units_l)} and {names.units_of(hold.units_r)}. The best link there is "
        f"{names.units_of(hold.link.units)}: {_chance(hold.link)}. Pairs between them that reach the "
        f"threshold alone: {hold.holding}. It takes {hold.margin:.1f} bits against it to part them."
    )
    if hold.link.units not in shown:
        shown.add(hold.link.units)
        yield Fall(hold.link.waterfall, least)
    if hold.worst:
        yield Words(f"Against it speaks {names.units_of(hold.worst.units)}: {_against(hold.worst)}.")
    if hold.changes:
        yield Words(
            f"What would undo that link: {_changes(hold.changes)}. So would a judgement that they are two persons."
        )
    else:
        yield Words("No single comparison would undo that link; a judgement that they are two persons would.")


def _encounter(found: Encounter, names: _Names) -> Iterator[Block]:
    yield Words(f"Best pair: {names.units_of(found.best.units)}: {_chance(found.best)}.")
    for at, obstacle in enumerate(found.obstacles):
        weight = f" ({obstacle.bits:+.1f} bits)" if obstacle.bits is not None else ""
        about = f" [{names.units_of(obstacle.units)}]" if obstacle.units not in (None, found.best.units) else ""
        yield Words(f"{'and' if at else 'Kept apart'} by {obstacle.kind}: {obstacle.sentence}{weight}{about}")
    yield Fall(found.best.waterfall, found.least)
    yield from _rivals(found.best, names)
    if found.worst and found.worst.units != found.best.units:
        yield Words(f"The strongest contradiction is {names.units_of(found.worst.units)}: {_against(found.worst)}.")
    if found.changes:
        yield Words(f"What would put them together, in the best pair: {_changes(found.changes)}.")


def _pair(report: PairReport) -> Iterator[Block]:
    found = report.encounter
    one, other = report.person_ids
    names = _Names(report.persons)
    letters = {found.cluster_l: "A", found.cluster_r: "B"}
    names.units = {unit: f"{letters[report.clusters[unit]]}'s unit {unit}" for unit in report.records}
    yield Heading(f"{one} and {other}", 1)
    for asked, person_id in zip(report.asked, report.person_ids, strict=True):
        if asked != person_id:
            yield Words(f"{asked} was asked for; it has been merged into {person_id}.")
    yield Words(f"A is {one}, B is {other}: two persons. From {found.least:+.1f} bits of odds on they would be one.")
    yield from _encounter(found, names)
    shown = [found.best, *([found.worst] if found.worst and found.worst.units != found.best.units else [])]
    if len(shown) > 1 and any(each.kind == "contradiction" for each in found.obstacles):
        yield Heading("The strongest contradiction")
        yield Fall(shown[1].waterfall, found.least)
    yield from _judgements(found.judgements)
    pairs = [*(each.units for each in shown), *(each.units for each in found.obstacles if each.units)]
    for unit in sorted({unit for pair in pairs for unit in pair}, key=lambda each: (names.unit(each), each)):
        yield Heading(f"Records of {names.unit(unit)}", 3)
        yield _records(report.records.get(unit, ()))


def _records(records: Sequence[SourceRecord]) -> Grid:
    rows = tuple(
        (
            each.department, printable(each.file), str(each.row_number), each.role, each.night.isoformat(),
            "yes" if each.is_current else "no", each.unit_rule,
        )
        for each in records
    )  # fmt: skip
    return Grid(("department", "file", "row", "role", "night", "current", "rule"), rows, frozenset({"row"}))


def _rivals(link: Link, names: _Names) -> Iterator[Words]:
    if link.waterfall.rival_bits < -LEAST_SHOWN and link.rivals:
        told = dict.fromkeys(f"{names.person(each.cluster)} ({each.odds:+.1f} bits)" for each in link.rivals)
        yield Words(f"Rivals, likeliest first: {', '.join(list(told)[:5])}.")


def _chance(link: Link) -> str:
    waterfall = link.waterfall
    if waterfall.never:
        return f"ruled out by {', '.join(waterfall.never)}, whatever the odds of {waterfall.odds:+.1f} bits"
    return f"probability {_probability(waterfall.probability)}, odds {waterfall.shared_odds:+.1f} bits"


def _probability(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else "above 0.9999" if p > 0.9999 else f"{p:.4f}"


def _against(link: Link) -> str:
    parts = sorted((step for step in link.waterfall.steps if step.bits < 0), key=lambda step: step.bits)
    told = ", ".join(f"{step.comparison} {step.level} {step.bits:+.1f}" for step in parts)
    return f"{link.waterfall.ratio:+.1f} bits in all ({told})"


def _changes(changes: Iterable[Change]) -> str:
    by_comparison: dict[str, list[str]] = {}
    for each in changes:
        by_comparison.setdefault(each.comparison, []).append(each.level or "without a value")
    return "; ".join(f"{name} {' or '.join(levels)}" for name, levels in by_comparison.items())


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def neutral_words(waterfall: Waterfall) -> str:
    """Which comparisons say nothing, as a sentence; empty when all say something."""
    silent = [f"{step.comparison} ({step.sentence.rstrip('.').lower()})" for step in waterfall.steps if step.is_neutral]
    return f"Says nothing: {'; '.join(silent)}." if silent else ""


def _show(out: Console, block: Block) -> None:
    if isinstance(block, Heading):
        out.print()
        out.print(Text(block.text, style="bold" if block.level > 1 else "bold underline"))
    elif isinstance(block, Words):
        out.print(Text(block.text, style="dim" if block.is_dim else ""))
    elif isinstance(block, Grid):
        out.print(_rich_table(block))
    else:
        out.print(_rich_fall(block))
        if neutral := neutral_words(block.waterfall):
            out.print(Text(neutral, style="dim"))


def _rich_table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in grid.columns:
        table.add_column(name, justify="right" if name in grid.right else "left", overflow="fold")
    for row in grid.rows:
        table.add_row(*map(Text, row))
    return table


def _rich_fall(fall: Fall) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("bits", "sum"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("evidence", "values", "what it says"):
        table.add_column(name, overflow="fold")
    for bar in waterfall_bars(fall.waterfall):
        bits = Text("" if bar.kind == "sum" else f"{bar.bits:+.2f}", style=_style(bar))
        style = "bold" if bar.kind == "sum" else ""
        table.add_row(
            bits,
            Text(f"{bar.end:+.2f}", style=style),
            Text(bar.label, style=style),
            Text(bar.values),
            Text(bar.sentence),
        )
    return table


def _style(bar: Bar) -> str:
    return "cyan" if bar.bits >= 0 else "dark_orange"
