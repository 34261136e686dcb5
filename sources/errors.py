"""What `sources` raises. An error says where, what was expected and what to do, and holds no personal value."""

from collections.abc import Mapping


class SourcesError(Exception):
    """Root of all errors of this room."""


class FoldingError(SourcesError):
    """A column of texts did not come back from folding with the length it was sent with."""

    def __init__(self, expected_count: int, found_count: int) -> None:
        """Both counts are of texts."""
        super().__init__(f"folding returned {found_count} texts for {expected_count}; the separator must not be folded")
        self.expected_count = expected_count
        self.found_count = found_count


class DeliveryRefusedError(SourcesError):
    """A delivered file that cannot be used as a whole; `reason_code` is one of `sources.reasons.REASONS`."""

    def __init__(
        self,
        reason_code: str,
        hint: str | None = None,
        missing_columns: tuple[str, ...] = (),
        proposals: Mapping[str, str] | None = None,
    ) -> None:
        """Name the reason. `hint`: department/extract that would fit. `proposals`: what unknown headers may mean."""
        super().__init__(f"delivery refused: {reason_code}")
        self.reason_code = reason_code
        self.hint = hint
        self.missing_columns = missing_columns
        self.proposals = proposals or {}


class WorkbookReaderError(SourcesError):
    """The process that reads workbooks could not do so for a reason that is none of the workbook's."""

    def __init__(self, fault: str) -> None:
        """Say what became of it."""
        super().__init__(f"the reader of workbooks {fault}")


class IntakeError(SourcesError):
    """A file of the intake that could not be archived: gone, changed while it was copied, or no regular file."""

    def __init__(self, path: str, reason_code: str) -> None:
        """Name the file (relative to the intake) and the reason."""
        super().__init__(f"{path}: {reason_code}")
        self.path = path
        self.reason_code = reason_code


class CountsDifferError(SourcesError):
    """Rows delivered are not rows accepted + quarantined + non-data: a fault of ours, never of the sender."""
