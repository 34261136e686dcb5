"""What a step may hold, and how it gives it back: steps share one process, and the next one needs the room."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from warehouse.database import warehouse_session


@dataclass(frozen=True)
class Share:
    """What DuckDB may hold at once, the rest goes to disk: so many MiB, and so many bytes of each mention if more."""

    least: int
    each: int

    @property
    def lowest(self) -> str:
        """The limit for few mentions, as DuckDB writes it."""
        return f"{self.least}MiB"


STEP: Final = Share(2048, 220)
"""A first night of 100,000 people takes a tenth longer with it than without. Of a join a part has to fit at a time, and
for the 28 million mentions of five million people 2 GiB are too little."""

LINKAGE: Final = Share(1536, 220)
"""During the linkage, which holds arrays of about as much beside it."""


def duckdb_limit(con: duckdb.DuckDBPyConnection, share: Share) -> str:
    """The limit for a warehouse as it is, as DuckDB writes it."""
    [(mentions,)] = con.execute("SELECT count(*) FROM std_mention").fetchall()
    return f"{max(share.least, mentions * share.each >> 20)}MiB"


@contextmanager
def step_session(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse for one step, with the memory of a step; see `warehouse.database.open_warehouse` for errors."""
    with warehouse_session(path, read_only=read_only, memory_limit=STEP.lowest) as con:
        con.execute(f"SET memory_limit = '{duckdb_limit(con, STEP)}'")
        yield con


def give_back() -> None:
    """Return memory that was freed and is still kept at hand by Arrow and by the C library."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other libraries return it by themselves
    if trim is not None:
        trim(0)
