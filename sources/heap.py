"""Rows on their way through this room: laid down once, in order; few stay in memory, many lie in a file."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Final

import pyarrow as pa

MOST_BYTES_IN_MEMORY: Final = 16 * 1024 * 1024
BATCH_ROWS: Final = 8_192
"""Rows of a batch as it is laid down, and so of what readers share out among their threads."""


class Heap:
    """Rows that are added in order and read as often as needed, one reader at a time.

    The file has no name, so that nothing is left of it after a kill.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        """Args: schema: of the rows; folder: where many rows lie, the system's own for such when omitted."""
        self.schema = schema
        self.num_rows = 0
        place = str(folder) if folder else None
        self._file = SpooledTemporaryFile(max_size=MOST_BYTES_IN_MEMORY, dir=place)  # noqa: SIM115 - lives as we do
        self._writer = pa.ipc.new_stream(self._file, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
        self._is_complete = False

    def add(self, rows: pa.Table) -> None:
        """Lay down rows; not after the first reading. Raises OSError when there is no room."""
        self._writer.write_table(rows, max_chunksize=BATCH_ROWS)
        self.num_rows += rows.num_rows

    def batches(self) -> pa.RecordBatchReader:
        """All rows, from the first on."""
        if not self._is_complete:  # the writer ends the rows where the file stands, each time that it is closed
            self._writer.close()
            self._is_complete = True
        self._file.seek(0)
        return pa.ipc.open_stream(self._file)

    def slices(self, rows: int) -> Iterator[pa.Table]:
        """All rows in order, about so many at a time; one table without rows when there are none."""
        held: list[pa.RecordBatch] = []
        for batch in self.batches():
            held.append(batch)
            if sum(each.num_rows for each in held) >= rows:
                yield pa.Table.from_batches(held)
                held = []
        if held or not self.num_rows:
            yield pa.Table.from_batches(held, self.schema)

    def read_all(self) -> pa.Table:
        """All rows in memory."""
        return self.batches().read_all()
