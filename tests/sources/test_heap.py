"""Rows laid down once and read as often as needed, in memory or in a file without a name."""

from pathlib import Path

import pyarrow as pa
import pytest

from sources.heap import Heap

SCHEMA = pa.schema([("row_number", pa.int32()), ("name", pa.string())])


def rows(first: int, count: int) -> pa.Table:
    return pa.table(
        [pa.array(range(first, first + count), pa.int32()), [f"name {n}" for n in range(first, first + count)]],
        schema=SCHEMA,
    )


@pytest.mark.parametrize("most", [0, 1 << 30])
def test_all_rows_come_back_in_order_as_often_as_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("sources.heap.MOST_BYTES_IN_MEMORY", most)
    heap = Heap(SCHEMA, tmp_path)
    for first in range(0, 30_000, 10_000):
        heap.add(rows(first, 10_000))
    assert heap.num_rows == 30_000
    assert heap.read_all() == heap.read_all() == rows(0, 30_000)
    assert max(batch.num_rows for batch in heap.batches()) <= 8_192


def test_nothing_is_left_of_it_under_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.heap.MOST_BYTES_IN_MEMORY", 1)
    heap = Heap(SCHEMA, tmp_path)
    heap.add(rows(0, 10_000))
    assert list(tmp_path.iterdir()) == []


def test_a_heap_of_nothing_has_its_shape() -> None:
    assert Heap(SCHEMA).read_all() == SCHEMA.empty_table()


def test_slices_are_all_rows_a_few_at_a_time() -> None:
    heap = Heap(SCHEMA)
    heap.add(rows(0, 20_000))
    slices = list(heap.slices(9_000))
    assert [each.num_rows for each in slices] == [16_384, 3_616]
    assert pa.concat_tables(slices) == rows(0, 20_000)
    assert [each.num_rows for each in Heap(SCHEMA).slices(9_000)] == [0]


def test_a_reading_that_was_given_up_leaves_all_rows() -> None:
    heap = Heap(SCHEMA)
    heap.add(rows(0, 20_000))
    next(heap.slices(100))
    assert heap.read_all() == rows(0, 20_000)
