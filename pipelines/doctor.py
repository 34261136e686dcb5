"""`popbase doctor`: an installation looked over, each finding with what to do about it. Nothing is changed."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

import duckdb
from packaging.requirements import Requirement

from pipelines.clock import today
from pipelines.errors import WriterBusyError
from pipelines.home import Home
from pipelines.instance import SETTINGS
from pipelines.merge import KEY_FILE
from pipelines.writer import hold_reader
from sources.contract import load_contracts
from warehouse.database import warehouse_session
from warehouse.errors import WarehouseBusyError, WarehouseError
from warehouse.identity_key import known_warehouse_key
from warehouse.ledger import is_published, newest_merged
from warehouse.projects import known_projects
from warehouse.snapshots import current_manifest

State = Literal["ok", "warn", "fail"]
LEAST_FREE: Final = 5
"""Times the size of the warehouse that should be free on its disk: a night writes versions and a new snapshot."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `found` holds no personal value."""

    state: State
    name: str
    found: str
    to_do: str = ""


def examine(home: Home) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    looks = (_program, _folders, _departments, _disk, _warehouse, _published, _dagster)
    return [finding for look in looks for finding in look(home)]


def _program(_: Home) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok" if sys.version_info >= (3, 11) else "fail", "Python", version, "")
    wanted = [Requirement(text) for text in metadata.requires("popbase") or ()]
    unfit = [
        str(each) for each in wanted if (each.marker is None or each.marker.evaluate({"extra": ""})) and not _fits(each)
    ]
    told = ", ".join(unfit) or "all as required"
    yield Finding("fail" if unfit else "ok", "packages", told, "make venv" if unfit else "")


def _fits(wanted: Requirement) -> bool:
    try:
        return wanted.specifier.contains(metadata.version(wanted.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def _folders(home: Home) -> Iterator[Finding]:
    if not home.root.is_dir():
        yield Finding("fail", "home", f"{home.root} is not there", "make it, and run a night")
        return
    for folder in (home.warehouse, home.archive):
        if folder.is_dir():
            yield _closed(folder, 0o077, f"chmod 700 {folder}")
    keys = [home.warehouse / KEY_FILE, *(home.warehouse / "projects").glob("*.key")]
    for key in keys:
        if key.exists():
            yield _closed(key, 0o077, f"chmod 600 {key}")


def _departments(home: Home) -> Iterator[Finding]:
    """Each department may reach its own folder of the intake and of the receipts, and no other's."""
    names = {contract.department for contract in load_contracts()}
    for top in (home.intake, home.receipts):
        folders = [path for path in sorted(top.iterdir()) if path.is_dir()] if top.is_dir() else []
        open_to_all = [path.name for path in folders if stat.S_IMODE(path.stat().st_mode) & 0o007]
        told = ", ".join(open_to_all) or "closed to all but owner and group"
        to_do = f"chmod o= {top}/*, and one group for each department" if open_to_all else ""
        yield Finding("warn" if open_to_all else "ok", f"{top.name} by department", told, to_do)
        strangers = sorted(path.name for path in folders if path.name not in names and not path.name.startswith("_"))
        if strangers:
            yield Finding(
                "warn", top.name, f"no contract for {', '.join(strangers)}", "rename the folder, or add a contract"
            )


def _closed(path: Path, others: int, to_do: str) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    is_closed = not mode & others
    return Finding("ok" if is_closed else "fail", path.name, f"mode {mode:o}", "" if is_closed else to_do)


def _disk(home: Home) -> Iterator[Finding]:
    place = home.root if home.root.is_dir() else Path("/")
    free = shutil.disk_usage(place).free
    size = home.database.stat().st_size if home.database.exists() else 0
    is_enough = free > LEAST_FREE * size
    told = f"{free / 2**30:,.1f} GiB free, warehouse {size / 2**30:,.2f} GiB"
    yield Finding("ok" if is_enough else "warn", "disk", told, "" if is_enough else "make room before the next night")
    if (is_encrypted := _is_encrypted(place.stat().st_dev)) is not None:
        told = "encrypted (dm-crypt)" if is_encrypted else "not encrypted, as far as the kernel tells"
        to_do = "" if is_encrypted else "keep the home on an encrypted disk; see docs/how_to/operate.md"
        yield Finding("ok" if is_encrypted else "warn", "disk", told, to_do)


def _is_encrypted(device: int, devices: Path = Path("/sys/dev/block")) -> bool | None:
    """Whether a block device is a mapping of dm-crypt, or lies on one; None where the kernel does not tell."""
    block = devices / f"{os.major(device)}:{os.minor(device)}"
    if not block.exists():
        return None
    mapping = block / "dm" / "uuid"
    if mapping.exists() and mapping.read_text(encoding="ascii").startswith("CRYPT-"):
        return True
    below = [each.name for each in (block / "slaves").iterdir()] if (block / "slaves").is_dir() else []
    numbers = [(block / "slaves" / name / "dev").read_text(encoding="ascii").strip().split(":") for name in below]
    return any(_is_encrypted(os.makedev(int(major), int(minor)), devices) for major, minor in numbers)


def _warehouse(home: Home) -> Iterator[Finding]:
    if not home.database.exists():
        yield Finding("warn", "warehouse", "no night was merged yet", "drop files into the intake and run one")
        return
    try:
        with hold_reader(home), warehouse_session(home.database, read_only=True) as con:
            yield Finding("ok", "warehouse", "opens, tables of this version")
            yield from _keys(con, home)
            yield from _nights(con)
    except (WriterBusyError, WarehouseBusyError) as busy:
        yield Finding("warn", "warehouse", str(busy), "look again when it is done")
    except WarehouseError as error:
        yield Finding("fail", "warehouse", str(error), "as it says; a damaged one is restored from the backup")


def _keys(con: duckdb.DuckDBPyConnection, home: Home) -> Iterator[Finding]:
    try:
        key = known_warehouse_key(con, home.warehouse / KEY_FILE)
        yield Finding("ok", "identity key", "that of this warehouse" if key else "none yet; the first merge makes it")
        faults = known_projects(con, home.projects, home.warehouse).faults
    except WarehouseError as error:
        yield Finding("fail", "keys", str(error), "restore the keys from the backup")
        return
    yield Finding("fail" if faults else "ok", "projects", "; ".join(faults) or "all keys as before")


def _nights(con: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    newest = newest_merged(con)
    tomorrow = today() + timedelta(days=1)
    is_ahead = newest is not None and newest > tomorrow
    to_do = "set the clock right; nights go forward, so earlier ones are refused until then" if is_ahead else ""
    yield Finding("fail" if is_ahead else "ok", "newest night", str(newest), to_do)
    if newest is not None and not is_published(con, newest):
        yield Finding("warn", "publication", f"night {newest} is not published", "popbase run, or see its report")


def _published(home: Home) -> Iterator[Finding]:
    manifest = current_manifest(home.published) if home.published.is_dir() else None
    left = (home.published / "snapshots" / ".building").exists()
    yield Finding("ok" if manifest else "warn", "published base", manifest["snapshot_id"] if manifest else "none yet")
    if left:
        yield Finding(
            "ok", "published base", "a killed publication left its folder", "nothing; the next night removes it"
        )
    if manifest and os.access(home.base, os.W_OK) and os.getuid() != 0:
        yield Finding("warn", "published base", "may be written", f"chmod a-w {home.base.resolve()}")


def _dagster(home: Home) -> Iterator[Finding]:
    settings = home.dagster / SETTINGS
    to_do = "" if settings.exists() else "popbase run writes it"
    yield Finding(
        "ok" if settings.exists() else "warn", "Dagster", f"{SETTINGS} {'there' if not to_do else 'missing'}", to_do
    )
