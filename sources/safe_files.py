"""Opening files that somebody else put down: whoever can write to a folder may try to make us read another.

So folders and files are opened step by step, each relative to the one before, and no link is followed.
Not here: what is done with them (`sources.intake`).
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path, PurePosixPath

from sources.errors import IntakeError

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that do not belong in a file name: controls, direction marks, bytes that are no text."""


def is_safe_name(name: str) -> bool:
    """Whether a file or folder name holds nothing that leads elsewhere or hides what it is."""
    return (
        ".." not in name and "\\" not in name and not any(unicodedata.category(c) in _UNSAFE_CATEGORIES for c in name)
    )


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def open_folder(intake: Path, path: PurePosixPath) -> Iterator[int]:
    """A descriptor of a folder below the intake, reached without following a link."""
    descriptor = os.open(intake, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in path.parts:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened(intake: Path, path: str) -> Iterator[BufferedReader]:
    """A regular file below the intake, opened for reading without following a link."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or not all(map(is_safe_name, pure.parts)):
        raise IntakeError(path, "file_name_unsafe")
    try:
        with open_folder(intake, pure.parent) as folder:
            descriptor = os.open(pure.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        raise IntakeError(path, "file_gone") from None
    except OSError:
        raise IntakeError(path, "file_unreadable") from None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise IntakeError(path, "file_not_regular")
        yield stream
