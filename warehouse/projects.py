"""Projects: for whom a base is published, under which key, and how exact.

`projects.yml` of a deployment lists them by name; every deployment has the project `default`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from warehouse.errors import ProjectError
from warehouse.identity_key import exchange_key, key_fingerprint
from warehouse.names import DEFAULT_PROJECT
from warehouse.pseudonyms import load_project_key, VARIABLE
from warehouse.settings import keep_setting, read_setting

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
KEYS: Final = "projects"
"""The folder of the keys, inside the restricted one."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    birth: Literal["month", "year"] = "month"
    least_count: int = Field(default=5, ge=1)


class _Projects(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    projects: dict[Name, _Settings]


@dataclass(frozen=True)
class Project:
    """A project: the key of its pseudonyms, the month or only the year of births, the smallest count in statistics."""

    name: str
    key: bytes
    birth: Literal["month", "year"] = "month"
    least_count: int = 5


def check_project_key(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Make sure that a project keeps its key: with another one everybody in it would be somebody new.

    Raises:
        ProjectError: it is not the key that the project was published with before.
    """
    name, fingerprint = f"project_key_fingerprint_{project.name}", key_fingerprint(project.key)
    keep_setting(con, name, fingerprint)
    if read_setting(con, name) != fingerprint:
        raise ProjectError(
            f"project {project.name}: its pseudonyms were made with another key; restore that one, or exchange it on"
            f" purpose: popbase project rotate {project.name}"
        )


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
    con.execute("DELETE FROM setting WHERE name = $1", [f"project_key_fingerprint_{name}"])


def load_projects(declaration: Path, restricted: Path) -> tuple[Project, ...]:
    """The projects of a deployment, the default one first.

    Args:
        declaration: `projects.yml`; only the default project when it is not there.
        restricted: the restricted folder, in which the keys lie.

    Raises:
        ProjectError: the declaration does not fit.
        IdentityKeyError: a key cannot be used.
    """
    settings: dict[str, _Settings] = {DEFAULT_PROJECT: _Settings()}
    if declaration.exists():
        try:
            settings |= _Projects.model_validate(yaml.safe_load(declaration.read_text(encoding="utf-8"))).projects
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
            raise ProjectError(f"{declaration.name}: {faults}") from None
        except yaml.YAMLError:
            raise ProjectError(f"{declaration.name} is no YAML") from None
    return tuple(
        Project(name, load_project_key(restricted / KEYS, name), each.birth, each.least_count)
        for name, each in settings.items()
    )
