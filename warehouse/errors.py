"""The errors of this room. None holds a value of a person, nor SQL with literals."""

from datetime import date
from pathlib import Path


class WarehouseError(Exception):
    """Root of what this room raises."""


class DatabaseFileError(WarehouseError):
    """A database file cannot be used as it is. `path` says which."""

    def __init__(self, path: Path, fault: str) -> None:
        """Args: path: the file; fault: what is wrong and what to do, as the end of a sentence."""
        super().__init__(f"{path}: {fault}")
        self.path = path


class WarehouseBusyError(DatabaseFileError):
    """Another process holds the file."""


class MissingWarehouseError(DatabaseFileError):
    """There is no such file, and none was to be made."""


class NotAWarehouseError(DatabaseFileError):
    """The file belongs to something else; it was left as it was."""


class NewerWarehouseError(DatabaseFileError):
    """The file was written by a newer version of this program, or of DuckDB."""


class CorruptWarehouseError(DatabaseFileError):
    """The file is damaged: restore it from its backup."""


class ChangedMigrationError(WarehouseError):
    """A migration differs from the one that was applied to this warehouse. `version` says which."""

    def __init__(self, version: int, name: str) -> None:
        """Args: version, name: of the migration."""
        super().__init__(f"migration {version:04} ({name}) was changed after it was applied; add a new one instead")
        self.version = version


class NightOrderError(WarehouseError):
    """A night before the last merged one. `night` was asked for, `last_merged` is the first allowed."""

    def __init__(self, night: date, last_merged: date) -> None:
        """Args: night: the label given; last_merged: the newest merged night."""
        super().__init__(f"night {night} is before the last merged night {last_merged}; use {last_merged} or later")
        self.night = night
        self.last_merged = last_merged


class HeldBackError(WarehouseError):
    """A night that may not be published as it is merged now. `is_checked`: its checks were run, and one blocks."""

    def __init__(self, night: date, *, is_checked: bool) -> None:
        """Args: night: the label given; is_checked: as above."""
        blocked = f"a check holds it back; see reports/night_{night}.html, or popbase publish --override --because"
        unchecked = f"its base was not checked since it was merged; run all of it: popbase run --night {night}"
        super().__init__(f"night {night} is not published: {blocked if is_checked else unchecked}")
        self.night = night
        self.is_checked = is_checked


class UnknownDeliveryError(WarehouseError):
    """A delivery that was never claimed, or whose night is over."""

    def __init__(self, delivery: int | str) -> None:
        """Args: delivery: its number or its file, as given."""
        super().__init__(f"no delivery {delivery} is there for this: it was never claimed, or its night is over")


class IncompleteClustersError(WarehouseError):
    """The clusters do not hold every stored mention exactly once."""

    def __init__(self, mentions: int, clustered: int) -> None:
        """Args: mentions: stored; clustered: of these, in exactly one cluster."""
        super().__init__(f"{clustered} of {mentions} mentions are in exactly one cluster; link all mentions again")
        self.mentions = mentions
        self.clustered = clustered


class IdentityKeyError(WarehouseError):
    """The key from which person ids are made is missing, unusable, or not the key of this warehouse."""


class PersonIdCollisionError(WarehouseError):
    """Two founding mentions gave one person id. `person_ids` counts them."""

    def __init__(self, person_ids: int) -> None:
        """Args: person_ids: how many ids came twice."""
        super().__init__(f"{person_ids} new person ids were not unique; nothing was written")
        self.person_ids = person_ids


class SurvivorshipRuleError(WarehouseError):
    """`survivorship.yml` does not fit its types; the message names the field."""


class AccessError(WarehouseError):
    """An identified look-up or a request for correction that cannot be taken as it is; nothing was shown."""


class ProjectError(WarehouseError):
    """`projects.yml` does not fit its types; the message names the field."""


class PublicationError(WarehouseError):
    """The published folder is not as publication left it."""


class SuppressionError(WarehouseError):
    """It could not be worked out which counts to hide, so none are published."""
