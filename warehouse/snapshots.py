"""Snapshots on disk: made durable, put in place by one rename, the last few kept. Knows nothing of what is in them.

published/current                  link to snapshots/<id>, replaced atomically
published/population_base.duckdb   link into current, never changes
published/parquet                  link into current, never changes
published/snapshots/<id>/          manifest.json and what the two links name; read only
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from warehouse.errors import PublicationError

DATABASE: Final = "population_base.duckdb"
PARQUET: Final = "parquet"
MANIFEST: Final = "manifest.json"
_CURRENT: Final = "current"
_SNAPSHOTS: Final = "snapshots"
_BUILDING: Final = ".building"


def start_snapshot(published: Path) -> Path:
    """An empty folder to build in, on the file system of the snapshots; what a killed build left is removed."""
    building = published / _SNAPSHOTS / _BUILDING
    if building.exists():
        shutil.rmtree(building)
    (building / PARQUET).mkdir(parents=True)
    return building


def copy_current(published: Path, building: Path) -> None:
    """Begin a build with a copy of the database that readers see, which may be written to."""
    shutil.copyfile(published / _CURRENT / DATABASE, building / DATABASE)


def drop_snapshot(building: Path) -> None:
    """Remove a build that is not wanted."""
    shutil.rmtree(building)


def current_manifest(published: Path) -> dict[str, Any] | None:
    """The manifest of what readers see; none before the first publication."""
    manifest = published / _CURRENT / MANIFEST
    if not manifest.exists():
        return None
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return content


def put_in_place(published: Path, building: Path, manifest: dict[str, Any]) -> Path:
    """Make a finished build what readers see.

    Until the last rename they see the former snapshot, whatever happens; open files stay readable after it.

    Raises:
        PublicationError: `current` is not a link; nobody but publication may write there.
    """
    current = published / _CURRENT
    if current.exists() and not current.is_symlink():
        raise PublicationError(f"{current} is not a link; move it away")
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (building / MANIFEST).write_text(text, encoding="utf-8")
    _seal(building)
    place = published / _SNAPSHOTS / str(manifest["snapshot_id"])
    if place.exists():  # a kill between the two renames left the same content there
        shutil.rmtree(building)
    else:
        building.rename(place)
        _sync(place.parent)
    os.utime(place)
    _point(current, Path(_SNAPSHOTS) / place.name)
    for name in (DATABASE, PARQUET):
        _point(published / name, Path(_CURRENT) / name)
    return place


def prune_snapshots(published: Path, keep: int, terms: str) -> list[str]:
    """Remove all but the newest snapshots, and all that were made on other terms; never the current one.

    Returns:
        The names of those removed.
    """
    current = (published / _CURRENT).resolve()
    folders = [
        folder for folder in (published / _SNAPSHOTS).iterdir() if (folder / MANIFEST).exists() and folder != current
    ]
    newest_first = sorted(folders, key=lambda folder: (folder.stat().st_mtime_ns, folder.name), reverse=True)
    others = [folder for folder in newest_first if folder.resolve() != current]
    on_terms = [folder for folder in others if json.loads((folder / MANIFEST).read_text()).get("terms") == terms]
    old = [folder for folder in others if folder not in on_terms[: max(keep - 1, 0)]]
    for folder in old:
        shutil.rmtree(folder)
    return sorted(folder.name for folder in old)


def _seal(folder: Path) -> None:
    """Make all files read only, and everything durable, from the inside out."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o444)
        _sync(path)
    _sync(folder)


def _point(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
    _sync(link.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
