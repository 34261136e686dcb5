"""Projects: for whom a base is published, under which key, and how exact.

`projects.yml` of a deployment lists them by name; every deployment has the project `default`.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from warehouse.errors import IdentityKeyError, ProjectError
from warehouse.identity_key import exchange_key, key_fingerprint, load_identity_key
from warehouse.names import DEFAULT_PROJECT
from warehouse.pseudonyms import load_project_key, VARIABLE
from warehouse.settings import keep_setting, read_setting

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
KEYS: Final = "projects"
"""The folder of the keys, inside the restricted one."""

_FINGERPRINT: Final = "project_key_fingerprint_"


class Settings(BaseModel):
    """What a project may see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    birth: Literal["month", "year"] = "month"
    least_count: int = Field(default=5, ge=1)


class _Projects(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    projects: dict[Name, Settings]


@dataclass(frozen=True)
class Project:
    """A project: the key of its pseudonyms, the month or only the year of births, the smallest count in statistics."""

    name: str
    key: bytes
    birth: Literal["month", "year"] = "month"
    least_count: int = 5

    @property
    def is_traced(self) -> bool:
        """Whether its base names files and rows; if those of two projects did, rows would join them."""
        return self.name == DEFAULT_PROJECT

    @property
    def terms(self) -> str:
        """A digest of its key and settings."""
        return hashlib.sha256(f"{key_fingerprint(self.key)} {self.birth} {self.least_count}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Projects:
    """The projects that can be published, the default one first, and what is wrong with the keys of others."""

    usable: tuple[Project, ...]
    faults: tuple[str, ...]


def remember_project_key(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Keep a digest of the key that a project is published with: under another one everybody would be somebody new."""
    keep_setting(con, f"{_FINGERPRINT}{project.name}", key_fingerprint(project.key))


def rotate_project_key(con: duckdb.DuckDBPyConnection, restricted: Path, name: str) -> None:
    """Give a project a new key; the next publication gives new pseudonyms to its whole history.

    Args:
        con: the warehouse.
        restricted: the restricted folder, in which the keys lie.
        name: of the project.

    Raises:
        IdentityKeyError: the key file holds no key. A key that the environment gives is exchanged there.
    """
    if f"{VARIABLE}{name.upper()}" not in os.environ:
        exchange_key(restricted / KEYS / f"{name}.key")
    con.execute("DELETE FROM setting WHERE name = $1", [f"{_FINGERPRINT}{name}"])


def declared_projects(declaration: Path) -> dict[str, Settings]:
    """The projects of a deployment by name, the default one first; only that when there is no declaration.

    Raises:
        ProjectError: the declaration does not fit.
    """
    if not declaration.exists():
        return {DEFAULT_PROJECT: Settings()}
    try:
        declared = _Projects.model_validate(yaml.safe_load(declaration.read_text(encoding="utf-8"))).projects
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ProjectError(f"{declaration.name}: {faults}") from None
    except yaml.YAMLError:
        raise ProjectError(f"{declaration.name} is no YAML") from None
    return {DEFAULT_PROJECT: Settings()} | declared


def load_projects(con: duckdb.DuckDBPyConnection, declaration: Path, restricted: Path) -> Projects:
    """The projects of a deployment with their keys; a key is made only for a project that was never published.

    Args:
        con: the warehouse.
        declaration: `projects.yml`.
        restricted: the restricted folder, in which the keys lie.

    Raises:
        ProjectError: the declaration does not fit.
    """
    keys = restricted / KEYS
    return _keyed(declaration, lambda name: _known_key(con, keys, name) or load_project_key(keys, name))


def known_projects(con: duckdb.DuckDBPyConnection, declaration: Path, restricted: Path) -> Projects:
    """The same for whoever only looks: no key is made, and a project without one, which has no pseudonyms, is left out.

    Raises:
        ProjectError: the declaration does not fit.
    """
    return _keyed(declaration, lambda name: _known_key(con, restricted / KEYS, name))


def _keyed(declaration: Path, key_of: Callable[[str], bytes | None]) -> Projects:
    usable, faults = [], []
    for name, settings in declared_projects(declaration).items():
        try:
            key = key_of(name)
        except (ProjectError, IdentityKeyError) as error:
            faults.append(str(error))
        else:
            if key is not None:
                usable.append(Project(name, key, settings.birth, settings.least_count))
    return Projects(tuple(usable), tuple(faults))


def _known_key(con: duckdb.DuckDBPyConnection, keys: Path, name: str) -> bytes | None:
    """The key of a project, which is the one that it was published with before; None while it has none."""
    path, variable = keys / f"{name}.key", f"{VARIABLE}{name.upper()}"
    fingerprint = read_setting(con, f"{_FINGERPRINT}{name}")
    if not path.exists() and variable not in os.environ:
        if fingerprint:
            raise ProjectError(_lost(name, f"{path} is missing"))
        return None
    key = load_identity_key(path, variable=variable)
    if fingerprint not in (None, key_fingerprint(key)):
        raise ProjectError(_lost(name, "it has another key than before"))
    return key


def _lost(name: str, fault: str) -> str:
    return (
        f"project {name}: {fault}; restore the key that its pseudonyms were made with, or exchange it on purpose:"
        f" popbase project rotate {name}"
    )
