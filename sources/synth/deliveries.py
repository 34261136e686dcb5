"""What lands in the folder of a night: the regular files, and what comes late, twice, empty or under a wrong name."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from sources.synth import sheets_family, sheets_police, sheets_property
from sources.synth.damage import Clerk, Habits
from sources.synth.records import Record, Registration
from sources.synth.sheets import SHEETS
from sources.synth.spelling import Speller
from sources.synth.streams import reseed, settle, some, stream, weave
from sources.synth.truth import export_day, records_table
from sources.synth.world import World
from sources.synth.writing import Row, Sheet, write_sheet

RENDERERS: dict[str, tuple[Callable[[Any, Clerk, World], Row], Habits]] = {
    "hukou": (sheets_police.registration_row, sheets_police.HUKOU_HABITS),
    "floating": (sheets_police.stay_row, sheets_police.STAY_HABITS),
    "women": (sheets_family.card_row, sheets_family.CARD_HABITS),
    "insurance": (sheets_property.insurance_row, sheets_property.INSURANCE_HABITS),
    "marriage": (sheets_family.wedding_row, sheets_family.WEDDING_HABITS),
    "allowance": (sheets_family.allowance_row, sheets_family.ALLOWANCE_HABITS),
    "cremation": (sheets_family.cremation_row, sheets_family.CREMATION_HABITS),
    "property": (sheets_property.right_row, sheets_property.RIGHT_HABITS),
    "lease": (sheets_property.lease_row, sheets_property.LEASE_HABITS),
    "company": (sheets_property.company_row, sheets_property.COMPANY_HABITS),
    "share": (sheets_property.share_row, sheets_property.SHARE_HABITS),
    "pupil": (sheets_family.pupil_row, sheets_family.PUPIL_HABITS),
    "withholding": (sheets_property.pay_row, sheets_property.PAY_HABITS),
    "account": (sheets_police.account_row, sheets_police.ACCOUNT_HABITS),
    "visit": (sheets_police.visit_row, sheets_police.VISIT_HABITS),
}
HEADER_CHANGES = {"insurance": 2, "pupil": 1, "visit": 2}
LATE, RESENT, TWICE_RATE = "account", ("cremation", "allowance", "marriage"), 0.0045


@dataclass(slots=True)
class Desk:
    """Where files are written, and the truth about them gathered."""

    out: Path
    world: World
    speller: Speller
    revisions: dict[int, int]
    nights: int
    truth: list[pa.Table] = field(default_factory=list)
    written: dict[tuple[int, str], Path] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    mentions: int = 0
    files: int = 0

    def folder(self, night: int) -> Path:
        """The folder of a night."""
        return self.out / f"night_{night:03d}"


def deliver(desk: Desk, night: int, sent: dict[str, list[Record]]) -> None:
    """All files of a night. The late one goes into the folder of the next night, under tonight's date."""
    for extract in SHEETS:
        is_late = extract == LATE and night % 3 == 1 and night + 1 < desk.nights
        records = arrange(desk, extract, night, sent.get(extract, []))
        if extract == "visit" and night % 3 == 2 and len(records) > 4:
            _write(desk, extract, night, records[::3], note="_补采")
            records = [record for place, record in enumerate(records) if place % 3]
        _write(desk, extract, night, records, into=night + 1 if is_late else night)
    _deliver_oddities(desk, night)


def arrange(desk: Desk, extract: str, night: int, records: list[Record]) -> list[Record]:
    """The records of one file in the order of export; in a first, full file some stand twice."""
    rng = stream(desk.world.seed, "order", extract, night)
    records = list(records)
    again = rng.sample(records, some(rng, TWICE_RATE, len(records))) if night == 0 and records else []
    if extract != "hukou":
        records += again
        rng.shuffle(records)
        return records
    records.sort(key=lambda record: record.household.number if isinstance(record, Registration) else "")
    places = settle([rng.randrange(len(records) + before) for before in range(len(again))])
    return list(weave(records, dict(zip(places, again, strict=True))))


def render(desk: Desk, extract: str, records: list[Record]) -> Iterator[Row]:
    """Their rows, one by one."""
    draw, habits = RENDERERS[extract]
    own = Random(0)  # noqa: S311 - seeded anew for each record
    clerk = Clerk(own, habits, desk.speller)
    for record in records:
        reseed(own, desk.world.seed, extract, record.key, desk.revisions.get(record.key, 0))
        yield draw(record, clerk, desk.world)


def header(desk: Desk, extract: str, night: int) -> tuple[str, ...]:
    """Tonight's headings; some departments change theirs with a release of their system."""
    headers = SHEETS[extract].headers
    first = HEADER_CHANGES.get(extract, 0)
    if len(headers) == 1 or night < first:
        return headers[0]
    if night <= 2:
        return headers[1]
    return stream(desk.world.seed, "header", extract, night).choice(headers)


def _write(
    desk: Desk, extract: str, night: int, records: list[Record], *, into: int | None = None, note: str = ""
) -> None:
    sheet = SHEETS[extract]
    day = export_day(desk.world.today)
    folder = desk.folder(night if into is None else into)
    path = folder / sheet.department / f"{sheet.file}{note}_{day}.csv"
    mess = stream(desk.world.seed, "mess", extract, night, note)
    rows, headings = render(desk, extract, records), header(desk, extract, night)
    places = write_sheet(path, _tonight(sheet, night), headings, rows, len(records), mess, day)
    desk.truth.append(records_table(sheet.department, path.relative_to(desk.out).as_posix(), places))
    desk.written[night, extract] = path
    desk.rows[sheet.department] = desk.rows.get(sheet.department, 0) + places.rows
    desk.mentions += len(places.uid)
    desk.files += 1


def _tonight(sheet: Sheet, night: int) -> Sheet:
    """The disk was full in the first night only."""
    if night == 0 or not sheet.is_cut_off:
        return sheet
    return replace(sheet, is_cut_off=False)


def _deliver_oddities(desk: Desk, night: int) -> None:
    """What is no delivery of its own: an empty file, one sent again, one of another department, a workbook."""
    day = export_day(desk.world.today)
    if night % 5 == 0:
        _put(desk, night, f"civil_affairs/低保对象_补报_{day}.csv", b"")
    if night % 3 == 1:
        again = next((desk.written[night - 1, e] for e in RESENT if (night - 1, e) in desk.written), None)
        if again is not None:
            _put(desk, night, f"{again.parent.name}/{again.name}", again.read_bytes())
    if night % 4 == 1:
        _put(desk, night, f"tax/个税扣缴_补报_{day}.csv", _head_of(desk.written[0, "account"], 41))
    if night % 4 == 1:
        _put(desk, night, f"grid/网格采集_补采_{day}.csv", _workbook())


def _put(desk: Desk, night: int, name: str, content: bytes) -> None:
    path = desk.folder(night) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    desk.files += 1


def _head_of(path: Path, lines: int) -> bytes:
    return b"".join(path.read_bytes().splitlines(keepends=True)[:lines])


_WORKBOOK_PARTS = (
    ("[Content_Types].xml", "<Types/>"),
    ("xl/workbook.xml", "<workbook/>"),
    ("xl/worksheets/sheet1.xml", "<worksheet/>"),
)


def _workbook() -> bytes:
    """A workbook that somebody renamed."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as book:
        for name, content in _WORKBOOK_PARTS:
            book.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 8, 10, 0)), content)
    return buffer.getvalue()
