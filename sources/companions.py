"""Small files that a department lays beside a delivery to say that it is whole: `x.csv.done`, `.sha256`, `.manifest`.

`.done` says nothing but that. `.sha256` holds the digest of the content, as `sha256sum` writes it. `.manifest` holds
lines `rows=123` (records of data) and `sha256=…`, each optional.
"""

import os
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from sources.errors import IntakeError
from sources.safe_files import open_folder, opened

SUFFIXES: Final = (".done", ".sha256", ".manifest")
MOST_BYTES: Final = 64 * 1024

_DIGEST: Final = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_ROWS: Final = re.compile(r"^\s*(?:rows|行数)\s*[=:：]\s*([0-9]{1,12})\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Promise:
    """What is said of a delivery: the digest of its content (hex), its records of data; None where nothing is said."""

    sha256: str | None = None
    rows: int | None = None


def companions_of(path: str, names: Container[str]) -> tuple[str, ...]:
    """Those of some paths that are companions of a file."""
    return tuple(path + suffix for suffix in SUFFIXES if path + suffix in names)


def read_promise(intake: Path, companions: Sequence[str]) -> Promise:
    """What companions say; one that cannot be read says nothing."""
    texts = [_text(intake, path) for path in companions]
    digest = next((found[0].lower() for text in texts if (found := _DIGEST.search(text))), None)
    rows = next((int(found[1]) for text in texts if (found := _ROWS.search(text))), None)
    return Promise(digest, rows)


def remove_companions(intake: Path, path: str) -> None:
    """Take away what was laid beside a file, when the file is taken."""
    try:
        with open_folder(intake, PurePosixPath(path).parent) as folder:
            for suffix in SUFFIXES:
                try:
                    os.unlink(PurePosixPath(path).name + suffix, dir_fd=folder)  # noqa: PTH108 - pathlib knows no dir_fd
                except OSError:
                    continue  # it is not there, or may not be removed: then it says nothing of any other file
    except (IntakeError, OSError):
        return


def _text(intake: Path, path: str) -> str:
    try:
        with opened(intake, path) as stream:
            return stream.read(MOST_BYTES).decode("utf-8", "replace")
    except (IntakeError, OSError):
        return ""
