"""The truth beside the deliveries: who stands in which row, who exists, what happened."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sources.synth.nights import NumberChange
from sources.synth.world import World
from sources.synth.writing import Places

RECORDS = pa.schema(
    [
        ("department", pa.string()),
        ("file", pa.string()),
        ("row_number", pa.int32()),
        ("line_number", pa.int32()),
        ("role", pa.string()),
        ("person_uid", pa.int32()),
        ("difficulty", pa.string()),
    ]
)
"""One line for each person named in a usable row; `file` is relative to the output folder."""

ROW_GROUP = 1 << 20
"""As Arrow divides a whole table by itself."""

PEOPLE = pa.schema(
    [
        ("person_uid", pa.int32()),
        ("citizen_id", pa.string()),
        ("name", pa.string()),
        ("sex", pa.int8()),
        ("birth_date", pa.date32()),
        ("town", pa.string()),
        ("community", pa.string()),
        ("is_floating", pa.bool_()),
        ("is_dead", pa.bool_()),
        ("household_uid", pa.int32()),
        ("dwelling_uid", pa.int32()),
        ("employer", pa.string()),
    ]
)
"""One line for each person after the last night; `citizen_id` is the current number of any document."""

EVENTS = pa.schema([("night", pa.int32()), ("event", pa.string()), ("person_uid", pa.int32())])
"""What happened between the nights."""

NUMBER_CHANGES = pa.schema(
    [
        ("night", pa.int32()),
        ("person_uid", pa.int32()),
        ("old_citizen_id", pa.string()),
        ("new_citizen_id", pa.string()),
        ("cause", pa.string()),
    ]
)
"""Numbers that were replaced; night 0 for those before the first delivery."""


def records_table(department: str, file: str, places: Places) -> pa.Table:
    """The truth of one file, as RECORDS, with texts as a dictionary: those of all files are kept to the end."""
    size = len(places.uid)
    columns = [
        pa.repeat(department, size).dictionary_encode(),
        pa.repeat(file, size).dictionary_encode(),
        pa.array(np.asarray(places.row_number)),
        pa.array(np.asarray(places.line_number)),
        pa.array(places.role, pa.string()).dictionary_encode(),
        pa.array(np.asarray(places.uid)),
        pa.array(places.difficulty, pa.string()).dictionary_encode(),
    ]
    return pa.Table.from_arrays(columns, RECORDS.names)


def _write_records(records: list[pa.Table], path: Path) -> None:
    table = pa.concat_tables(records).unify_dictionaries() if records else RECORDS.empty_table()
    with pq.ParquetWriter(path, RECORDS) as writer:
        for first in range(0, max(table.num_rows, 1), ROW_GROUP):
            writer.write_table(table.slice(first, ROW_GROUP).cast(RECORDS), ROW_GROUP)


def people_table(world: World) -> pa.Table:
    """Everybody, as PEOPLE."""
    rows: list[tuple[object, ...]] = []
    for person in world.persons:
        place = person.home.place if person.home is not None else None
        rows.append(
            (
                person.uid,
                person.number if person.has_number else None,
                person.name,
                person.sex,
                person.birth,
                place.town.name if place else None,
                place.community if place else None,
                person.is_floating,
                person.died is not None,
                person.household.uid if person.household else None,
                person.home.uid if person.home else None,
                person.employer.code if person.employer else None,
            )
        )
    return _table(rows, PEOPLE)


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def write_truth(
    folder: Path,
    records: list[pa.Table],
    world: World,
    events: list[tuple[int, str, int]],
    changes: list[tuple[int, NumberChange]],
) -> None:
    """All four tables."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_records(records, folder / "records.parquet")
    pq.write_table(people_table(world), folder / "people.parquet")
    pq.write_table(_table([*events], EVENTS), folder / "events.parquet")
    pq.write_table(
        _table([(night, *change) for night, change in changes], NUMBER_CHANGES), folder / "number_changes.parquet"
    )


def export_day(day: date) -> str:
    """A date as in file names."""
    return day.isoformat().replace("-", "")
