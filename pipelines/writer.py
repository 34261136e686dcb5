"""One writer for each HOME, or several readers, held by the operating system: a killed process never leaves a lock.

The pool `warehouse` (dagster.yaml) keeps runs of one Dagster instance apart, step by step; this lock keeps
whole nights apart, whoever runs them: daemon, `popbase run`, a second instance on the same HOME. Whoever reads the
warehouse holds it together with other readers, since a run opens the file anew for each step.
"""

import fcntl
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, ExitStack, suppress

from pipelines.errors import WriterBusyError
from pipelines.home import Home

LOCK_NAME = "run.lock"
POLL_SECONDS = 1.0
WAIT_SECONDS = 600.0
"""How long a run of the server waits for the lock before it fails."""


READERS_SECONDS = 20.0
"""How long a writer waits for commands that only read."""


@contextmanager
def hold_writer(home: Home, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the one writer of a home.

    Raises:
        WriterBusyError: another process is, and still was after `wait_seconds`, or is not done with reading.
    """
    home.warehouse.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(home.warehouse / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(handle, fcntl.LOCK_EX, wait_seconds)
        yield
    finally:
        os.close(handle)


@contextmanager
def hold_reader(home: Home, wait_seconds: float = 0.0) -> Iterator[None]:
    """Keep writers away while the warehouse is read. Makes nothing: where there is no lock, nobody ever wrote.

    Raises:
        WriterBusyError: a run is writing this home, and still was after `wait_seconds`.
    """
    with ExitStack() as held:
        with suppress(FileNotFoundError):
            handle = os.open(home.warehouse / LOCK_NAME, os.O_RDONLY)
            held.callback(os.close, handle)
            _wait(handle, fcntl.LOCK_SH, wait_seconds)
        yield


def remove_rehearsal(home: Home) -> None:
    """Remove the copy of a rehearsal that was killed. For whoever holds the lock: no rehearsal is at work then."""
    shutil.rmtree(home.rehearsal, ignore_errors=True)


def process_owner() -> str:
    """The account of this process; its environment, which the user sets, is not asked."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a user without a name
        return f"uid {os.getuid()}"


def _wait(handle: int, kind: int, wait_seconds: float) -> None:
    began = time.monotonic()
    while not _is_locked(handle, kind):
        is_read = kind == fcntl.LOCK_EX and _is_locked(handle, fcntl.LOCK_SH)
        if is_read:
            fcntl.flock(handle, fcntl.LOCK_UN)
        if time.monotonic() - began >= (max(wait_seconds, READERS_SECONDS) if is_read else wait_seconds):
            who = "a command is reading" if is_read else "another run is writing"
            raise WriterBusyError(f"{who} this home; try again when it is done")
        time.sleep(POLL_SECONDS)


def _is_locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
