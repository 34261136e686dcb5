"""The whole of it: a fictitious population, its departments' deliveries for some nights, and the truth."""

import datetime
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sources.synth.changes import play
from sources.synth.deliveries import deliver, Desk
from sources.synth.lives import live
from sources.synth.names import NameBook
from sources.synth.nights import index_records, Night, NumberChange
from sources.synth.numbers import NumberOffice
from sources.synth.places import Gazetteer
from sources.synth.population import FLOATING_SHARE, grow_arrivals, grow_residents
from sources.synth.records import Record
from sources.synth.registers import build
from sources.synth.spelling import Speller
from sources.synth.streams import stream
from sources.synth.truth import write_truth
from sources.synth.world import World

FIRST_NIGHT = datetime.date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class SynthSummary:
    """What was written; counts only. `rows` are CSV records by department, `mentions` the lines of the truth."""

    people: int
    rows: dict[str, int]
    mentions: int
    files: int


def generate(
    people: int,
    seed: int,
    nights: int,
    out: Path,
    first_night: datetime.date = FIRST_NIGHT,
    progress: Callable[[str], None] | None = None,
) -> SynthSummary:
    """Write the deliveries of some nights and their truth. The same arguments give the same bytes.

    Args:
        people: about how many persons to make, at least 50.
        seed: any integer.
        nights: how many nights, at least 1; the first holds full extracts.
        out: folder for `night_000/`, …, and `truth/`.
        first_night: the date of night 0.
        progress: told in words what is being done; never a personal value.

    Returns:
        Counts of what was written.

    Raises:
        ValueError: if `people` or `nights` is too small.
        FileExistsError: if `out` holds deliveries already; old nights would mix with new ones.
    """
    if people < 50 or nights < 1:
        raise ValueError("at least 50 people and 1 night are needed")
    if next(out.glob("night_*"), None) is not None:
        raise FileExistsError(f"{out} already holds deliveries; choose an empty folder")
    with _all_is_kept():
        return _generate(people, seed, nights, out, first_night, progress or (lambda _: None))


def _generate(
    people: int, seed: int, nights: int, out: Path, first_night: datetime.date, say: Callable[[str], None]
) -> SynthSummary:
    speller = Speller()
    say(f"population: about {people} persons")
    world, changes = make_world(people, seed, first_night, speller)
    desk = Desk(out, world, speller, {}, nights)
    say(f"night 0: {len(world.persons)} persons")
    deliver(desk, 0, world.registers)
    events = _later_nights(desk, first_night, changes, say)
    say("truth")
    write_truth(out / "truth", desk.truth, world, events, changes)
    return SynthSummary(len(world.persons), dict(sorted(desk.rows.items())), desk.mentions, desk.files)


@contextmanager
def _all_is_kept() -> Iterator[None]:
    """Without looking for garbage: among millions of objects, all in use to the end, that takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def make_world(
    people: int, seed: int, today: datetime.date, speller: Speller
) -> tuple[World, list[tuple[int, NumberChange]]]:
    """The population and its registers on the day of the first night, and the number changes before it."""
    places = Gazetteer(stream(seed, "places"), people)
    world = World(seed, today, NameBook(), NumberOffice(), places)
    grow_residents(world, stream(seed, "residents"), round(people * (1 - FLOATING_SHARE)))
    grow_arrivals(world, stream(seed, "arrivals"), max(3, people - len(world.persons)))
    changes: list[tuple[int, NumberChange]] = [(0, change) for change in live(world, stream(seed, "lives"), speller)]
    build(world, stream(seed, "registers"))
    return world, changes


def _later_nights(
    desk: Desk, first_night: datetime.date, changes: list[tuple[int, NumberChange]], say: Callable[[str], None]
) -> list[tuple[int, str, int]]:
    """Play and deliver every night after the first; returns the events."""
    world = desk.world
    index: dict[int, list[tuple[str, Record]]] = {}
    if desk.nights > 1:
        index_records(world, index, {})
    events: list[tuple[int, str, int]] = []
    for number in range(1, desk.nights):
        say(f"night {number}")
        world.today = first_night + datetime.timedelta(days=number)
        night = Night(world, stream(world.seed, "night", number), number, index, desk.revisions)
        play(night)
        deliver(desk, number, {extract: list(records.values()) for extract, records in night.sent.items()})
        events += night.events
        changes += [(number, change) for change in night.number_changes]
    return events
