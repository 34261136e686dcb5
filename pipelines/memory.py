"""What a step held, given back to the system: steps share one process, and the next one needs the room."""

import ctypes

import pyarrow as pa


def give_back() -> None:
    """Return memory that was freed and is still kept at hand by Arrow and by the C library."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc; other libraries return it by themselves
    if trim is not None:
        trim(0)
