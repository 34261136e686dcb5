"""The intake folder: what lies there, copies into the archive, removal after a night. No file is interpreted here.

Nothing here follows a link: see `sources.safe_files`.
"""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Literal

from sources.companions import companions_of, SUFFIXES
from sources.errors import IntakeError
from sources.safe_files import is_safe_name, open_folder, opened, sync_folder

State = Literal["ready", "arriving", "refused"]

COPY_BYTES = 1024 * 1024
ARRIVING_SUFFIXES = (
    ".part",
    ".partial",
    ".filepart",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".uploading",
    ".swp",
    "~",
)
"""Names under which programs write a file that is not finished yet."""

_LITTER = ("._", ".ds_store", "thumbs.db", "desktop.ini", ".directory", "$recycle.bin")
"""How the names begin of what file managers leave in every folder; nobody delivered it."""


@dataclass(frozen=True)
class FoundFile:
    r"""One entry of the intake. `path` is relative to it, with `/`; a refused entry has a `reason_code`.

    `companions`: paths of the files that say of it that it is whole (`sources.companions`).

    Bytes of a name that are no UTF-8 stand in `path` as `\xb2`; such an entry is always refused.
    """

    path: str
    department: str | None
    size_bytes: int
    modified_at: float
    state: State
    reason_code: str | None = None
    companions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file name without its folders."""
        return PurePosixPath(self.path).name


def scan_intake(intake: Path, departments: Collection[str], now: float, quiet_seconds: float) -> list[FoundFile]:
    """All files of the intake, by path.

    Args:
        intake: the folder with one sub folder for each department.
        departments: the names that have a contract.
        now: seconds since 1970.
        quiet_seconds: a file that changed less than this ago is still arriving, unless a companion says that it is
            whole; 0 takes all.

    Returns:
        Files that are ready, still arriving, or refused (`department_unknown`, `file_outside_department`,
        `file_symlink`, `file_hard_link`, `file_name_unsafe`, `file_not_regular`, `file_unreadable`); not what file
        managers leave.
    """
    if not intake.is_dir():
        return []
    found = [_found(entry, intake, departments, now, quiet_seconds) for entry in _entries(intake)]
    files = {file.path: file for file in found if file}
    promises = {path for path, file in files.items() if path.endswith(SUFFIXES) and not file.reason_code}
    return [_with_companions(file, promises) for path, file in sorted(files.items()) if path not in promises]


def _with_companions(file: FoundFile, promises: Container[str]) -> FoundFile:
    """A file that only the time keeps from being taken is ready when something beside it says that it is whole."""
    companions = companions_of(file.path, promises)
    is_whole = bool(companions) and file.state == "arriving" and _is_finished_name(Path(file.path))
    return replace(file, companions=companions, state="ready" if is_whole else file.state)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder but the folders themselves; links and unreadable folders are not entered."""
    try:
        listing = os.scandir(folder)
    except FileNotFoundError:
        return  # it was taken away since the folder above was listed
    with listing as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False) or not os.access(entry.path, os.R_OK | os.X_OK):
                yield entry
            elif is_safe_name(entry.name):
                yield from _entries(Path(entry.path))
            else:
                yield entry


def _found(
    entry: os.DirEntry[str], intake: Path, departments: Collection[str], now: float, quiet_seconds: float
) -> FoundFile | None:
    path = Path(entry.path).relative_to(intake)
    if entry.name.lower().startswith(_LITTER):
        return None
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # it was renamed or taken away since the folder was listed
    department = unicodedata.normalize("NFC", path.parts[0])
    reason_code = _reason(entry, path, status, departments)
    is_arriving = not _is_finished_name(path) or (quiet_seconds > 0 and now - status.st_ctime < quiet_seconds)
    state: State = "refused" if reason_code else "arriving" if is_arriving else "ready"
    known = department if department in departments and len(path.parts) > 1 else None
    shown = path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return FoundFile(shown, known, status.st_size, status.st_mtime, state, reason_code)


def _is_finished_name(path: Path) -> bool:
    is_hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return not is_hidden and not path.name.lower().endswith(ARRIVING_SUFFIXES)


def _reason(entry: os.DirEntry[str], path: Path, status: os.stat_result, departments: Collection[str]) -> str | None:
    """Why an entry is refused; the dangerous reasons first."""
    mode = status.st_mode
    reasons = {
        "file_name_unsafe": not all(map(is_safe_name, path.parts)),
        "file_symlink": stat.S_ISLNK(mode),
        "file_not_regular": not stat.S_ISREG(mode) and not stat.S_ISDIR(mode),
        "file_hard_link": stat.S_ISREG(mode) and status.st_nlink > 1,
        "file_outside_department": len(path.parts) == 1 and not entry.name.startswith("."),
        "department_unknown": unicodedata.normalize("NFC", path.parts[0]) not in departments and len(path.parts) > 1,
        "file_unreadable": stat.S_ISDIR(mode) or not os.access(entry.path, os.R_OK, follow_symlinks=False),
    }
    return next((code for code, applies in reasons.items() if applies), None)


def archive_path(archive: Path, sha256: str) -> Path:
    """Where the archive keeps the bytes with this hash."""
    return archive / sha256[:2] / sha256


def archive_file(intake: Path, found: FoundFile, archive: Path) -> str:
    """Copy a file into the archive under the hash of its content, so that it survives a power cut.

    Returns:
        The SHA-256 of the content, in hex.

    Raises:
        IntakeError: the file is gone, is no regular file any more, or changed while it was copied.
    """
    archive.mkdir(parents=True, exist_ok=True, mode=0o700)
    with opened(intake, found.path) as source, NamedTemporaryFile(dir=archive, prefix=".copy-", delete=False) as copy:
        try:
            sha256 = _copy(source, copy, found.path)
            target = archive_path(archive, sha256)
            if target.is_file() and _sha256(target) == sha256:
                return sha256
            target.parent.mkdir(exist_ok=True, mode=0o700)
            Path(copy.name).replace(target)
            for folder in (target.parent, archive):
                sync_folder(folder)
            return sha256
        finally:
            Path(copy.name).unlink(missing_ok=True)


def put_back(archived: Path, intake: Path, path: str) -> None:
    """Lay an archived file where it was dropped once, whole or not at all; what lies there by now stays.

    Raises:
        OSError: it cannot be written.
    """
    target = intake / path
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archived.open("rb") as source, NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as copy:
        _copy(source, copy, path)
    Path(copy.name).chmod(0o660)
    Path(copy.name).replace(target)
    sync_folder(target.parent)


def remove_from_intake(intake: Path, path: str, sha256: str) -> bool:
    """Remove a file if it still has the content that was archived.

    Returns:
        Whether it is gone; False if it changed meanwhile or may not be removed.
    """
    try:
        with opened(intake, path) as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
                return False
        with open_folder(intake, PurePosixPath(path).parent) as folder:
            os.unlink(PurePosixPath(path).name, dir_fd=folder)  # noqa: PTH108 - pathlib knows no dir_fd
    except IntakeError as error:
        return error.reason_code == "file_gone"
    except OSError:
        return False
    return True


def _copy(source: BufferedReader, copy: IO[bytes], path: str) -> str:
    """Copy and hash in one pass, and see that nobody wrote to the source meanwhile."""
    digest = hashlib.sha256()
    before = os.fstat(source.fileno())
    while chunk := source.read(COPY_BYTES):
        digest.update(chunk)
        copy.write(chunk)
    copy.flush()
    os.fsync(copy.fileno())
    after = os.fstat(source.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or copy.tell() != after.st_size:
        raise IntakeError(path, "file_changed")
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
