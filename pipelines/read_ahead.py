"""Deliveries read ahead: while DuckDB works on one by itself, the next is read, be it of another department."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from sources.reading import Reading


class ReadAhead:
    """Reads deliveries one after the other in the background. A reading that was begun is kept until it is taken."""

    def __init__(self) -> None:
        """Nothing is read yet; at its end as a context it waits for what is being read, and drops what nobody took."""
        self._pool = ThreadPoolExecutor(1)
        self._begun: dict[int, Future[Reading]] = {}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """No more is read."""
        self._pool.shutdown(cancel_futures=True)
        self._begun.clear()

    def begin(self, delivery_id: int, read: Callable[[], Reading]) -> Future[Reading]:
        """Have a delivery read, unless that was begun; what goes wrong is raised where the reading is asked for."""
        if delivery_id not in self._begun:
            self._begun[delivery_id] = self._pool.submit(read)
        return self._begun[delivery_id]

    def take(self, delivery_id: int) -> Reading:
        """The reading of a delivery that was begun, for the last time."""
        return self._begun.pop(delivery_id).result()
