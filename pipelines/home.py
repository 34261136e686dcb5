"""Where a deployment keeps things: the folders below HOME. No reading or writing of what is in them."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import HomeError, NightError
from warehouse.names import DEFAULT_PROJECT

VARIABLE = "POPBASE_HOME"


@dataclass(frozen=True)
class Home:
    """A deployment's own folder. `warehouse` and `archive` hold personal data and are closed to others."""

    root: Path

    @property
    def intake(self) -> Path:
        """Files dropped, by department."""
        return self.root / "intake"

    @property
    def receipts(self) -> Path:
        """Answers to the departments."""
        return self.root / "receipts"

    @property
    def archive(self) -> Path:
        """Originals, addressed by content."""
        return self.root / "archive"

    @property
    def warehouse(self) -> Path:
        """The restricted folder of the one writer."""
        return self.root / "warehouse"

    @property
    def database(self) -> Path:
        """The restricted warehouse."""
        return self.warehouse / "population.duckdb"

    @property
    def errors(self) -> Path:
        """What unforeseen errors said; it may hold personal values."""
        return self.warehouse / "errors.log"

    @property
    def rehearsal(self) -> Path:
        """The copy that a rehearsal works on, while it works."""
        return self.root / ".rehearsal"

    @property
    def published(self) -> Path:
        """What analysts read."""
        return self.root / "published"

    @property
    def base(self) -> Path:
        """The published base."""
        return self.published / "population_base.duckdb"

    @property
    def projects(self) -> Path:
        """The declaration of the projects for which the base is published; may be missing."""
        return self.root / "projects.yml"

    def published_for(self, project: str) -> Path:
        """What the analysts of a project read; those of the default one read `published`."""
        return self.published if project == DEFAULT_PROJECT else self.root / "projects" / project

    @property
    def reports(self) -> Path:
        """Reports of nights: counts, no personal values."""
        return self.root / "reports"

    @property
    def logs(self) -> Path:
        """Logs of runs: counts, no personal values."""
        return self.root / "logs"

    @property
    def notify(self) -> Path:
        """The declaration of who is told when a night has ended; may be missing."""
        return self.root / "notify.yml"

    @property
    def vouched(self) -> Path:
        """Written anew when somebody vouches for a delivery, so that the sensor tries again what a check blocked."""
        return self.dagster / "vouched"

    @property
    def dagster(self) -> Path:
        """The Dagster instance."""
        return self.root / "dagster"

    def prepare(self) -> "Home":
        """Make the folders that are missing; the restricted ones for their owner alone."""
        for folder in (self.intake, self.receipts, self.published, self.reports, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.archive, self.warehouse):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def find_home(given: Path | None = None) -> Home:
    """The home that was given, else that of the environment.

    Raises:
        HomeError: neither is there.
    """
    root = given or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if root is None:
        raise HomeError(f"no home: give --home DIR or set {VARIABLE}")
    if root.exists() and not root.is_dir():
        raise HomeError(f"{root} is no folder")
    return Home(root.expanduser().absolute())


def parse_night(label: str) -> date:
    """The date of a night's label.

    Raises:
        NightError: it is not YYYY-MM-DD.
    """
    try:
        night = date.fromisoformat(label)
    except ValueError:
        raise NightError(label) from None
    if night.isoformat() != label:
        raise NightError(label)
    return night
