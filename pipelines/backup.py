"""Back-up and restore of a home as one file, with proof that what was restored is what was backed up.

In it: warehouse, keys, archive, published bases, receipts, reports, logs, and what the deployment declares
(projects.yml, notify.yml, dagster.yaml), each with its mode. Not in it: the intake, which departments fill again,
Dagster's own storage, which tells of runs and not of persons, and owners, who may be others where it is restored.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, IO

from pipelines.errors import BackupError
from pipelines.home import Home
from pipelines.writer import hold_writer, LOCK_NAME
from warehouse.crosswalk import Identities, read_identities
from warehouse.database import warehouse_session

MANIFEST: Final = "manifest.json"
FOLDERS: Final = ("warehouse", "archive", "published", "projects", "receipts", "reports", "logs")
DECLARATIONS: Final = ("projects.yml", "notify.yml", "dagster/dagster.yaml")


@dataclass(frozen=True)
class Restored:
    """What a restore found: files, all as they were backed up, and mentions whose person is another than then."""

    files: int
    mentions: int
    rekeyed: int


def back_up(home: Home, target: Path) -> int:
    """Write a home into one file for its owner alone, while no run writes it; the number of files in it.

    Args:
        home: with a warehouse.
        target: a new `.tar`, or `.tar.gz`, which is smaller and slower.

    Raises:
        BackupError: the target exists.
        WriterBusyError: a run is writing this home.
        WarehouseError: the warehouse cannot be opened.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; name a new file")
    aside = target.with_name(f".{target.name}.part")
    with hold_writer(home):
        with warehouse_session(home.database) as con:
            con.execute("CHECKPOINT")
            identities = read_identities(con)
        aside.unlink(missing_ok=True)
        try:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                digests = _write(home, _opened(stream, is_packed=target.name.endswith("gz")), identities)
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    return len(digests)


def restore(source: Path, home: Home) -> Restored:
    """Bring a backed-up home back into a folder that is empty or not there, and prove it.

    Raises:
        BackupError: the folder is not empty, or the file is none of ours, damaged or incomplete.
    """
    if home.root.exists() and any(home.root.iterdir()):
        raise BackupError(f"{home.root} is not empty; restore into a new folder")
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tarfile.open(source) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", None)  # as of Python 3.11.4
            archive.extractall(home.root, members=_members(archive))  # noqa: S202 - each is looked at
            _set_modes(home.root, archive.getmembers())
        manifest = json.loads((home.root / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError) as error:
        raise BackupError(f"{source} is no backup, or a damaged one ({type(error).__name__})") from None
    broken = [name for name, digest in manifest["files"].items() if _digest_of(home.root / name) != digest]
    if broken:
        raise BackupError(f"{len(broken)} files are not as they were backed up, the first {broken[0]}")
    (home.root / MANIFEST).unlink()
    home.prepare()
    with hold_writer(home), warehouse_session(home.database) as con:
        identities = read_identities(con)
    before = Identities(**manifest["identities"])
    return Restored(len(manifest["files"]), identities.mentions, 0 if identities == before else identities.mentions)


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """What a backup can hold: files, folders, and links downwards. So nothing is written outside of a folder.

    Raises:
        tarfile.ExtractError: there is something else.
    """
    for member in archive:
        told = [PurePosixPath(name) for name in (member.name, member.linkname)]
        if any(path.is_absolute() or ".." in path.parts for path in told) or not (
            member.isreg() or member.isdir() or member.issym()
        ):
            raise tarfile.ExtractError("a member that no backup has")
        yield member


def _set_modes(root: Path, members: Sequence[tarfile.TarInfo]) -> None:
    """What is in a folder comes before it. The filter of archives drops the modes that keep departments apart."""
    for member in reversed(members):
        if not member.issym():
            (root / member.name).chmod(member.mode & (0o2777 if member.isdir() else 0o777))


def _opened(stream: IO[bytes], *, is_packed: bool) -> tarfile.TarFile:
    """An archive to be closed by its caller."""
    if is_packed:
        return tarfile.open(fileobj=stream, mode="w:gz")  # noqa: SIM115
    return tarfile.open(fileobj=stream, mode="w")  # noqa: SIM115


def _write(home: Home, opened: tarfile.TarFile, identities: Identities) -> dict[str, str]:
    digests: dict[str, str] = {}
    with opened as archive:
        for path in _files(home):
            name = path.relative_to(home.root).as_posix()
            archive.add(path, arcname=name, recursive=False)
            if path.is_file() and not path.is_symlink():
                digests[name] = _digest_of(path) or ""
        text = json.dumps({"files": digests, "identities": vars(identities)}, ensure_ascii=False, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return digests


def _files(home: Home) -> Iterator[Path]:
    """Folders, files and the links among the published ones, in order; not what a process left while it ran."""
    for name in DECLARATIONS:
        if (path := home.root / name).exists():
            yield path
    passing = {home.warehouse / LOCK_NAME, *(home.database.with_suffix(end) for end in (".spill", ".rewritten"))}
    for folder in (home.root / name for name in FOLDERS):
        for path in (folder, *sorted(folder.rglob("*"))) if folder.is_dir() else ():
            if not passing & {path, *path.parents}:
                yield path


def _digest_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
