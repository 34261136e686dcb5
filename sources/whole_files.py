"""Files for people outside of the restricted area: whole or not at all, and for the owner and the group."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


def write_text(path: Path, text: str) -> None:
    """Write a receipt, a letter or a report."""
    with whole_file(path) as stream:
        stream.write(text)


@contextmanager
def whole_file(path: Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """Write beside, flush to disk, then rename: a reader sees the old file or the new one."""
    with NamedTemporaryFile(
        "w", encoding=encoding, newline="", dir=path.parent, prefix=".writing-", delete=False
    ) as stream:
        temporary = Path(stream.name)
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            temporary.chmod(0o640)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
