"""One writer for each HOME, held by the operating system, so that a killed process never leaves a lock.

The pool `warehouse` (dagster.yaml) keeps runs of one Dagster instance apart, step by step; this lock keeps
whole nights apart, whoever runs them: daemon, `popbase run`, a second instance on the same HOME.
"""

import fcntl
import os
import pwd
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.errors import WriterBusyError
from pipelines.home import Home

LOCK_NAME = "run.lock"
POLL_SECONDS = 2.0
WAIT_SECONDS = 600.0
"""How long a run of the server waits for the lock before it fails."""


@contextmanager
def hold_writer(home: Home, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the one writer of a home.

    Raises:
        WriterBusyError: another process is, and still was after `wait_seconds`.
    """
    home.warehouse.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(home.warehouse / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, time.monotonic() + wait_seconds)
        yield
    finally:
        os.close(handle)


def process_owner() -> str:
    """The account of this process; its environment, which the user sets, is not asked."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a user without a name
        return f"uid {os.getuid()}"


def _lock(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise WriterBusyError("another run is writing this home; try again when it is done") from None
            time.sleep(POLL_SECONDS)
        else:
            return
